import { toFullName, toRenamedAddress } from '../../shared/domain/github-address.ts'
import type { Reader } from '../database/reader.ts'
import type { DeploymentRow } from '../database/rows.ts'
import type { Writer } from '../database/writer.ts'
import { type RepositoryFacts, readRepositoryFacts } from '../sources/github/heads.ts'
import type { createAccounts } from './accounts.ts'
import type { ReadHead } from './branch-head.ts'

type Accounts = Pick<ReturnType<typeof createAccounts>, 'accountFor' | 'client'>

/** `address`: where it is now, where that is not what the source says. */
export type ReadRepository = (
  place: Parameters<ReadHead>[0],
  signal: AbortSignal,
) => Promise<{ address: string | undefined; facts: RepositoryFacts } | undefined>

/** Undefined: it is at no GitHub that somebody is signed in to. */
export const createRepositoryReader =
  ({ accounts }: { accounts: Accounts }): ReadRepository =>
  async ({ source, ownerId }, signal) => {
    const account = accounts.accountFor(source, { ownerId })
    const askedName = account && toFullName(source.address, account.baseUrl)
    if (!account || askedName === undefined || account.failure !== null) return undefined
    const client = await accounts.client(account.id)
    const facts = await readRepositoryFacts(client, askedName, signal)
    const { baseUrl } = account
    return { address: toRenamedAddress(source.address, { baseUrl, fullName: facts.fullName }), facts }
  }

export type LookAtRepository = ReturnType<typeof createRepositoryLook>

/** Seldom, since a repository seldom changes. */
const factsMs = 3_600_000

/**
 * What the repository of a deployment is now; a renamed one is followed to its new address. Undefined: it is at no GitHub that
 * somebody is signed in to.
 */
export function createRepositoryLook(deps: {
  readRepository: ReadRepository
  reader: Pick<Reader, 'deploymentsOf' | 'sourceOf' | 'ownerOf'>
  writer: Pick<Writer, 'transaction' | 'activity' | 'moveSource'>
  changed: (deploymentId: string) => void
  now: () => number
}) {
  const { reader, writer, now } = deps
  /** By project. */
  const known = new Map<string, { at: number; facts: RepositoryFacts }>()

  /** GitHub leads from an old name to the new one only until somebody else takes it. */
  const followRename = (projectId: string, address: string): void => {
    const moved = reader.deploymentsOf(projectId)
    const detail = `the repository was renamed, and is at ${address} now`
    writer.transaction(() => {
      writer.moveSource(projectId, address)
      for (const { id, name } of moved) {
        const user = reader.ownerOf(id)?.name ?? ''
        writer.activity({ user, verb: 'changed', deploymentId: id, deployment: name, detail })
      }
    })
    for (const { id } of moved) deps.changed(id)
  }

  return async (row: DeploymentRow, signal: AbortSignal): Promise<RepositoryFacts | undefined> => {
    const { id, projectId, branch } = row
    const last = known.get(projectId)
    if (last !== undefined && now() - last.at < factsMs) return last.facts
    const place = { source: reader.sourceOf(row), branch, ownerId: reader.ownerOf(id)?.id ?? '' }
    const found = await deps.readRepository(place, signal)
    if (found === undefined) return undefined
    const { facts, address } = found
    known.set(projectId, { at: now(), facts })
    if (address !== undefined && reader.sourceOf(row).address !== address) followRename(projectId, address)
    return facts
  }
}

/** What somebody who waits for pushes should know of the repository; null when all is as it was. */
export function toRepositoryNotice({
  facts,
  branch,
  defaultBranch,
}: {
  facts: RepositoryFacts
  branch: string
  /** As it was when watching began. */
  defaultBranch: string
}): string | null {
  if (facts.isArchived) return 'The repository is archived: nothing can be pushed to it.'
  if (branch === defaultBranch && facts.defaultBranch !== defaultBranch)
    return `The default branch is ${facts.defaultBranch} now. What is pushed to ${branch} is deployed as before.`
  return null
}
