import { expect, test } from 'vitest'
import { findNearest, toLines } from './chart-path.ts'

const scale = { from: 0, until: 100, top: 10, width: 200, height: 52, gapMs: 30, isStepped: false }
const point = (at: number, value: number) => ({ at, value })

test('what was not measured is a gap, not a line', () => {
  const lines = toLines([point(0, 0), point(20, 10), point(80, 5), point(100, 5)], scale)
  expect(lines.map(({ line }) => line)).toEqual(['M0 51L40 1', 'M160 26L200 26'])
  expect(lines[0]?.area).toBe('M0 51L40 1L40 52L0 52Z')
})

test('a single point can be seen, a count goes in steps, nothing is nothing', () => {
  expect(toLines([point(50, 5)], scale)[0]?.line).toBe('M100 26h1')
  expect(toLines([point(0, 0), point(20, 10)], { ...scale, isStepped: true })[0]?.line).toBe('M0 51H40V1')
  expect(toLines([], scale)).toEqual([])
})

test('the point next to the pointer is found on both sides', () => {
  const points = [point(0, 1), point(50, 2), point(100, 3)]
  expect([-5, 30, 74, 76].map(at => findNearest(points, at)?.value)).toEqual([1, 2, 2, 3])
  expect(findNearest([], 1)).toBeUndefined()
})
