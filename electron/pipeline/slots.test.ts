import { afterEach, beforeEach, expect, test } from 'vitest'
import { clusterSettingsSchema } from '../../shared/domain/cluster.ts'
import { createTestDatabase, type TestDatabase } from '../../tests/support/database.ts'
import { hasFreeSlot } from './slots.ts'

let data: TestDatabase
beforeEach(() => {
  data = createTestDatabase()
})
afterEach(() => data.close())

test('builds at once are counted for each cluster, and bounded as is set for it', () => {
  const here = data.deployment('blog')
  const clusterId = data.writer.cluster(
    'kubernetes',
    'away',
    clusterSettingsSchema.parse({ context: 'away', builds: 1 }),
  )
  const rowOf = (id: string) => ({ clusterId: data.reader.deploymentRow(id)?.clusterId ?? '' })
  const isFree = (place: { clusterId: string }) => hasFreeSlot(data.reader, place, { builds: 2 })

  const begin = (id: string) => data.writer.moveBuild(data.queuedBuild(id), 'queued', 'running')
  begin(here)
  expect([isFree(rowOf(here)), isFree({ clusterId })]).toEqual([true, true])
  begin(data.deployment('shop'))
  expect([isFree(rowOf(here)), isFree({ clusterId })]).toEqual([false, true])
  const there = data.deployment('away', clusterId)
  begin(there)
  expect(isFree({ clusterId })).toBe(false)
})
