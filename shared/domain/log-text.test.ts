import { expect, test } from 'vitest'
import type { LogLine } from './log.ts'
import { createLogText, toPlainText } from './log-text.ts'

const line = (text: string, more: Partial<LogLine> = {}): LogLine => ({
  seq: 1,
  at: Date.UTC(2026, 0, 2, 3, 4, 5, 6),
  stream: 'stdout',
  text,
  isPartial: false,
  ...more,
})

test('plain text has no colours', () => {
  expect(toPlainText('\x1b[1;31mred\x1b[0m\tend')).toBe('red\tend')
})

test('a file has time, stream and text of each line; the pieces of a long line are one', () => {
  const toText = createLogText()
  const lines = [
    line('one'),
    line('a long', { isPartial: true }),
    line(' line', { isPartial: true }),
    line(' ends'),
    line('\x1b[31mhalf', { isPartial: true }),
    line('between', { stream: 'stderr' }),
    line('end'),
  ]
  expect(lines.map(toText).join('')).toBe(
    [
      '2026-01-02T03:04:05.006Z stdout   one',
      '2026-01-02T03:04:05.006Z stdout   a long line ends',
      '2026-01-02T03:04:05.006Z stdout   half',
      '2026-01-02T03:04:05.006Z stderr   between',
      '2026-01-02T03:04:05.006Z stdout   end',
      '',
    ].join('\n'),
  )
})
