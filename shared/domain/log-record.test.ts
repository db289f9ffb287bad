import { expect, test } from 'vitest'
import type { NewLogLine } from './log.ts'
import { decodeBatch, decodeLine, encodeLines } from './log-record.ts'

const line = (text: string, more: Partial<NewLogLine> = {}): NewLogLine => ({
  ...{ at: 1_732_412_345_678, stream: 'stdout', text, isPartial: false },
  ...more,
})

test('what is written is read again: streams, pieces, instances, and text of any kind', () => {
  const lines = [
    line('plain'),
    line('of an instance', { instance: 'x7k2p' }),
    line('of the same', { instance: 'x7k2p' }),
    line('of another', { instance: 'm4', stream: 'stderr', isPartial: true }),
    line(''),
    line('', { instance: 'x7k2p' }),
    line('@not an instance'),
    line('back\\slash and\nline feed'),
  ]
  const records = encodeLines(lines)
  expect(decodeBatch({ first: 5, last: 12, records })).toEqual(
    lines.map((one, index) => ({ seq: 5 + index, ...one })),
  )
})

test('lines that were written before there were instances are read as they are', () => {
  expect(decodeLine(1, '1000 o @x7k2p says hello')).toEqual({
    ...{ seq: 1, at: 1000, stream: 'stdout', text: '@x7k2p says hello', isPartial: false },
  })
})
