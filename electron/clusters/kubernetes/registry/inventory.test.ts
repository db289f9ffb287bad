import { expect, test } from 'vitest'
import { ApiError } from '../api-failure.ts'
import { listPodsFromRegistry, refuseForeign } from './inventory.ts'
import { registryLabels } from './names.ts'

const clusterWith = (labels: Record<string, string> | undefined) => ({
  get: async () => (labels === undefined ? undefined : { metadata: { labels } }) as never,
})

test.each([
  ['is not there', undefined],
  ['was made by Slipway', { ...registryLabels, more: 'labels' }],
])('a namespace that %s is taken', async (_, labels) => {
  await expect(refuseForeign(clusterWith(labels))).resolves.toBeUndefined()
})

test.each([
  ['by others', {}],
  ['by Slipway for something else', { 'app.kubernetes.io/managed-by': 'slipway' }],
])('a namespace that was made %s is left alone', async (_, labels) => {
  await expect(refuseForeign(clusterWith(labels))).rejects.toThrow(
    /namespace slipway-registry that is not Slipway's/,
  )
})

test('who may not look at all pods is not told that nobody needs it', async () => {
  const list = async () =>
    Promise.reject(new ApiError({ status: 403, reason: 'Forbidden', message: 'pods is forbidden' }))
  await expect(listPodsFromRegistry({ list })).rejects.toThrow('pods is forbidden')
})

test('pods that nodes pulled from it are found wherever they are, until they have ended', async () => {
  const pod = (name: string, image: string, phase = 'Running', labels = {}) => ({
    metadata: { namespace: 'team', name, labels },
    spec: {
      containers: [
        { name: 'c', image: 'docker.io/x' },
        { name: 'd', image },
      ],
    },
    status: { phase },
  })
  const from = '127.0.0.1:7781/slipway/a/b@sha256:c'
  const pods = [
    pod('of-others', from),
    pod('of-slipway', from, 'Pending', { 'slipway.dev/deployment': 'd1' }),
    pod('over', from, 'Succeeded'),
    pod('elsewhere', 'registry.example/127.0.0.1:7781/x'),
  ]
  expect(await listPodsFromRegistry({ list: async () => pods as never })).toEqual([
    { name: 'team/of-others', deploymentId: undefined },
    { name: 'team/of-slipway', deploymentId: 'd1' },
  ])
})
