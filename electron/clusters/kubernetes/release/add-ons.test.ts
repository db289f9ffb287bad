import type { V1Pod, V1StatefulSet } from '@kubernetes/client-node'
import { expect, test } from 'vitest'
import { toRollout } from './add-ons.ts'
import { hasBeenComplete, toInstances } from './rollout.ts'

const run = { 'slipway.dev/release': 'r1', 'slipway.dev/run': '2' }
const set = (annotations: Record<string, string> = {}): V1StatefulSet => ({
  metadata: { name: 'blog-postgres', generation: 3, annotations, creationTimestamp: new Date(1000) },
  spec: { replicas: 1, serviceName: 'blog-postgres', selector: {}, template: { metadata: { labels: run } } },
})
const pod = (isReady: boolean, labels: Record<string, string> = run): V1Pod => ({
  metadata: { name: 'blog-postgres-0', labels },
  status: { conditions: [{ type: 'Ready', status: isReady ? 'True' : 'False' }] },
})
const instancesOf = (found: V1StatefulSet, pods: V1Pod[]) => {
  const { deployment } = toRollout(found, pods, 5000)
  return toInstances({ deployment, replicaSets: [], pods }, undefined).map(({ state, readyAt }) => ({
    state,
    wasReady: readyAt !== null,
  }))
}

test('a database that was never ready is on its way', () => {
  const seen = toRollout(set(), [pod(false)], 5000)
  expect(seen.note).toBeUndefined()
  expect(hasBeenComplete({ deployment: seen.deployment, replicaSets: [] })).toBe(false)
  expect(instancesOf(set(), [pod(false)])).toEqual([{ state: 'starting', wasReady: false }])
})

test('when it is ready, the run is to be written down', () => {
  expect(toRollout(set(), [pod(true)], 5000).note).toBe('r1/2 5000')
  expect(instancesOf(set(), [pod(true)])).toEqual([{ state: 'ready', wasReady: true }])
})

test('one that was ready and is not now is brought back by the cluster, not failed', () => {
  const known = set({ 'slipway.dev/arrived': 'r1/2 4000' })
  expect(toRollout(known, [pod(false)], 5000).note).toBeUndefined()
  expect(instancesOf(known, [pod(false)])).toEqual([{ state: 'starting', wasReady: true }])
})

test('what is written of an earlier run says nothing of this one', () => {
  const other = { ...run, 'slipway.dev/run': '1' }
  const known = set({ 'slipway.dev/arrived': 'r1/1 4000' })
  expect(toRollout(known, [pod(true, other)], 5000).note).toBeUndefined()
  expect(instancesOf(known, [])).toEqual([{ state: 'starting', wasReady: false }])
})
