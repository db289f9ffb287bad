import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { clusterSettingsSchema } from '../../shared/domain/cluster.ts'
import { createTestDatabase, type TestDatabase } from '../../tests/support/database.ts'
import { decideWait, findWait, toWaitText } from './slots.ts'

describe('whether a build may begin', () => {
  const owner = { id: 'ana', name: 'ana' }
  const of = (...ownerIds: string[]) => ownerIds.map(ownerId => ({ ownerId }))
  const say = (running: { ownerId: string }[], limits: { builds: number; buildsPerUser: number }) => {
    const wait = decideWait({ owner, running, limits })
    return wait === undefined ? 'begins' : toWaitText(wait)
  }

  test.each([
    ['nothing is under way', of(), { builds: 2, buildsPerUser: 1 }, 'begins'],
    ['another user builds', of('bea'), { builds: 2, buildsPerUser: 1 }, 'begins'],
    ['the user builds', of('ana'), { builds: 3, buildsPerUser: 1 }, 'waits for another build of ana'],
    [
      'the user has as many as one may',
      of('ana', 'bea', 'ana'),
      { builds: 5, buildsPerUser: 2 },
      'waits for one of 2 builds of ana',
    ],
    ['the cluster builds', of('bea'), { builds: 1, buildsPerUser: 2 }, 'waits for another build'],
    [
      'the cluster has as many as it may',
      of('bea', 'ana'),
      { builds: 2, buildsPerUser: 2 },
      'waits for one of 2 builds',
    ],
    [
      'both are full, whose own builds are in the way is told first',
      of('ana', 'bea'),
      { builds: 2, buildsPerUser: 1 },
      'waits for another build of ana',
    ],
  ])('%s', (_, running, limits, expected) => expect(say(running, limits)).toBe(expected))
})

describe('on record', () => {
  let data: TestDatabase
  beforeEach(() => {
    data = createTestDatabase()
  })
  afterEach(() => data.close())

  const wait = (id: string) => {
    const row = data.reader.deploymentRow(id)
    return row && findWait(data.reader, row, { builds: 2 })
  }
  const begin = (id: string) => data.writer.moveBuild(data.queuedBuild(id), 'queued', 'running')
  const addCluster = (limits: { builds?: number; buildsPerUser?: number }) =>
    data.writer.cluster('kubernetes', 'away', clusterSettingsSchema.parse({ context: 'away', ...limits }))

  test('builds at once are counted for each cluster, and bounded as is set for it', () => {
    const away = addCluster({ builds: 1 })
    const [here, there] = [data.deployment('blog'), data.deployment('away', away)]
    begin(here)
    expect([wait(here), wait(there)]).toEqual([undefined, undefined])
    begin(data.deployment('shop'))
    expect([wait(here), wait(there)]).toEqual([{ for: 'cluster', count: 2 }, undefined])
    begin(there)
    expect(wait(there)).toEqual({ for: 'cluster', count: 1 })
  })

  test('builds of a user are counted for each cluster too', () => {
    const away = addCluster({ builds: 4, buildsPerUser: 1 })
    const [first, second] = [data.deployment('first', away), data.deployment('second', away)]
    begin(data.deployment('blog'))
    expect(wait(first)).toBeUndefined()
    begin(first)
    expect(wait(second)).toEqual({ for: 'user', name: 'ana', count: 1 })
  })
})
