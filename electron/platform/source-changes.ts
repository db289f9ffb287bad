import { toFailure } from '../../shared/domain/failure.ts'
import type { SourceChanges } from '../../shared/domain/github.ts'
import { toFullName } from '../../shared/domain/github-address.ts'
import type { Deployment } from '../../shared/domain/records.ts'
import { compareCommits } from '../sources/github/commits.ts'
import type { createAccounts } from './accounts.ts'

type Accounts = Pick<ReturnType<typeof createAccounts>, 'accountFor' | 'client' | 'noteFailure'>

/** What changed in the source since the release that serves. Null: nothing serves, or GitHub cannot be asked about it. */
export async function readChanges(
  accounts: Accounts,
  { project, owner, serving, branch }: Pick<Deployment, 'project' | 'owner' | 'serving' | 'branch'>,
  signal: AbortSignal | undefined,
): Promise<SourceChanges | null> {
  const account = accounts.accountFor(project.source, { ownerId: owner.id })
  const fullName = account && toFullName(project.source.address, account.baseUrl)
  if (account === undefined || fullName === undefined || serving === null) return null
  const client = await accounts.client(account.id)
  const base = serving.commit.sha
  try {
    const changes = await compareCommits(
      client,
      { fullName, base, head: branch === '' ? 'HEAD' : branch },
      signal,
    )
    return { ...changes, accountId: account.id }
  } catch (error) {
    accounts.noteFailure(account.id, toFailure(error))
    throw error
  }
}
