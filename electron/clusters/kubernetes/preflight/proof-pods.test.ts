import { PassThrough } from 'node:stream'
import type { KubernetesObject } from '@kubernetes/client-node'
import { expect, test } from 'vitest'
import { ApiError } from '../api-failure.ts'
import { runPods } from './proof-pods.ts'

const run = (said: string) => {
  const refusal = new ApiError({
    status: 403,
    reason: 'Forbidden',
    message: `pods "build" is forbidden: ${said}`,
  })
  return runPods(
    {
      apply: async <T extends KubernetesObject>(): Promise<T> => Promise.reject(refusal),
      find: async <T>(): Promise<T> => ({ items: [], metadata: { resourceVersion: '1' } }) as T,
      stream: async () => new PassThrough(),
    },
    {
      ...{ namespace: 'proof', limitMs: 1000, signal: new AbortController().signal },
      pods: [{ apiVersion: 'v1', kind: 'Pod', metadata: { name: 'build' } }],
    },
  )
}

test('a pod that admission refuses has ended before it began', async () => {
  const said = 'violates PodSecurity "restricted:latest": privileged'
  const ends = await run(said)
  expect(ends.get('build')).toEqual({ isDone: false, message: `pods "build" is forbidden: ${said}` })
})

test('who may make no pods has proved nothing of them', async () => {
  const refused = run('User "ana" cannot patch resource "pods" in API group "" in the namespace "proof"')
  await expect(refused).rejects.toThrow('User "ana" cannot patch')
})
