import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { toFailure } from '../../shared/domain/failure.ts'
import type { SecretPlace } from '../../shared/domain/records.ts'
import { createFileStore } from './file-store.ts'
import { createKeychainStore, type Keychain } from './keychain.ts'
import { createSecretPlace } from './secret-place.ts'
import type { SecretStore } from './secret-store.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'slipway-secrets-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

function createFakeKeychain(): Keychain {
  const entries = new Map<string, string>()
  const at = (service: string, account: string) => `${service}\n${account}`
  return {
    getPassword: async (service, account) => entries.get(at(service, account)) ?? null,
    setPassword: async (service, account, password) => void entries.set(at(service, account), password),
    deletePassword: async (service, account) => entries.delete(at(service, account)),
  }
}

const stores: Record<string, () => SecretStore> = {
  'an encrypted file': () => createFileStore(folder),
  'a keychain': () => createKeychainStore(createFakeKeychain(), 'test'),
}

describe.each(Object.entries(stores))('a secret store in %s', (_, create) => {
  test('gives back what was put in, and nothing else', async () => {
    const store = create()
    const values = { a: 'one', b: '', c: 'ü€😀\n"lines"', d: 'x'.repeat(100_000) }
    await Promise.all(Object.entries(values).map(([key, value]) => store.set(key, value)))
    for (const [key, value] of Object.entries(values)) expect(await store.get(key)).toBe(value)
    expect(await store.get('e')).toBeUndefined()
    await store.set('a', 'two')
    await store.delete('b')
    await store.delete('never there')
    expect([await store.get('a'), await store.get('b')]).toEqual(['two', undefined])
  })
})

describe('the encrypted file', () => {
  test('holds no value in the clear, is for this user only, and is found again', async () => {
    await createFileStore(folder).set('key', 'planted-value')
    expect(readdirSync(folder).sort()).toEqual(['secrets.json', 'secrets.key'])
    for (const name of readdirSync(folder)) {
      expect(statSync(join(folder, name)).mode & 0o777).toBe(0o600)
      expect(readFileSync(join(folder, name), 'latin1')).not.toContain('planted-value')
    }
    expect(await createFileStore(folder).get('key')).toBe('planted-value')
  })

  test('that is damaged, or whose key is another, fails and is left as it is', async () => {
    await createFileStore(folder).set('key', 'value')
    const path = join(folder, 'secrets.json')
    const good = readFileSync(path)
    writeFileSync(join(folder, 'secrets.key'), Buffer.alloc(32))
    await expect(createFileStore(folder).get('key')).rejects.toMatchObject({
      failure: { code: 'secrets_unavailable' },
    })
    writeFileSync(path, good.subarray(0, 20))
    await expect(createFileStore(folder).set('other', 'x')).rejects.toMatchObject({
      failure: { code: 'secrets_unavailable' },
    })
    expect(readFileSync(path)).toEqual(good.subarray(0, 20))
  })
})

describe('the place of secrets', () => {
  const createRecord = (place: SecretPlace | null = null) => ({
    place,
    read() {
      return this.place
    },
    write(next: SecretPlace) {
      this.place = next
    },
  })

  test('is the keychain where there is one, each data folder apart, and stays it', async () => {
    const keychain = createFakeKeychain()
    const [one, two] = [createRecord(), createRecord()]
    const open = (record: typeof one) =>
      createSecretPlace({ folder, record, findKeychain: async () => keychain })
    await open(one).set('key', 'value')
    await open(two).set('key', 'another')
    expect([await open(one).get('key'), await open(two).get('key')]).toEqual(['value', 'another'])
    expect(one.place).toEqual({ kind: 'keychain', service: expect.stringMatching(/^Slipway /) })
    expect(readdirSync(folder)).toEqual([])

    const without = createSecretPlace({ folder, record: one, findKeychain: async () => undefined })
    expect(await without.get('key').catch(toFailure)).toMatchObject({ code: 'secrets_unavailable' })
  })

  test('is the file where there is no keychain, and stays it when one comes', async () => {
    const record = createRecord()
    await createSecretPlace({ folder, record, findKeychain: async () => undefined }).set('key', 'value')
    const later = createSecretPlace({ folder, record, findKeychain: async () => createFakeKeychain() })
    expect([record.place, await later.get('key')]).toEqual([{ kind: 'file' }, 'value'])
  })

  test('is not decided by asking', async () => {
    const record = createRecord()
    const findKeychain = async () => Promise.reject(new Error('was asked'))
    const place = createSecretPlace({ folder, record, findKeychain })
    await place.delete('key')
    expect([await place.get('key'), record.place, readdirSync(folder)]).toEqual([undefined, null, []])
  })

  test('a keychain that never answers is a failure after a while', async () => {
    const silent: Keychain = {
      getPassword: () => new Promise(() => undefined),
      setPassword: () => new Promise(() => undefined),
      deletePassword: () => new Promise(() => undefined),
    }
    await expect(createKeychainStore(silent, 'test', 5).get('key')).rejects.toMatchObject({
      failure: { code: 'secrets_unavailable' },
    })
  })
})
