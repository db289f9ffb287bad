import { expect, test } from 'vitest'
import { clusterSettingsSchema } from '../../../../shared/domain/cluster.ts'
import { toRegistryParts } from './objects.ts'

const settings = clusterSettingsSchema.parse({ context: 'test', registryDisk: '5Gi' })
const objectsOf = (password: string, changes: Partial<typeof settings> = {}) =>
  toRegistryParts({ settings: { ...settings, ...changes }, password }).flatMap(part => part.objects)

test('the namespace comes first and holds everything, and all bear the label by which they are counted', () => {
  const objects = objectsOf('p')
  expect(objects.map(({ kind, metadata }) => `${kind} ${metadata?.name}`)).toEqual([
    'Namespace slipway-registry',
    'Secret registry',
    'PersistentVolumeClaim registry',
    'Service registry',
    'Deployment registry',
    'ConfigMap node-path',
    'DaemonSet node-path',
  ])
  for (const { metadata } of objects)
    expect(metadata?.labels).toMatchObject({ 'app.kubernetes.io/part-of': 'slipway-registry' })
  expect(new Set(objects.slice(1).map(({ metadata }) => metadata?.namespace))).toEqual(
    new Set(['slipway-registry']),
  )
})

test('the same is made of the same, and another password or image starts pods anew', () => {
  expect(objectsOf('p')).toEqual(objectsOf('p'))
  const templateOf = (objects: ReturnType<typeof objectsOf>) =>
    JSON.stringify(objects.find(one => one.kind === 'Deployment'))
  expect(templateOf(objectsOf('q'))).not.toBe(templateOf(objectsOf('p')))
  expect(templateOf(objectsOf('p', { registryImage: 'registry:3' }))).not.toBe(templateOf(objectsOf('p')))
})

test('a Service that was made anew starts the pods of the nodes anew, and no others', () => {
  const labelsOf = (serviceUid: string, kind: string) => {
    const objects = toRegistryParts({ settings, password: 'p', serviceUid }).flatMap(part => part.objects)
    return JSON.stringify(objects.find(one => one.kind === kind))
  }
  expect(labelsOf('a', 'DaemonSet')).toBe(labelsOf('a', 'DaemonSet'))
  expect(labelsOf('a', 'DaemonSet')).not.toBe(labelsOf('b', 'DaemonSet'))
  expect(labelsOf('a', 'Deployment')).toBe(labelsOf('b', 'Deployment'))
})

test('the password is in the Secret alone', () => {
  const password = 'only-in-the-secret'
  const encoded = Buffer.from(password).toString('base64')
  const holders = objectsOf(password).filter(one => {
    const text = JSON.stringify(one)
    return text.includes(password) || text.includes(encoded)
  })
  expect(holders.map(one => one.kind)).toEqual(['Secret'])
})
