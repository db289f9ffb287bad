import { expect, test } from 'vitest'
import { idSchema } from '../../shared/domain/records.ts'
import { createTestDatabase } from '../../tests/support/database.ts'
import { createIds, findNewestId } from './ids.ts'

test('ids sort by the time they were made, also within one millisecond', () => {
  const times = [5, 5, 5, 6, 1_800_000_000_000, 1_800_000_000_000, 1_800_000_000_001]
  const newId = createIds(() => times.shift() ?? 0)
  const made = Array.from({ length: 7 }, newId)
  expect([...made].sort()).toEqual(made)
  expect(new Set(made).size).toBe(7)
})

test('ids keep their order when the clock goes back', () => {
  const times = [2000, 1000]
  const newId = createIds(() => times.shift() ?? 0)
  const [first = '', second = ''] = [newId(), newId()]
  expect(first < second).toBe(true)
})

test('ids keep their order when the clock goes back while Slipway is closed', () => {
  const data = createTestDatabase()
  const build = data.queuedBuild(data.deployment('blog'))
  const newest = findNewestId(data.database.sqlite)
  const newId = createIds(() => 1000, newest)
  const [first = '', second = ''] = [newId(), newId()]
  data.close()
  expect(newest).toBe(build)
  expect([build, first, second]).toEqual([build, first, second].toSorted())
})

test('ids are as the contract takes them, and parts of names', () => {
  expect(idSchema.safeParse(createIds(Date.now)()).success).toBe(true)
})
