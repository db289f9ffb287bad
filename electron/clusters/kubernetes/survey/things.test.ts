import type { V1Deployment, V1Job, V1PersistentVolumeClaim, V1Pod } from '@kubernetes/client-node'
import { expect, test } from 'vitest'
import type { Failure } from '../../../../shared/domain/failure.ts'
import { labels } from '../names.ts'
import { type FoundThings, toThings } from './things.ts'

const mib = 1024 ** 2
const missing: Failure = { code: 'unavailable', message: 'There are no figures.', hint: '' }

const empty: FoundThings = {
  ...{ scope: 'all', apps: [], databases: [], jobs: [], pods: [], claims: [], states: [] },
  use: { found: [] },
}
const marks = (id: string, more: Record<string, string> = {}) => ({ [labels.deployment]: id, ...more })
const app = (id: string, name: string, replicas: number, more: object = {}): V1Deployment => ({
  metadata: { name: `${name}-x`, labels: marks(id, { [labels.name]: name }), ...more },
  spec: { replicas } as never,
})
const pod = (podLabels: Record<string, string>, isReady: boolean): V1Pod => ({
  metadata: { labels: podLabels },
  spec: {
    containers: [
      {
        name: 'app',
        resources: { requests: { cpu: '100m', memory: '64Mi' }, limits: { cpu: '1', memory: '128Mi' } },
      },
    ],
  },
  status: { phase: 'Running', conditions: [{ type: 'Ready', status: isReady ? 'True' : 'False' }] },
})
const ofRelease = (id: string) => marks(id, { [labels.release]: 'r' })
const ofBuild = (id: string) => marks(id, { [labels.build]: 'b' })
const job = (id: string, ended?: string): V1Job => ({
  metadata: { labels: ofBuild(id) },
  status: ended === undefined ? {} : { conditions: [{ type: ended, status: 'True' }] },
})
const claim = (own: Record<string, string>, size: string, namespace = 'slipway-a') =>
  ({
    metadata: { labels: own, namespace },
    spec: { resources: { requests: { storage: size } } },
  }) as V1PersistentVolumeClaim

test('nothing there is nothing', () => {
  expect(toThings(empty)).toEqual({
    ...{ scope: 'all', deployments: [], count: 0, instances: 0, builds: 0, volumes: [] },
    ...{ requests: { cpu: 0, memory: 0 }, limits: { cpu: 0, memory: 0 } },
    use: { found: { cpu: 0, memory: 0 } },
  })
})

test('a deployment has what its own pods ask for and take; a pod of its build is not one of them', () => {
  const found = toThings({
    ...empty,
    apps: [app('b', 'shop', 1), app('a', 'blog', 2)],
    databases: [app('c', 'shop-db', 1) as never],
    jobs: [job('a'), job('a', 'Complete'), job('b', 'Failed')],
    pods: [
      pod(ofRelease('a'), true),
      pod(ofRelease('a'), false),
      pod(ofRelease('b'), true),
      pod(ofBuild('a'), true),
    ],
    use: {
      found: [
        { deploymentId: 'a', cpu: 0.5, memory: mib },
        { deploymentId: 'a', cpu: 0.25, memory: mib },
        { deploymentId: undefined, cpu: 1, memory: mib },
      ],
    },
  })
  expect(found.deployments).toEqual([
    {
      ...{ id: 'a', name: 'blog', isDatabase: false, instances: 2, ready: 1 },
      requests: { cpu: 0.2, memory: 128 * mib },
      limits: { cpu: 2, memory: 256 * mib },
      use: { cpu: 0.75, memory: 2 * mib },
    },
    {
      ...{ id: 'b', name: 'shop', isDatabase: false, instances: 1, ready: 1 },
      requests: { cpu: 0.1, memory: 64 * mib },
      limits: { cpu: 1, memory: 128 * mib },
      use: { cpu: 0, memory: 0 },
    },
    {
      ...{ id: 'c', name: 'shop-db', isDatabase: true, instances: 1, ready: 0 },
      requests: { cpu: 0, memory: 0 },
      limits: { cpu: 0, memory: 0 },
      use: { cpu: 0, memory: 0 },
    },
  ])
  expect(found).toMatchObject({ count: 3, instances: 2, builds: 1, use: { found: { cpu: 1.75 } } })
  expect(found.requests?.cpu).toBeCloseTo(0.4)
})

test('what is on its way out is not counted, nor what is no deployment', () => {
  const leaving = app('a', 'blog', 1, { deletionTimestamp: '2026-11-26T11:00:00Z' })
  const registry: V1Deployment = { metadata: { name: 'registry', labels: {} } }
  expect(toThings({ ...empty, apps: [leaving, registry] })).toMatchObject({ count: 0, deployments: [] })
})

test('volumes are counted by what they are for; a claim of a build is not one beside its volume', () => {
  const found = toThings({
    ...empty,
    claims: [
      claim(marks('a'), '8Gi'),
      claim(marks('b'), '1Gi'),
      claim({ [labels.keptOf]: 'c' }, '2Gi'),
      claim(ofBuild('a'), '12Gi'),
      claim({}, '20Gi', 'slipway-registry'),
    ],
    states: [{ spec: { capacity: { storage: '12Gi' } } }],
  })
  expect(found.volumes).toEqual([
    { purpose: 'database', count: 2, bytes: 9 * 1024 * mib },
    { purpose: 'kept', count: 1, bytes: 2 * 1024 * mib },
    { purpose: 'build-state', count: 1, bytes: 12 * 1024 * mib },
    { purpose: 'registry', count: 1, bytes: 20 * 1024 * mib },
  ])
})

test('where nothing measures what pods take, it is said once and shown of none', () => {
  const found = toThings({ ...empty, apps: [app('a', 'blog', 0)], use: { missing } })
  expect(found.use).toEqual({ missing })
  expect(found.deployments).toMatchObject([{ instances: 0, use: null }])
})
