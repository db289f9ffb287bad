import {
  closeSync,
  existsSync,
  ftruncateSync,
  openSync,
  readdirSync,
  readSync,
  rmSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
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
/** Kept in memory while the disk is full. */
const heldBytes = 1024 * 1024
/** There while the disk is full; an empty file takes no room. Whoever reads the spool makes some and deletes it. */
const fullFile = 'spool-full'
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
 * segments go, read or not. On a full disk lines wait in memory, and past that limit the oldest go; the reader sees a gap.
 */
export function createSpoolWriter(
  folder: string,
  some: Partial<{ segmentBytes: number; limitBytes: number; heldBytes: number }> = {},
) {
  const limits = { segmentBytes, limitBytes, heldBytes, ...some }
  const segments: number[] = []
  let file: number | undefined
  /** Of the next byte in the newest segment. */
  let position = 0
  let held: Buffer[] = []

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

  /** All of it or nothing. */
  const append = (bytes: Buffer): boolean => {
    try {
      const target = file ?? open()
      try {
        for (let written = 0; written < bytes.length; ) written += writeSync(target, bytes, written)
      } catch (error) {
        ftruncateSync(target, position - (segments.at(-1) ?? 0))
        throw error
      }
    } catch {
      return false
    }
    position += bytes.length
    if (position - (segments.at(-1) ?? 0) >= limits.segmentBytes) close()
    return true
  }

  const drop = (bytes: Buffer) => {
    close()
    if (segments.at(-1) === position) rmSync(join(folder, toName(segments.pop() ?? 0)), { force: true })
    position += bytes.length
  }

  const flush = (): boolean => {
    while (held[0] !== undefined && append(held[0])) held.shift()
    if (held.length === 0) return true
    for (let size = sizeOf(held); size > limits.heldBytes && held[0] !== undefined; size = sizeOf(held)) {
      drop(held[0])
      held = held.slice(1)
    }
    markFull(folder)
    return false
  }

  return {
    write(lines: readonly SpoolLine[]): void {
      if (lines.length === 0) return
      held.push(Buffer.from(lines.map(line => `${JSON.stringify(line)}\n`).join('')))
      flush()
    },
    /** Writes what a full disk held up; whether nothing waits any more. */
    flush,
    close,
  }
}

const sizeOf = (parts: readonly Buffer[]): number => parts.reduce((sum, part) => sum + part.length, 0)

function markFull(folder: string): void {
  try {
    writeFileSync(join(folder, fullFile), '')
  } catch {
    // Not even that: the reader meets the full disk by itself.
  }
}

/** Whether a writer waits for room on the disk. */
export const isSpoolFull = (folder: string): boolean => existsSync(join(folder, fullFile))
export const forgetFull = (folder: string): void => rmSync(join(folder, fullFile), { force: true })

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
