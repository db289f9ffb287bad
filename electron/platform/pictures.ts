import { toFailure } from '../../shared/domain/failure.ts'
import { readPicture } from '../sources/github/pictures.ts'
import type { createAccounts } from './accounts.ts'

/** What is known of a picture is believed for a day; that there was none to be had, for ten minutes. */
const freshMs = 86_400_000
const missingMs = 600_000
const mostKept = 300

interface Kept {
  readonly until: number
  readonly dataUrl: Promise<string | null>
}

/** Pictures of people at GitHub, read when a page first shows somebody, and kept in memory. */
export function createPictures(deps: {
  accounts: Pick<ReturnType<typeof createAccounts>, 'account' | 'client'>
  now: () => number
  log: (message: string) => void
}) {
  const { accounts, now, log } = deps
  const kept = new Map<string, Kept>()
  const ending = new AbortController()

  const read = async (key: string, accountId: string, login: string): Promise<string | null> => {
    try {
      const client = await accounts.client(accountId)
      const dataUrl = await readPicture(client, login, ending.signal)
      if (dataUrl !== undefined) return dataUrl
    } catch (error) {
      log(`there is no picture of ${login}: ${toFailure(error).message}`)
    }
    const known = kept.get(key)
    if (known !== undefined) kept.set(key, { ...known, until: now() + missingMs })
    return null
  }

  return {
    /**
     * Asked for once for all who show the same person. Null: there is none now, and the page draws letters. `sign_in_required` for an
     * account that is not signed in.
     */
    async picture(accountId: string, login: string): Promise<string | null> {
      accounts.account(accountId)
      const key = `${accountId} ${login}`
      const known = kept.get(key)
      if (known !== undefined && known.until > now()) return known.dataUrl
      kept.delete(key)
      const dataUrl = Promise.resolve().then(() => read(key, accountId, login))
      kept.set(key, { until: now() + freshMs, dataUrl })
      for (const oldest of kept.keys()) if (kept.size > mostKept) kept.delete(oldest)
      return dataUrl
    },
    dispose: (): void => ending.abort(),
  }
}
