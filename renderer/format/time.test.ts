import { expect, test } from 'vitest'
import { formatAge, formatAgo, formatDay, formatDuration, formatElapsed } from './time.ts'

test('a duration is told in the shortest honest unit', () => {
  const told = [0, 840, 12_900, 185_000, 7_440_000, 259_200_000].map(formatDuration)
  expect(told).toEqual(['0 ms', '840 ms', '12 s', '3 min 05 s', '2 h 04 min', '3 days'])
})

test('a running count starts at whole seconds', () => {
  expect([0, 999, 1_000, 61_000].map(formatElapsed)).toEqual(['0 s', '0 s', '1 s', '1 min 01 s'])
})

test('an age grows from minutes to years', () => {
  const days = (n: number) => n * 86_400_000
  expect(
    [59_999, 240_000, 7_200_000, days(1), days(3), days(21), days(90), days(800)].map(formatAge),
  ).toEqual(['less than a minute', '4 min', '2 h', '1 day', '3 days', '3 weeks', '3 months', '2 years'])
  expect([5_000, 120_000].map(formatAgo)).toEqual(['just now', '2 min ago'])
})

test('days near now have names', () => {
  const now = new Date(2026, 10, 24, 15, 0).getTime()
  expect(formatDay(now - 3_600_000, now)).toBe('Today')
  expect(formatDay(now - 86_400_000, now)).toBe('Yesterday')
})
