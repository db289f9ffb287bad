import type { V1Node, V1Pod } from '@kubernetes/client-node'
import { expect, test } from 'vitest'
import type { Failure } from '../../../../shared/domain/failure.ts'
import { foundOf, mostNodes } from '../../../../shared/domain/survey.ts'
import { findRequested, toNodes } from './nodes.ts'

const denied: Failure = { code: 'cluster_denied', message: 'You may not.', hint: '' }
const gib = 1024 ** 3

const node = (name: string, conditions: Record<string, string>, spec: V1Node['spec'] = {}): V1Node => ({
  metadata: { name },
  spec,
  status: {
    conditions: Object.entries(conditions).map(([type, status]) => ({ type, status })),
    allocatable: { cpu: '3500m', memory: '2Gi', pods: '110' },
    nodeInfo: { architecture: 'arm64', kubeletVersion: 'v1.36.3' } as never,
  },
})
const ready = { Ready: 'True', MemoryPressure: 'False' }

const pod = (nodeName: string, cpu: string): V1Pod => ({
  spec: { nodeName, containers: [{ name: 'one', resources: { requests: { cpu, memory: '1Gi' } } }] },
})

/** As the API hands them on, in pages. */
const pagesOf = (...pages: readonly V1Pod[][]) => ({
  pages: async function* () {
    yield* pages
  } as never,
})

test('what pods of all pages asked for is added for each node', async () => {
  const api = pagesOf([pod('a', '1'), pod('b', '250m')], [pod('a', '500m')])
  expect(await findRequested(api, new AbortController().signal)).toEqual(
    new Map([
      ['a', { cpu: 1.5, memory: 2 * gib, pods: 2 }],
      ['b', { cpu: 0.25, memory: gib, pods: 1 }],
    ]),
  )
})

test('a node says how it is and what of it is asked for; one without pods has all of it', () => {
  const requested = new Map([['a', { cpu: 1.5, memory: gib, pods: 2 }]])
  const found = toNodes([node('a', ready), node('b', ready)], { found: requested })
  const common = {
    ...{ isReady: true, isSchedulable: true, architecture: 'arm64', kubelet: 'v1.36.3', pressures: [] },
    allocatable: { cpu: 3.5, memory: 2 * gib, pods: 110 },
  }
  expect(found).toEqual({
    list: [
      { ...common, name: 'a', requested: { cpu: 1.5, memory: gib, pods: 2 } },
      { ...common, name: 'b', requested: { cpu: 0, memory: 0, pods: 0 } },
    ],
    count: 2,
    allocatable: { cpu: 7, memory: 4 * gib, pods: 220 },
    requested: { found: { cpu: 1.5, memory: gib, pods: 2 } },
  })
})

test('who may not see the pods of others sees the nodes, and is told why no more is known', () => {
  const found = toNodes([node('a', ready)], { missing: denied })
  expect(found.requested).toEqual({ missing: denied })
  expect(found.list).toMatchObject([{ name: 'a', requested: null }])
})

test('nodes with troubles come first, and one that is not ready adds no room', () => {
  const found = toNodes(
    [
      node('node-10', ready),
      node('node-2', ready),
      node('closed', ready, { unschedulable: true }),
      node('full', { Ready: 'True', DiskPressure: 'True', PIDPressure: 'True' }),
      node('gone', { Ready: 'Unknown' }),
    ],
    { found: new Map([['gone', { cpu: 1, memory: gib, pods: 1 }]]) },
  )
  expect(found.list.map(one => one.name)).toEqual(['gone', 'full', 'closed', 'node-2', 'node-10'])
  expect(found.list[1]?.pressures).toEqual(['disk', 'process ids'])
  expect(found.allocatable.cpu).toBeCloseTo(4 * 3.5)
  expect(foundOf(found.requested)).toEqual({ cpu: 0, memory: 0, pods: 0 })
})

test('of very many nodes all are counted, and some are listed', () => {
  const many = Array.from({ length: mostNodes + 20 }, (_, index) => node(`node-${index}`, ready))
  const found = toNodes(many, { found: new Map() })
  expect(found.list).toHaveLength(mostNodes)
  expect(found.count).toBe(mostNodes + 20)
  expect(found.allocatable.pods).toBe((mostNodes + 20) * 110)
})
