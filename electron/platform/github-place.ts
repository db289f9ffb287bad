import type { Account } from '../../shared/domain/github.ts'
import { publicGitHub, toFullName } from '../../shared/domain/github-address.ts'
import type { Source } from '../../shared/domain/records.ts'
import type { createAccounts } from './accounts.ts'

export interface GitHubPlace {
  readonly account: Account
  readonly fullName: string
}

/** Of a source, at which GitHub it is, and who of this Slipway may ask there. */
export function createGitHubPlaces(accounts: Pick<ReturnType<typeof createAccounts>, 'accountFor' | 'list'>) {
  const find = (source: Source, ownerId: string): GitHubPlace | undefined => {
    const account = accounts.accountFor(source, { ownerId })
    const fullName = account && toFullName(source.address, account.baseUrl)
    return account === undefined || fullName === undefined ? undefined : { account, fullName }
  }
  return {
    /** Undefined: nobody may. */
    find,
    /** `elsewhere`: at no GitHub that is known. */
    kindOf: (source: Source, ownerId: string): 'ready' | 'signed_out' | 'elsewhere' => {
      if (find(source, ownerId) !== undefined) return 'ready'
      const hosts = [publicGitHub, ...accounts.list().map(({ baseUrl }) => baseUrl)]
      const isThere =
        source.kind === 'git' && hosts.some(host => toFullName(source.address, host) !== undefined)
      return isThere ? 'signed_out' : 'elsewhere'
    },
  }
}
