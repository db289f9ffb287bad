import { expect, test } from 'vitest'
import type { LogLine } from '../../shared/domain/log.ts'
import { formatLine } from './format-line.ts'

const line = (text: string, stream: LogLine['stream'] = 'stdout'): LogLine => ({
  seq: 1,
  at: new Date(2026, 0, 2, 3, 4, 5, 6).getTime(),
  stream,
  text,
  isPartial: false,
})

test('streams have their own colours, and the time comes first', () => {
  expect(formatLine(line('hello'), false)).toBe('hello')
  expect(formatLine(line('oh', 'stderr'), false)).toBe('\x1b[38;5;18moh\x1b[0m')
  expect(formatLine(line('ready', 'platform'), true)).toBe(
    '\x1b[38;5;16m03:04:05.006\x1b[0m  \x1b[38;5;17mready\x1b[0m',
  )
})

test("an app's colours stay, and what would move the cursor or rename the window goes", () => {
  expect(
    formatLine(line('\x1b[32mok\x1b[39m \x1b[2J\x1b[1;1H\x1b]0;title\x07\x1b[?1049h\x07done'), false),
  ).toBe('\x1b[32mok\x1b[39m done\x1b[0m')
})

test('a progress bar shows its last state', () => {
  expect(formatLine(line('10 %\r50 %\r100 %\r'), false)).toBe('100 %')
})
