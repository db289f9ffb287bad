import { expect, test } from 'vitest'
import type { Build, PastRelease } from '../../../shared/domain/records.ts'
import { toTimeline } from './timeline-entries.ts'

const build = (id: string, status: string, createdAt: number) => ({ id, status, createdAt }) as Build
const release = (id: string, buildId: string, status: string, createdAt: number) =>
  ({ id, buildId, status, createdAt }) as PastRelease

test('builds that came to nothing stand between the releases', () => {
  const live = release('r2', 'b2', 'live', 20)
  const entries = toTimeline({
    serving: live,
    releases: [live, release('r1', 'b1', 'retired', 10)],
    builds: [
      build('b4', 'running', 40),
      build('b3', 'failed', 30),
      build('b2', 'succeeded', 19),
      build('b1', 'succeeded', 9),
    ],
  })
  expect(entries.map(entry => [entry.id, entry.kind === 'release' && entry.canRollBack])).toEqual([
    ['b3', false],
    ['r2', false],
    ['r1', true],
  ])
})
