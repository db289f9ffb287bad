import { randomUUID } from 'node:crypto'
import type { SecretPlace } from '../../shared/domain/records.ts'
import { createFileStore } from './file-store.ts'
import { createKeychainStore, type Keychain, keychainFailure } from './keychain.ts'
import type { SecretStore } from './secret-store.ts'

/** Decided with the first secret and kept: a value is looked for where it was put, or nowhere. */
export interface PlaceRecord {
  read(): SecretPlace | null
  write(place: SecretPlace): void
}

/** The one store of a data folder, whoever opens it: the keychain where there is one, else an encrypted file. */
export function createSecretPlace(deps: {
  folder: string
  record: PlaceRecord
  findKeychain: () => Promise<Keychain | undefined>
}): SecretStore {
  const { folder, record } = deps
  let opening: Promise<SecretStore> | undefined

  const open = async (): Promise<SecretStore> => {
    const decided = record.read()
    if (decided?.kind === 'file') return createFileStore(folder)
    const keychain = await deps.findKeychain()
    if (decided !== null) {
      if (keychain === undefined) throw keychainFailure(new Error('there is no keychain any more'))
      return createKeychainStore(keychain, decided.service)
    }
    const place: SecretPlace =
      keychain === undefined ? { kind: 'file' } : { kind: 'keychain', service: `Slipway ${randomUUID()}` }
    record.write(place)
    return place.kind === 'file' || keychain === undefined
      ? createFileStore(folder)
      : createKeychainStore(keychain, place.service)
  }

  const opened = (): Promise<SecretStore> => {
    opening ??= open()
    opening.catch(() => {
      opening = undefined
    })
    return opening
  }

  return {
    get: async key => (record.read() === null ? undefined : (await opened()).get(key)),
    set: async (key, value) => (await opened()).set(key, value),
    delete: async key => {
      if (record.read() !== null) await (await opened()).delete(key)
    },
  }
}
