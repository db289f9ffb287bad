import { expect, test } from 'vitest'
import type { LogLine } from '../../shared/domain/log.ts'
import { formatLine } from './format-line.ts'

const plain = { hasTime: false, instances: [] }

const line = (text: string, stream: LogLine['stream'] = 'stdout'): LogLine => ({
  seq: 1,
  at: new Date(2026, 0, 2, 3, 4, 5, 6).getTime(),
  stream,
  text,
  isPartial: false,
})

test('streams have their own colours, and the time comes first', () => {
  expect(formatLine(line('hello'), plain)).toBe('hello')
  expect(formatLine(line('oh', 'stderr'), plain)).toBe('\x1b[38;5;18moh\x1b[0m')
  expect(formatLine(line('ready', 'platform'), { ...plain, hasTime: true })).toBe(
    '\x1b[38;5;16m03:04:05.006\x1b[0m  \x1b[38;5;17mready\x1b[0m',
  )
})

test("an app's colours stay, and what would move the cursor or rename the window goes", () => {
  expect(
    formatLine(line('\x1b[32mok\x1b[39m \x1b[2J\x1b[1;1H\x1b]0;title\x07\x1b[?1049h\x07done'), plain),
  ).toBe('\x1b[32mok\x1b[39m done\x1b[0m')
})

test('a progress bar shows its last state', () => {
  expect(formatLine(line('10 %\r50 %\r100 %\r'), plain)).toBe('100 %')
})

test('instances are told apart by name and colour where there are several', () => {
  const look = { hasTime: false, instances: ['x7k2p', 'ab'] }
  expect(formatLine({ ...line('one'), instance: 'x7k2p' }, look)).toBe('\x1b[34mx7k2p\x1b[0m  one')
  expect(formatLine({ ...line('two'), instance: 'ab' }, look)).toBe('\x1b[32mab   \x1b[0m  two')
  expect(formatLine(line('of neither'), look)).toBe('       of neither')
})
