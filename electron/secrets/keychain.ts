import { randomUUID } from 'node:crypto'
import { SlipwayError } from '../../shared/domain/failure.ts'
import type { SecretStore } from './secret-store.ts'

/** What we use of `keytar`, which is an optional dependency. */
export interface Keychain {
  getPassword(service: string, account: string): Promise<string | null>
  setPassword(service: string, account: string, password: string): Promise<void>
  deletePassword(service: string, account: string): Promise<boolean>
}

/** A locked keychain asks the person; one that never answers must not hold up a deploy for ever. */
const patienceMs = 60_000
/** Enough to see whether it works at all. */
const probeMs = 5_000

/** The keychain of the operating system; undefined where it cannot be used. */
export async function findKeychain(): Promise<Keychain | undefined> {
  try {
    const keychain = ((await import('keytar')) as { default: Keychain }).default
    const account = randomUUID()
    const probe = createKeychainStore(keychain, 'Slipway probe', probeMs)
    await probe.set(account, account)
    const isKept = (await probe.get(account)) === account
    await probe.delete(account)
    return isKept ? keychain : undefined
  } catch {
    return undefined
  }
}

/** Entries of one data folder, kept apart from those of others by the name of the service. */
export function createKeychainStore(
  keychain: Keychain,
  service: string,
  limitMs: number = patienceMs,
): SecretStore {
  const within = async <T>(answer: Promise<T>): Promise<T> => {
    let timer: NodeJS.Timeout | undefined
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new Error(`no answer within ${limitMs} ms`)), limitMs)
    })
    try {
      return await Promise.race([answer, late])
    } catch (error) {
      throw keychainFailure(error)
    } finally {
      clearTimeout(timer)
    }
  }
  return {
    get: async key => (await within(keychain.getPassword(service, key))) ?? undefined,
    set: (key, value) => within(keychain.setPassword(service, key, value)),
    delete: async key => {
      await within(keychain.deletePassword(service, key))
    },
  }
}

export const keychainFailure = (cause?: unknown): SlipwayError =>
  new SlipwayError(
    {
      code: 'secrets_unavailable',
      message: 'The keychain of this computer, which holds the secrets, does not answer.',
      hint: 'Unlock it, or log in to the desktop again, then try once more.',
    },
    cause,
  )
