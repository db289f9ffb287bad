import { expect, test } from 'vitest'
import { clusterSettingsSchema } from '../../../../shared/domain/cluster.ts'
import type { KubernetesApi } from '../api.ts'
import { ApiError } from '../api-failure.ts'
import type { Kind } from '../objects.ts'
import { createSurvey } from './survey.ts'

const forbidden = () => new ApiError({ status: 403, reason: 'Forbidden', message: 'cannot list resource' })

/** An empty cluster; `answer` says what is otherwise, by kind and namespace. */
function ask(
  answer: (kind: Kind | 'version', namespace?: string) => Promise<object[]> | undefined,
  { limitMs, signal }: { limitMs?: number; signal?: AbortSignal } = {},
) {
  const asked: string[] = []
  const list = (kind: Kind | 'version', namespace?: string): Promise<object[]> => {
    asked.push([kind, namespace].filter(part => part !== undefined).join(' in '))
    return answer(kind, namespace) ?? Promise.resolve([])
  }
  const api = {
    async find(path: string) {
      const namespace = /namespaces\/([^/]+)/.exec(path)?.[1]
      const items = await list(path === '/version' ? 'version' : 'PodMetrics', namespace)
      return { gitVersion: 'v1.36.3', items }
    },
    list: async (kind: Kind, place: { namespace?: string }) => list(kind, place.namespace),
    async *pages(kind: Kind, place: { namespace?: string }) {
      yield await list(kind, place.namespace)
    },
  } as unknown as KubernetesApi
  const settings = clusterSettingsSchema.parse({ context: 'prod' })
  const survey = createSurvey({ api, settings, now: () => 5 }, limitMs)('ana', signal)
  return { survey, asked }
}

test('an owner is shown all, and nothing is asked twice', async () => {
  const { survey, asked } = ask(() => undefined)
  const found = await survey
  expect(found).toMatchObject({
    ...{ kind: 'kubernetes', at: 5, version: 'v1.36.3' },
    nodes: { found: { count: 0, requested: { found: { pods: 0 } } } },
    there: { found: { scope: 'all', count: 0, use: { found: { cpu: 0 } } } },
  })
  expect(asked.toSorted()).toEqual([
    'Deployment',
    'Job',
    'Node',
    'PersistentVolume',
    'PersistentVolumeClaim',
    // Of all, for what is asked of nodes, and of Slipway's own.
    ...['Pod', 'Pod', 'PodMetrics', 'StatefulSet', 'version'],
  ])
})

test('a member is shown their own namespaces, and told in words what else is not shown', async () => {
  const own = ['slipway-ana', 'slipway-builds-ana']
  const { survey } = ask((kind, namespace) =>
    kind === 'version' || own.includes(namespace ?? '') ? undefined : Promise.reject(forbidden()),
  )
  expect(await survey).toMatchObject({
    nodes: { missing: { code: 'cluster_denied', message: 'You may not look at the nodes.' } },
    there: { found: { scope: 'own', count: 0 } },
  })
})

test('a member who sees the nodes is told that what is free is not known', async () => {
  const node = { metadata: { name: 'one' } }
  const { survey } = ask((kind, namespace) => {
    if (kind === 'Node') return Promise.resolve([node])
    return kind === 'version' || namespace !== undefined ? undefined : Promise.reject(forbidden())
  })
  expect(await survey).toMatchObject({
    nodes: {
      found: { list: [{ name: 'one', requested: null }], requested: { missing: { code: 'cluster_denied' } } },
    },
  })
})

test('somebody without any right is told what to ask for', async () => {
  const { survey } = ask(kind => (kind === 'version' ? undefined : Promise.reject(forbidden())))
  expect(await survey).toMatchObject({
    there: { missing: { message: 'You may not look at what Slipway has there.' } },
  })
})

test('without a metrics API all else is known', async () => {
  const { survey } = ask(kind =>
    kind === 'PodMetrics'
      ? Promise.reject(new ApiError({ status: 503, reason: '', message: 'no endpoints' }))
      : undefined,
  )
  expect(await survey).toMatchObject({
    there: { found: { count: 0, use: { missing: { code: 'unavailable' } } } },
  })
})

const never = () => new Promise<never>(() => {})

test('what has not come in time is missing, and the rest is shown', async () => {
  const { survey } = ask(kind => (kind === 'Node' ? never() : undefined), { limitMs: 50 })
  expect(await survey).toMatchObject({
    nodes: { missing: { code: 'unavailable', message: 'The cluster prod did not answer within 0.05 s.' } },
    there: { found: { scope: 'all' } },
  })
})

test('a cluster that does not answer at all is a failure in time, and asked for nothing else', async () => {
  const { survey, asked } = ask(never, { limitMs: 5 })
  await expect(survey).rejects.toMatchObject({ failure: { code: 'unavailable' } })
  expect(asked).toEqual(['version'])
})

test('who leaves ends it', async () => {
  const left = new AbortController()
  const { survey } = ask(kind => (kind === 'Node' ? never() : undefined), { signal: left.signal })
  left.abort(new Error('left'))
  await expect(survey).rejects.toThrow('left')
})
