import { Readable } from 'node:stream'
import type { KubernetesObject, V1PersistentVolume } from '@kubernetes/client-node'
import { expect, test, vi } from 'vitest'
import type { KubernetesApi } from '../api.ts'
import { ApiError } from '../api-failure.ts'
import { createBuildStates } from './build-states.ts'

const volume: V1PersistentVolume = {
  kind: 'PersistentVolume',
  metadata: { name: 'pv', labels: { 'slipway.dev/build-state': 'ana' } },
  spec: {
    persistentVolumeReclaimPolicy: 'Retain',
    claimRef: { namespace: 'before', name: 'state' },
    storageClassName: 'fast',
  },
}
const namespace = (name: string): KubernetesObject => ({ kind: 'Namespace', metadata: { name } })
const key = { buildId: 'b', deploymentId: 'd', ownerId: 'ana', namespace: 'mine' }

/** Says what is there, and notes what it was told to change. Whatever is deleted stays. */
function open(objects: readonly KubernetesObject[]) {
  const changes: string[] = []
  const api = {
    get: async (kind: string, { name }: { name: string }) =>
      objects.find(one => one.kind === kind && one.metadata?.name === name),
    list: async (kind: string) => objects.filter(one => one.kind === kind),
    patch: async (kind: string, { name }: { name: string }) => void changes.push(`${kind} ${name}`),
    apply: async (object: KubernetesObject) => {
      changes.push(`${object.kind} ${object.metadata?.namespace}`)
      return object
    },
    remove: async (kind: string, { name }: { name: string }) => void changes.push(`no ${kind} ${name}`),
    stream: async (_path: string, _query: object, signal: AbortSignal) => {
      signal.throwIfAborted()
      return new Readable({ signal, read: () => {} })
    },
  } as unknown as KubernetesApi
  return {
    changes,
    api,
    states: createBuildStates({ api, settings: { keepsBuildState: true, buildDisk: 4 } }),
  }
}

const never = new AbortController().signal

test('a volume that no build has is counted, and taken', async () => {
  const { states, changes } = open([volume])
  expect(await states.count('ana')).toBe(1)
  expect(await states.take(key, never)).toEqual({ claim: 'state', isNew: false })
  expect(changes).toEqual(['PersistentVolume pv', 'PersistentVolumeClaim mine'])
})

test('one that is meant for a build, which claims it a moment later, is neither taken nor deleted', async () => {
  const { states, changes } = open([volume, namespace('before')])
  expect(await states.take(key, never)).toBeUndefined()
  await states.drop('ana')
  expect(changes).toEqual([])
  expect(await states.count('ana')).toBe(0)
  expect(await states.take({ ...key, namespace: 'before' }, never)).toMatchObject({ isNew: false })
})

test('one that is being deleted is not taken', async () => {
  const leaving = { ...volume, spec: { ...volume.spec, persistentVolumeReclaimPolicy: 'Delete' } }
  const storageClass = {
    kind: 'StorageClass',
    metadata: { name: 'fast', annotations: { 'storageclass.kubernetes.io/is-default-class': 'true' } },
  }
  const { states, changes } = open([leaving, storageClass])
  expect(await states.take(key, never)).toEqual({ claim: 'state', isNew: true })
  expect(changes).toEqual(['PersistentVolumeClaim mine'])
})

test('a build that left its volume lets go of it with its Job, whose pod would hold the claim', async () => {
  const claim = { kind: 'PersistentVolumeClaim', metadata: { name: 'state' }, spec: { volumeName: 'pv' } }
  const { states, changes } = open([volume, claim as KubernetesObject])
  await states.leave(key)
  expect(changes).toEqual([])
  await states.release(key)
  expect(changes).toEqual(['no PersistentVolumeClaim state', 'no Job build-b'])
})

test('whoever leaves does not wait until a volume is gone', async () => {
  const { states, changes } = open([volume])
  const leaving = new AbortController()
  const dropped = states.drop('ana', leaving.signal)
  leaving.abort(new Error('left'))
  await expect(dropped).rejects.toThrow('left')
  expect(changes).toEqual(['PersistentVolume pv'])
})

test('a volume that is long in going goes by itself', async ({ onTestFinished }) => {
  const { states } = open([volume])
  const late = AbortSignal.abort(new DOMException('late', 'TimeoutError'))
  const clock = vi.spyOn(AbortSignal, 'timeout').mockReturnValue(late)
  onTestFinished(() => clock.mockRestore())
  await states.drop('ana')
})

test('who may not look at claims has nothing to leave', async () => {
  const { states, api } = open([])
  api.get = async () => {
    throw new ApiError({ status: 403, reason: 'Forbidden', message: 'no' } as never)
  }
  await states.leave(key)
})
