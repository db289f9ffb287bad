import { expect, test } from 'vitest'
import { toContainerLine } from './container-log.ts'

test.each([
  ['2026-01-02T03:04:05.123456789Z hello  world ', 1767323045123, 1767323045123456, 'hello  world '],
  ['2026-01-02T03:04:05.1Z ', 1767323045100, 1767323045100000, ''],
  ['2026-01-02T03:04:05Z x', 1767323045000, 1767323045000000, 'x'],
  ['no time at all', 0, 0, 'no time at all'],
])('%s', (line, at, position, text) => {
  expect(toContainerLine(line)).toEqual({ at, position, text })
})
