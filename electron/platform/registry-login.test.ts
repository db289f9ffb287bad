import { expect, test } from 'vitest'
import { registrySchema } from '../../shared/domain/cluster.ts'
import { decideRegistryLogin } from './registry-login.ts'

const registryAt = (address: string) =>
  registrySchema.parse({ address, hostAddress: null, isPlainHttp: false })
const none = { registry: registryAt('a.example/apps'), registryUser: null, registryPasswordVersion: null }
const set = { ...none, registryUser: 'ci', registryPasswordVersion: 'v1' }
const kept = { registryUser: 'ci', registryPasswordVersion: 'v1', password: undefined }
const forgotten = { registryUser: null, registryPasswordVersion: null, password: undefined }

test('what is not touched stays', () => {
  expect(decideRegistryLogin(none, {})).toEqual(forgotten)
  expect(decideRegistryLogin(set, {})).toEqual(kept)
  expect(decideRegistryLogin(set, { registryUser: 'ci' })).toEqual(kept)
})

test('a new password is a new version', () => {
  const fresh = { registryUser: 'ci', registryPasswordVersion: null, password: 'new' }
  expect(decideRegistryLogin(none, { registryUser: 'ci', registryPassword: 'new' })).toEqual(fresh)
  expect(decideRegistryLogin(set, { registryPassword: 'new' })).toEqual(fresh)
})

test('a user without a password is refused, as a password without a user', () => {
  expect(() => decideRegistryLogin(none, { registryUser: 'ci' })).toThrow(/password of ci .* is missing/)
  expect(() => decideRegistryLogin(set, { registryUser: 'ana' })).toThrow(/password of ana .* is missing/)
  expect(() => decideRegistryLogin(set, { registryPassword: null })).toThrow(/is missing/)
  expect(() => decideRegistryLogin(none, { registryPassword: 'new' })).toThrow(/needs its user/)
})

test('no user, no password', () => {
  expect(decideRegistryLogin(set, { registryUser: null })).toEqual(forgotten)
})

test('a password is not sent to another registry than the one it was typed for', () => {
  expect(decideRegistryLogin(set, { registry: registryAt('b.example/apps') })).toEqual(forgotten)
  expect(decideRegistryLogin(set, { registry: null })).toEqual(forgotten)
  expect(() =>
    decideRegistryLogin(set, { registry: registryAt('b.example/apps'), registryUser: 'ci' }),
  ).toThrow(/is missing/)
  expect(decideRegistryLogin(set, { registry: registryAt('a.example/others') })).toEqual(kept)
})

test('a login may be set before the registry is found', () => {
  const unknown = { ...none, registry: null }
  expect(decideRegistryLogin(unknown, { registryUser: 'ci', registryPassword: 'p' }).password).toBe('p')
  expect(
    decideRegistryLogin({ ...set, registry: null }, { registry: registryAt('a.example') }),
  ).toMatchObject(kept)
})
