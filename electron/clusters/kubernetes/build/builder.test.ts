import { expect, test } from 'vitest'
import { registrySchema } from '../../../../shared/domain/cluster.ts'
import { toDaemonConfiguration, toEnvironment, toRegistryMount } from './builder.ts'

const registryWith = (more: object) =>
  registrySchema.parse({ address: 'r.example:5000/team', hostAddress: null, isPlainHttp: false, ...more })

test('BuildKit is told of mirrors, of who speaks plain http, and of certificates', () => {
  const mirrors = { 'docker.io': 'http://m.example:5000', 'ghcr.io': 'n.example' }
  const settings = { mirrors, registryCa: '-----BEGIN CERTIFICATE-----' }
  expect(toDaemonConfiguration({ settings, registry: registryWith({}) })).toBe(
    [
      '[registry."docker.io"]\n  mirrors = ["m.example:5000"]\n',
      '[registry."ghcr.io"]\n  mirrors = ["n.example"]\n',
      '[registry."m.example:5000"]\n  http = true\n',
      '[registry."r.example:5000"]\n  ca = ["/etc/slipway/registry-ca.pem"]\n',
    ].join(''),
  )
  const plain = toDaemonConfiguration({
    settings: { mirrors: { 'ghcr.io': 'n.example' }, registryCa: null },
    registry: registryWith({ isPlainHttp: true }),
  })
  expect(plain).toContain(
    '[registry."r.example:5000"]\n  http = true\n[registry."n.example"]\n  http = true\n',
  )
})

test('a registry inside of the cluster is not asked through the proxy of builds', () => {
  const settings = { buildEnvironment: { HTTP_PROXY: 'http://proxy:3128', no_proxy: 'localhost', A: '1' } }
  const registry = registryWith({ address: 'registry.inside.svc:5000', isInstalled: true })
  const value = 'localhost,registry.inside.svc'
  expect(toEnvironment({ settings, registry })).toEqual([
    { name: 'HTTP_PROXY', value: 'http://proxy:3128' },
    { name: 'A', value: '1' },
    { name: 'NO_PROXY', value },
    { name: 'no_proxy', value },
  ])
  expect(toEnvironment({ settings, registry: registryWith({}) }).map(one => one.name)).toEqual([
    'HTTP_PROXY',
    'no_proxy',
    'A',
  ])
})

test('a pod names the Secret with the login, and holds none of it', () => {
  const mount = toRegistryMount('registry-b1', { user: 'ci', password: 'hush' })
  expect(JSON.stringify(mount)).not.toContain('hush')
  expect(mount.volumes[0]?.secret?.secretName).toBe('registry-b1')
  expect(toRegistryMount('registry-b1', undefined)).toEqual({ env: [], volumes: [], volumeMounts: [] })
})
