import { expect, test } from 'vitest'
import type { LogLine } from '../../shared/domain/log.ts'
import { emptyWindow, hasOlder, isAtTail, linesAfter, withNewer, withOlder } from './log-window.ts'

const lines = (from: number, to: number): LogLine[] =>
  Array.from({ length: to - from + 1 }, (_, index) => ({
    seq: from + index,
    at: 0,
    stream: 'stdout',
    text: `line ${from + index}`,
    isPartial: false,
  }))
const seqs = (window: { lines: readonly LogLine[] }) => window.lines.map(line => line.seq)

test('new lines push the oldest ones out, and a line that came twice is held once', () => {
  const window = withNewer({ ...emptyWindow, lines: lines(1, 3), last: 3 }, lines(3, 6), 4)
  expect(seqs(window)).toEqual([3, 4, 5, 6])
  expect({ hasOlder: hasOlder(window), isAtTail: isAtTail(window) }).toEqual({
    hasOlder: true,
    isAtTail: true,
  })
})

test('older lines push the newest ones out, which leaves the tail', () => {
  const window = withOlder({ lines: lines(5, 8), first: 1, last: 8 }, lines(2, 4), 5)
  expect(seqs(window)).toEqual([2, 3, 4, 5, 6])
  expect({ hasOlder: hasOlder(window), isAtTail: isAtTail(window) }).toEqual({
    hasOlder: true,
    isAtTail: false,
  })
})

test('a line is found by counting from the end', () => {
  const held = lines(5, 8)
  expect([linesAfter(held, 8), linesAfter(held, 5), linesAfter(held, 4)]).toEqual([0, 3, undefined])
})
