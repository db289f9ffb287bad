import { afterEach, beforeEach, expect, test } from 'vitest'
import { createTestDatabase, type TestDatabase } from '../../tests/support/database.ts'
import { createTraffic } from './traffic.ts'

const minute = 60_000
const day = 1440 * minute
const start = Math.floor(1_760_000_000_000 / day) * day

let data: TestDatabase
let id: string
let now: number
beforeEach(() => {
  data = createTestDatabase()
  id = data.deployment('blog')
  now = start
})
afterEach(() => data.close())

const create = () => createTraffic({ reader: data.reader, writer: data.writer, now: () => now })

test('requests are counted by the minute, with what they took and which failed', () => {
  const traffic = create()
  for (const ms of [10, 10, 10, 200]) traffic.note(id, { status: 200, ms })
  now += 2 * minute
  traffic.note(id, { status: 502, ms: 0.2 })
  const { hour, day: days } = traffic.of(id)
  expect(hour).toEqual([
    { at: start, requests: 4, failed: 0, medianMs: 11, slowMs: expect.closeTo(200, -2) },
    { at: start + 2 * minute, requests: 1, failed: 1, medianMs: 1, slowMs: 1 },
  ])
  expect(days).toEqual([{ at: start, requests: 5, failed: 1, medianMs: 11, slowMs: hour[0]?.slowMs }])
})

test('five minutes that are over are kept for a later start; what is cut in two by one is joined', () => {
  const first = create()
  first.note(id, { status: 200, ms: 5 })
  now += 6 * minute
  first.note(id, { status: 200, ms: 5 })
  expect(data.reader.trafficOf(id).map(one => one.requests)).toEqual([1])
  first.dispose()
  const second = create()
  second.note(id, { status: 500, ms: 5 })
  expect(second.of(id).hour).toHaveLength(1)
  second.dispose()
  expect(
    create()
      .of(id)
      .day.map(({ at, requests, failed }) => [at, requests, failed]),
  ).toEqual([
    [start, 1, 0],
    [start + 5 * minute, 2, 1],
  ])
})

test('nothing is older than an hour, or a day, and a deployment that is gone leaves nothing', () => {
  const traffic = create()
  traffic.note(id, { status: 200, ms: 5 })
  now += 61 * minute
  traffic.note(id, { status: 200, ms: 5 })
  expect(traffic.of(id).hour).toHaveLength(1)
  expect(traffic.of(id).day).toHaveLength(2)
  now += day
  expect(traffic.of(id)).toEqual({ hour: [], day: [] })
  traffic.note(id, { status: 200, ms: 5 })
  data.writer.removeDeployment(id)
  traffic.dispose()
  expect(data.reader.trafficOf(id)).toEqual([])
})
