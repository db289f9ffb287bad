import { expect, test } from 'vitest'
import { clusterChangesSchema, clusterSettingsSchema } from '../../../shared/domain/cluster.ts'
import { toChanges, toForm } from './settings-form.ts'

const settings = clusterSettingsSchema.parse({
  context: 'prod',
  registry: { address: 'registry.example.com/apps', hostAddress: null, isPlainHttp: false },
  mirrors: { 'docker.io': 'mirror.example.com:5000' },
  buildEnvironment: { HTTP_PROXY: 'http://proxy:3128', FLAGS: 'a=b' },
  baseDomain: 'apps.example.com',
})

test('what is not touched stays as it was', () => {
  const { context: _, kubeconfig: __, mayStart: ___, registryPasswordVersion: ____, ...rest } = settings
  const { address, hostAddress, isPlainHttp } = settings.registry ?? {}
  expect(toChanges(toForm(settings))).toEqual({ ...rest, registry: { address, hostAddress, isPlainHttp } })
})

test('a password is said only when it is typed', () => {
  const form = { ...toForm(settings), registryUser: 'ci', registryPassword: 'p' }
  expect(toChanges(form)).toMatchObject({ registryUser: 'ci', registryPassword: 'p' })
})

test('a registry that Slipway installed is not changed by the settings beside it', () => {
  const registry = { ...settings.registry, pullAddress: '127.0.0.1:7781', isInstalled: true }
  const form = toForm(clusterSettingsSchema.parse({ ...settings, registry, registryUser: 'slipway' }))
  expect(Object.keys(toChanges(form)).filter(key => /^registry(?!Image|NodeImage|Disk)/.test(key))).toEqual(
    [],
  )
})

test('what is emptied is none', () => {
  const form = { ...toForm(settings), registry: ' ', baseDomain: '', mirrors: '\n', buildEnvironment: '' }
  expect(toChanges(form)).toMatchObject({
    registry: null,
    baseDomain: null,
    mirrors: {},
    buildEnvironment: {},
  })
})

test('a mirror without an address is refused', () => {
  const changes = toChanges({ ...toForm(settings), mirrors: 'docker.io' })
  expect(clusterChangesSchema.safeParse(changes).error?.issues[0]?.path).toEqual(['mirrors', 'docker.io'])
})
