import type { FileHandle } from 'node:fs/promises'
import {
  mkdir,
  open,
  readdir,
  readFile,
  rename,
  rm,
  stat,
  truncate,
  unlink,
  writeFile,
} from 'node:fs/promises'
import { join } from 'node:path'
import type { NewLogLine } from '../../shared/domain/log.ts'
import { encodeLines } from '../../shared/domain/log-record.ts'
import { readIndex } from './compressed-segment.ts'
import { createCompression, sizeOf } from './compression.ts'
import type { LogMark } from './log-store.ts'
import { isMissing } from './missing.ts'
import type { LogView } from './page.ts'
import { closeRecord, encodeCommit } from './record.ts'
import { indexLines, type Scan, scanSegment } from './scan.ts'
import { isCompressed, type Segment, toFirstSeq, toSegmentPath } from './segment.ts'
import { createSerial } from './serial.ts'

/** A source that has not been read for this many other sources is forgotten (each run of an app is a source). */
const keptMarks = 256

export interface SegmentedLogView extends LogView {
  readonly isClosed: boolean
  /** Grows when the log is removed: what follows is another log with the same name. */
  readonly generation: number
}

/**
 * One log: a folder of segments, the newest of which is written to. Writing is serial. Full segments, and all of a log that
 * is closed, are compressed in the background.
 */
export interface SegmentedLog {
  /** `lines`: as they are, or as whole records of at most a piece each. */
  append(lines: readonly NewLogLine[] | Buffer, mark?: LogMark): Promise<void>
  close(): Promise<void>
  remove(): Promise<void>
  lastMark(source: string): Promise<number | undefined>
  view(): Promise<SegmentedLogView>
  /** Deletes segments up to the one that begins with `firstSeq`; numbers and marks go on as if it were there. */
  dropThrough(firstSeq: number): Promise<void>
  /** Calls back after every append, close and removal. Returns the end of it. */
  subscribe(changed: () => void): () => void
  /** Waits for what is being written and lets go of the file. */
  dispose(): Promise<void>
}

interface State {
  segments: Segment[]
  last: number
  isClosed: boolean
  /** Least recently moved first. */
  marks: Map<string, number>
}

export function createSegmentedLog({
  folder,
  segmentBytes,
  logBytes,
  plainBytes,
  onSize,
  inBackground,
}: {
  folder: string
  segmentBytes: number
  logBytes: number
  /** As much waits to be compressed while the log is written to all the time. */
  plainBytes: number
  /** By how many bytes the log grew or shrank. */
  onSize: (bytes: number) => void
  /** Does it later, until the signal aborts. */
  inBackground: (work: (signal: AbortSignal) => Promise<void>) => void
}): SegmentedLog {
  const serial = createSerial()
  const listeners = new Set<() => void>()
  let state: State | undefined
  let tailFile: FileHandle | undefined
  let generation = 0

  const compression = createCompression({
    ...{ folder, plainBytes, onSize, inBackground, serial },
    log: () => state,
    releaseFile: () => releaseFile(),
  })

  const notify = () => {
    for (const listener of listeners) listener()
  }

  const loaded = async (): Promise<State> => {
    if (state === undefined) {
      state = await loadState(folder)
      compression.later()
    }
    return state
  }

  const releaseFile = async () => {
    const file = tailFile
    tailFile = undefined
    await file?.close()
  }

  /** Begins a segment after the last line, headed by all marks, so that older segments are free to go. */
  const startSegment = async (log: State): Promise<Segment> => {
    await releaseFile()
    await mkdir(folder, { recursive: true })
    const firstSeq = log.last + 1
    const path = toSegmentPath(folder, firstSeq)
    const header = `${encodeCommit(toMarks(log.marks))}${log.isClosed ? closeRecord : ''}`
    await writeFile(`${path}.new`, header)
    await rename(`${path}.new`, path)
    const replaced = log.segments.at(-1)?.firstSeq === firstSeq ? log.segments.pop() : undefined
    const segment: Segment = { path, firstSeq, size: Buffer.byteLength(header), blocks: [] }
    log.segments.push(segment)
    onSize(segment.size - (replaced?.size ?? 0))
    return segment
  }

  const dropFirst = async (log: State) => {
    const segment = log.segments.shift()
    if (segment === undefined) return
    await rm(segment.path, { force: true })
    onSize(-segment.size)
  }

  /** One write. When it fails the log is read again before the next one, which cuts off what was half written. */
  const write = async (log: State, parts: readonly Buffer[]): Promise<Segment> => {
    const newest = log.segments.at(-1)
    const isFull = newest === undefined || newest.size >= segmentBytes || isCompressed(newest)
    const segment = isFull ? await startSegment(log) : newest
    tailFile ??= await open(segment.path, 'r+')
    await writeAll(tailFile, parts, segment.size)
    return segment
  }

  const changing = (change: (log: State) => Promise<void>): Promise<void> =>
    serial(async () => {
      try {
        await change(await loaded())
      } catch (error) {
        state = undefined
        await releaseFile().catch(() => undefined)
        throw error
      }
      notify()
      compression.later()
    })

  return {
    append: (lines, mark) =>
      changing(async log => {
        const records = Buffer.isBuffer(lines) ? lines : Buffer.from(encodeLines(lines))
        const commit = Buffer.from(encodeCommit(mark === undefined ? [] : [mark]))
        const segment = await write(log, [records, commit])
        const start = { offset: segment.size, seq: log.last + 1 }
        log.last += indexLines(segment.blocks ?? [], records, start)
        const size = records.length + commit.length
        segment.size += size
        onSize(size)
        if (mark !== undefined) moveMark(log.marks, mark)
        log.isClosed = false
        compression.waitForQuiet()
        while (log.segments.length > 1 && sizeOf(log.segments) > logBytes) await dropFirst(log)
      }),

    close: () =>
      changing(async log => {
        if (log.segments.length > 0 && !log.isClosed) {
          const segment = await write(log, [Buffer.from(closeRecord)])
          segment.size += closeRecord.length
          onSize(closeRecord.length)
          log.isClosed = true
        }
        await releaseFile()
      }),

    remove: () =>
      changing(async log => {
        await releaseFile()
        await rm(folder, { recursive: true, force: true })
        onSize(-sizeOf(log.segments))
        state = { segments: [], last: 0, isClosed: false, marks: new Map() }
        generation++
      }),

    lastMark: source => serial(async () => (await loaded()).marks.get(source)),

    async view() {
      const log = state ?? (await serial(loaded))
      const segments = [...log.segments]
      return {
        segments,
        first: segments[0]?.firstSeq ?? 1,
        last: log.last,
        isClosed: log.isClosed,
        generation,
      }
    },

    dropThrough: firstSeq =>
      changing(async log => {
        const tail = log.segments.at(-1)
        if (tail !== undefined && tail.firstSeq <= firstSeq && tail.firstSeq <= log.last)
          await startSegment(log)
        while (log.segments.length > 1 && (log.segments[0]?.firstSeq ?? Infinity) <= firstSeq)
          await dropFirst(log)
        if (log.isClosed) await releaseFile()
      }),

    subscribe(changed) {
      listeners.add(changed)
      return () => listeners.delete(changed)
    },

    dispose() {
      compression.dispose()
      return serial(releaseFile)
    },
  }
}

