import { type FailureCode, toFailure } from '../../shared/domain/failure.ts'
import { toFullName } from '../../shared/domain/github-address.ts'
import type { Source } from '../../shared/domain/records.ts'
import { readBranchHead } from '../sources/github/heads.ts'
import type { SourceReader } from '../sources/source-reader.ts'
import type { createAccounts } from './accounts.ts'

type Accounts = Pick<ReturnType<typeof createAccounts>, 'accountFor' | 'client' | 'noteFailure' | 'loginFor'>

export type ReadHead = (
  place: { source: Source; branch: string; ownerId: string },
  signal: AbortSignal,
) => Promise<{ branch: string; sha: string }>

/**
 * Git has the last word: it reads what everybody may read, whatever the token may not, and names the branches that there are where
 * this one is not (`invalid_input`).
 */
const leftToGit: readonly FailureCode[] = [
  'sign_in_required',
  'source_denied',
  'source_not_found',
  'invalid_input',
]

/** Where a branch is, in the cheapest way there is: of GitHub's API where somebody is signed in, else of git. */
export function createBranchHead({
  accounts,
  sources,
}: {
  accounts: Accounts
  sources: Pick<SourceReader, 'head'>
}): ReadHead {
  const askGit: ReadHead = async ({ source, branch, ownerId }, signal) =>
    sources.head(source, branch, { login: await accounts.loginFor(source, { ownerId }), signal })

  return async (place, signal) => {
    const { source, branch, ownerId } = place
    const account = accounts.accountFor(source, { ownerId })
    const fullName = account && toFullName(source.address, account.baseUrl)
    const isBranch = branch !== '' && !branch.startsWith('refs/')
    if (!isBranch || !account || fullName === undefined || account.failure !== null)
      return askGit(place, signal)
    try {
      const client = await accounts.client(account.id)
      return { branch, sha: await readBranchHead(client, { fullName, branch }, signal) }
    } catch (error) {
      const failure = toFailure(error)
      if (!leftToGit.includes(failure.code)) throw error
      accounts.noteFailure(account.id, failure)
      return askGit(place, signal)
    }
  }
}
