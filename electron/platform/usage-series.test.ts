import { expect, test } from 'vitest'
import { averageOf, slotOf, withSample } from './usage-series.ts'

const minute = 60_000
const sample = (at: number, cpu = 0.5, memory = 100, restarts = 0) => ({ at, cpu, memory, restarts })

test('samples of five minutes become one: the average, the begin of the five minutes, the restarts at their end', () => {
  const at = slotOf(1_900_000_000_000)
  expect(averageOf([])).toBeUndefined()
  expect(averageOf([sample(at + minute, 0.5, 100, 1), sample(at + 4 * minute, 1.5, 201, 2)])).toEqual(
    sample(at, 1, 151, 2),
  )
})

test('an hour is kept, and no more samples than an hour has quarter minutes', () => {
  const old = [sample(0), sample(30 * minute)]
  expect(withSample(old, sample(61 * minute))).toEqual([sample(30 * minute), sample(61 * minute)])
  const many = Array.from({ length: 300 }, (_, second) => sample(second * 1000))
  expect(withSample(many, sample(300_000))).toHaveLength(240)
})
