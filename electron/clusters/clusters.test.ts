import { expect, test, vi } from 'vitest'
import { createClusters } from './clusters.ts'
import type { ClusterDriver } from './driver.ts'
import type { LocalDriver } from './local/local-driver.ts'

const driverOf = (processes: number) =>
  ({ count: async () => ({ processes, checkouts: 0 }), watch: () => () => {}, dispose: vi.fn() }) as object

test('what a removed deployment left is counted where it was, as often as somebody asks', async () => {
  const rows = new Map([
    ['here', { id: 'local', kind: 'local' as const }],
    ['there', { id: 'c', kind: 'kubernetes' as const }],
  ])
  const clusters = createClusters({
    local: driverOf(1) as LocalDriver,
    clusterOf: id => rows.get(id),
    createDriver: async () => driverOf(2) as ClusterDriver,
  })
  const count = async () => [
    (await clusters.count('here')).processes,
    (await clusters.count('there')).processes,
  ]
  expect(await count()).toEqual([1, 2])
  rows.clear()
  expect(await count()).toEqual([1, 2])
  // Its driver may have been made anew meanwhile.
  await clusters.reopen('c')
  expect(await count()).toEqual([1, 2])
  await expect(clusters.count('never')).rejects.toThrow('There is no such deployment')
})
