import { toFullName, toRenamedAddress } from '../../shared/domain/github-address.ts'
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
