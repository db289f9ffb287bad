import { closeSync, openSync, readdirSync, readSync, rmSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import type { NewLogLine } from '../../../shared/domain/log.ts'

/** A line on its way from a supervisor to the log store. `step` is set on the line that begins a step. */
export interface SpoolLine extends NewLogLine {
  readonly step?: string
}

/** `position`: where to go on reading. `droppedBytes`: what was thrown away before the first line, unread. */
export interface SpoolBatch {
  readonly lines: SpoolLine[]
  readonly position: number
  readonly droppedBytes: number
}

const segmentBytes = 4 * 1024 * 1024
const limitBytes = 64 * 1024 * 1024
/** Longer than the longest line, which is one piece of output with every character escaped. */
const readBytes = 256 * 1024

const pattern = /^spool-(\d{16})\.jsonl$/
const toName = (start: number) => `spool-${String(start).padStart(16, '0')}.jsonl`

function listSegments(folder: string): number[] {
  return readdirSync(folder)
    .flatMap(name => {
      const start = pattern.exec(name)?.[1]
      return start === undefined ? [] : [Number(start)]
    })
    .sort((a, b) => a - b)
}

/**
 * Writes lines as JSON to segments that are named by the position of their first byte. Past the limit the oldest
 * segments go, read or not. A full disk loses lines but does not end the writer: the reader sees the gap.
 */
export function createSpoolWriter(folder: string, limits = { segmentBytes, limitBytes }) {
  const segments: number[] = []
  let file: number | undefined
  let position = 0

  const open = () => {
    file = openSync(join(folder, toName(position)), 'a')
    segments.push(position)
    while (segments.length > 1 && position - (segments[0] ?? 0) > limits.limitBytes) {
      rmSync(join(folder, toName(segments.shift() ?? 0)), { force: true })
    }
    return file
  }
  const close = () => {
    if (file !== undefined) closeSync(file)
    file = undefined
  }

  return {
    write(lines: readonly SpoolLine[]): void {
      if (lines.length === 0) return
      const bytes = Buffer.from(lines.map(line => `${JSON.stringify(line)}\n`).join(''))
      let written = 0
      try {
        const target = file ?? open()
        while (written < bytes.length) written += writeSync(target, bytes, written)
      } catch {
        position += bytes.length
        close()
        return
      }
      position += bytes.length
      if (position - (segments.at(-1) ?? 0) >= limits.segmentBytes) close()
    },
    close,
  }
}

/** The next whole lines from `position`; none when there is nothing new. */
export function readSpool(folder: string, position: number): SpoolBatch {
  const segments = listSegments(folder)
  let droppedBytes = 0
  let from = position
  for (;;) {
    const index = segments.findLastIndex(start => start <= from)
    const next = segments[index + 1]
    const bytes =
      index === -1
        ? undefined
        : readLines(join(folder, toName(segments[index] ?? 0)), from - (segments[index] ?? 0))
    if (bytes !== undefined && bytes.length > 0) {
      const { lines, unreadableBytes } = parse(bytes)
      return { lines, position: from + bytes.length, droppedBytes: droppedBytes + unreadableBytes }
    }
    if (next === undefined) return { lines: [], position: from, droppedBytes }
    droppedBytes += next - from
    from = next
  }
}

/** Deletes segments whose every byte comes before `position`. */
export function forgetSpool(folder: string, position: number): void {
  const segments = listSegments(folder)
  segments.forEach((start, index) => {
    const end = segments[index + 1]
    if (end !== undefined && end <= position) rmSync(join(folder, toName(start)), { force: true })
  })
}

/** A damaged line counts as dropped, so that the lines after it are read. */
function parse(bytes: Buffer): { lines: SpoolLine[]; unreadableBytes: number } {
  const lines: SpoolLine[] = []
  let unreadableBytes = 0
  for (const text of bytes.toString('utf8').slice(0, -1).split('\n')) {
    try {
      lines.push(JSON.parse(text) as SpoolLine)
    } catch {
      unreadableBytes += Buffer.byteLength(text) + 1
    }
  }
  return { lines, unreadableBytes }
}

/** Whole lines only; undefined when the segment was dropped meanwhile. */
function readLines(path: string, offset: number): Buffer | undefined {
  let file: number
  try {
    file = openSync(path, 'r')
  } catch {
    return undefined
  }
  try {
    const buffer = Buffer.allocUnsafe(readBytes)
    const length = readSync(file, buffer, 0, readBytes, offset)
    return buffer.subarray(0, buffer.subarray(0, length).lastIndexOf(0x0a) + 1)
  } finally {
    closeSync(file)
  }
}
