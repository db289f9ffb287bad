import { expect, test } from 'vitest'
import { registrySchema } from '../../../../shared/domain/cluster.ts'
import { readDockerConfig, toDockerConfig, toPullName, toPushName, toRegistryAccess } from './access.ts'

const registry = registrySchema.parse({
  address: 'registry.slipway-registry.svc:5000',
  hostAddress: null,
  isPlainHttp: true,
  pullAddress: '127.0.0.1:7781',
})
const login = { user: 'ana', password: 'open:sesame' }
const auth = Buffer.from('ana:open:sesame').toString('base64')

test('builds push an image under one name, and nodes pull it under another', () => {
  expect(toPushName(registry, 'slipway/ana/app')).toBe('registry.slipway-registry.svc:5000/slipway/ana/app')
  expect(toPullName(registry, 'slipway/ana/app')).toBe('127.0.0.1:7781/slipway/ana/app')
  const one = registrySchema.parse({ address: 'r.example/team', hostAddress: null, isPlainHttp: false })
  expect([toPushName(one, 'app'), toPullName(one, 'app')]).toEqual([
    'r.example/team/app',
    'r.example/team/app',
  ])
})

test('the login is for every host that the registry is reached at, and for no other', () => {
  expect(JSON.parse(toDockerConfig(registry, login))).toEqual({
    auths: { 'registry.slipway-registry.svc:5000': { auth }, '127.0.0.1:7781': { auth } },
  })
  const hub = registrySchema.parse({ address: 'docker.io/ana', hostAddress: null, isPlainHttp: false })
  expect(JSON.parse(toDockerConfig(hub, login))).toEqual({
    auths: { 'docker.io': { auth }, 'https://index.docker.io/v1/': { auth } },
  })
})

test('the password is found again in what was written, to be masked', () => {
  expect(readDockerConfig(toDockerConfig(registry, login))).toEqual(['open:sesame'])
  expect(readDockerConfig('')).toEqual([])
})

test('without a user the secret store is not asked', async () => {
  const settings = { registry, registryUser: null, registryCa: null, buildCa: null }
  const readPassword = () => Promise.reject(new Error('asked'))
  const connect = () => Promise.reject(new Error('connected'))
  expect(await toRegistryAccess({ settings, readPassword, connect })?.login()).toBeUndefined()
  expect(
    toRegistryAccess({ settings: { ...settings, registry: null }, readPassword, connect }),
  ).toBeUndefined()
})
