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
  const { context: _, kubeconfig: __, mayStart: ___, ...rest } = settings
  expect(toChanges(toForm(settings))).toEqual(rest)
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