async function writeAll(file: FileHandle, parts: readonly Buffer[], position: number): Promise<void> {
  const size = parts.reduce((sum, part) => sum + part.length, 0)
  let written = (await file.writev(parts, position)).bytesWritten
  if (written === size) return
  // A disk that is nearly full takes a part; the next try says so.
  const bytes = Buffer.concat(parts)
  while (written < size)
    written += (await file.write(bytes, written, size - written, position + written)).bytesWritten
}

/**
 * What is on the disk, after cutting off what a killed process had not completely written: a plain segment whose compressed
 * form is there too is what it did not come to delete.
 */
async function loadState(folder: string): Promise<State> {
  const state: State = { segments: [], last: 0, isClosed: false, marks: new Map() }
  const names = await readdir(folder).catch(error => (isMissing(error) ? [] : Promise.reject(error)))
  for (const name of names) {
    const firstSeq = toFirstSeq(name)
    const path = join(folder, name)
    const isLeftOver =
      firstSeq === undefined || (!isCompressed({ path }) && names.some(other => other === `${name}.gz`))
    if (isLeftOver) await rm(path, { recursive: true, force: true })
    else state.segments.push({ path, firstSeq, size: (await stat(path)).size, blocks: undefined })
  }
  state.segments.sort((a, b) => a.firstSeq - b.firstSeq)
  for (let tail = state.segments.at(-1); tail !== undefined; tail = state.segments.at(-1)) {
    const scan = await scanTail(tail)
    if (scan !== undefined && scan.size > 0) {
      if (scan.size < tail.size) await truncate(tail.path, scan.size)
      Object.assign(tail, { size: scan.size, blocks: scan.blocks })
      state.last = tail.firstSeq + scan.lineCount - 1
      state.isClosed = scan.isClosed
      for (const mark of scan.marks) moveMark(state.marks, mark)
      break
    }
    await unlink(tail.path)
    state.segments.pop()
  }
  return state
}

async function scanTail(tail: Segment): Promise<Scan | undefined> {
  if (!isCompressed(tail)) return scanSegment(await readFile(tail.path), tail.firstSeq)
  const index = await readIndex(tail.path)
  return index && { ...index, size: tail.size }
}

function moveMark(marks: Map<string, number>, { source, position }: LogMark): void {
  marks.delete(source)
  marks.set(source, position)
  const oldest = marks.keys().next().value
  if (marks.size > keptMarks && oldest !== undefined) marks.delete(oldest)
}

const toMarks = (marks: Map<string, number>): LogMark[] =>
  [...marks].map(([source, position]) => ({ source, position }))
