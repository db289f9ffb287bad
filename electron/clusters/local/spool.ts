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
import { encodeLines } from '../../../shared/domain/log-record.ts'

/** A line on its way from a supervisor to the log store. `step` is set on the line that begins a step. */
export interface SpoolLine extends NewLogLine {
  readonly step?: string
}

/**
 * `records`: whole lines (`shared/domain/log-record.ts`), not decoded. `position`: where to go on reading. `droppedBytes`:
 * what was thrown away before the first line, unread.
 */
export interface SpoolBatch {
  readonly records: Buffer
  readonly steps: readonly SpoolStep[]
  readonly position: number
  readonly droppedBytes: number
}

/** A step begins with the line that so many come before in its batch. */
export interface SpoolStep {
  readonly name: string
  readonly line: number
}

const segmentBytes = 4 * 1024 * 1024
const limitBytes = 64 * 1024 * 1024
/** Kept in memory while the disk is full. */
const heldBytes = 1024 * 1024
/** There while the disk is full; an empty file takes no room. Whoever reads the spool makes some and deletes it. */
const fullFile = 'spool-full'
/** Longer than the longest line, which is one piece of output with every character escaped. */
const readBytes = 256 * 1024
/** Begins a record that names the step of the line after it. */
const stepSign = '#'
const lineFeed = 0x0a

const pattern = /^spool-(\d{16})\.log$/
const toName = (start: number) => `spool-${String(start).padStart(16, '0')}.log`

function listSegments(folder: string): number[] {
  return readdirSync(folder)
    .flatMap(name => {
      const start = pattern.exec(name)?.[1]
      return start === undefined ? [] : [Number(start)]
    })
    .sort((a, b) => a - b)
}

/**
 * Writes lines to segments that are named by the position of their first byte. Past the limit the oldest
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
      held.push(Buffer.from(lines.map(encode).join('')))
      flush()
    },
    /** Writes what a full disk held up; whether nothing waits any more. */
    flush,
    close,
  }
}

const encode = (line: SpoolLine): string =>
  line.step === undefined
    ? encodeLines([line])
    : `${stepSign}${line.step.replaceAll('\n', ' ')}\n${encodeLines([line])}`

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

/** Room for what is read at once; whoever reads on and on takes the same again. */
export const createReadBuffer = (): Buffer => Buffer.allocUnsafeSlow(readBytes)

/** The next whole lines from `position`; none when there is nothing new. `records` lie in `buffer`. */
export function readSpool(folder: string, position: number, buffer = createReadBuffer()): SpoolBatch {
  const segments = listSegments(folder)
  let droppedBytes = 0
  let from = position
  for (;;) {
    const index = segments.findLastIndex(start => start <= from)
    const next = segments[index + 1]
    const bytes =
      index === -1
        ? undefined
        : readLines(join(folder, toName(segments[index] ?? 0)), from - (segments[index] ?? 0), buffer)
    if (bytes !== undefined && bytes.length > 0) {
      const { records, steps, unreadableBytes } = sortOut(bytes)
      const position = from + bytes.length
      return { records, steps, position, droppedBytes: droppedBytes + unreadableBytes }
    }
    if (next === undefined) return { records: Buffer.alloc(0), steps: [], position: from, droppedBytes }
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
function sortOut(bytes: Buffer): Pick<SpoolBatch, 'records' | 'steps'> & { unreadableBytes: number } {
  const parts: Buffer[] = []
  const steps: SpoolStep[] = []
  let unreadableBytes = 0
  let line = 0
  let begin = 0
  for (let at = 0; at < bytes.length; ) {
    const end = bytes.indexOf(lineFeed, at) + 1
    if (isDigit(bytes[at])) line++
    else {
      if (bytes[at] === stepSign.charCodeAt(0))
        steps.push({ name: bytes.toString('utf8', at + 1, end - 1), line })
      else unreadableBytes += end - at
      parts.push(bytes.subarray(begin, at))
      begin = end
    }
    at = end
  }
  const records = begin === 0 ? bytes : Buffer.concat([...parts, bytes.subarray(begin)])
  return { records, steps, unreadableBytes }
}

const isDigit = (byte = 0): boolean => byte >= 0x30 && byte <= 0x39

/** Whole lines only; undefined when the segment was dropped meanwhile. */
function readLines(path: string, offset: number, buffer: Buffer): Buffer | undefined {
  let file: number
  try {
    file = openSync(path, 'r')
  } catch {
    return undefined
  }
  try {
    const length = readSync(file, buffer, 0, buffer.length, offset)
    return buffer.subarray(0, buffer.subarray(0, length).lastIndexOf(lineFeed) + 1)
  } finally {
    closeSync(file)
  }
}
