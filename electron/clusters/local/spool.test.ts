import { appendFileSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { decodeBatch, encodeLines } from '../../../shared/domain/log-record.ts'
import { createSpoolWriter, forgetSpool, readSpool, type SpoolLine } from './spool.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'slipway-spool-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const line = (n: number): SpoolLine => ({ at: n, stream: 'stdout', text: `line ${n}`, isPartial: false })
const numbers = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, i) => from + i)

const toLines = (records: Buffer) =>
  decodeBatch({ first: 1, last: 0, records: records.toString() }).map(({ seq: _, ...rest }) => rest)

function readAll(from = 0) {
  let position = from
  let droppedBytes = 0
  const lines: SpoolLine[] = []
  for (;;) {
    const batch = readSpool(folder, position)
    droppedBytes += batch.droppedBytes
    lines.push(...toLines(batch.records))
    if (batch.position === position) return { lines, position, droppedBytes }
    position = batch.position
  }
}

test('lines are read in order across segments, and read segments are deleted', () => {
  const writer = createSpoolWriter(folder, { segmentBytes: 200, limitBytes: 100_000 })
  for (const n of numbers(1, 50)) writer.write([line(n)])
  const { lines, position, droppedBytes } = readAll()
  expect({ lines, droppedBytes }).toEqual({ lines: numbers(1, 50).map(line), droppedBytes: 0 })
  forgetSpool(folder, position)
  expect(readdirSync(folder)).toHaveLength(1)
  writer.write([line(51)])
  expect(readAll(position).lines).toEqual([line(51)])
})

test('past the limit the oldest lines go, and their bytes are counted', () => {
  const writer = createSpoolWriter(folder, { segmentBytes: 200, limitBytes: 1000 })
  for (const n of numbers(1, 100)) writer.write([line(n)])
  const { lines, position, droppedBytes } = readAll()
  const first = lines[0]?.at ?? 0
  expect(lines).toEqual(numbers(first, 100).map(line))
  const bytesOf = (read: SpoolLine[]) => Buffer.byteLength(encodeLines(read))
  expect({ droppedBytes, position }).toEqual({
    droppedBytes: bytesOf(numbers(1, first - 1).map(line)),
    position: bytesOf(numbers(1, 100).map(line)),
  })
})

test('a line that is not written whole is not read', () => {
  createSpoolWriter(folder).write([line(1)])
  const [name = ''] = readdirSync(folder)
  appendFileSync(join(folder, name), '2 o hal')
  expect(readAll().lines).toEqual([line(1)])
})

test('a damaged line is counted and does not hide those after it', () => {
  const writer = createSpoolWriter(folder)
  writer.write([line(1)])
  const [name = ''] = readdirSync(folder)
  appendFileSync(join(folder, name), 'at":2}\n')
  writer.write([line(3)])
  const { lines, droppedBytes } = readAll()
  expect({ lines, droppedBytes }).toEqual({ lines: [line(1), line(3)], droppedBytes: 7 })
})
