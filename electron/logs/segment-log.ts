import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { SlipwayError } from '../../shared/domain/failure.ts'
import type { LogBatch, LogPage, LogQuery, LogRef } from '../../shared/domain/log.ts'
import { defaultSettings } from '../../shared/domain/records.ts'
import { createDiskBound, findSegments } from './disk-bound.ts'
import { createRoomKeeper, isDiskFull } from './full-disk.ts'
import { createLineMatcher } from './line-matcher.ts'
import type { LogStore } from './log-store.ts'
import { isMissing } from './missing.ts'
import { readBackward, readBatch, readForward } from './page.ts'
import { type FoundLine, findError, type SearchProgress, searchLogs } from './search.ts'
import { toFirstSeq } from './segment.ts'
import { createSegmentedLog, type SegmentedLog } from './segmented-log.ts'
import { createSerial } from './serial.ts'

/** Bytes on disk. A log keeps its newest segment whatever its size. */
export interface LogLimits {
  readonly segmentBytes: number
  readonly logBytes: number
  /** Of a log that is written to all the time, before it is compressed. */
  readonly plainBytes: number
  readonly totalBytes: number
}

const defaultLimits: LogLimits = {
  segmentBytes: 2 ** 20,
  logBytes: 64 * 2 ** 20,
  plainBytes: 32 * 2 ** 20,
  totalBytes: defaultSettings.logBytes,
}

const pageCharacters = 2 ** 21
const batchBytes = 2 ** 18

/**
 * The log store on disk: one folder of segments for each log, `<folder>/<kind>-<id>/<first sequence number>.log`, and
 * `.log.gz` once it is not written any more.
 */
export function createLogStore({
  folder,
  limits,
  now = Date.now,
}: {
  folder: string
  limits?: Partial<LogLimits>
  now?: () => number
}): LogStore {
  const { segmentBytes, logBytes, plainBytes, totalBytes } = { ...defaultLimits, ...limits }
  const logs = new Map<string, SegmentedLog>()
  const disposing = new AbortController()
  /** One at a time, so that compressing never takes more than one core from what is live. */
  const compressing = createSerial()

  const bound = createDiskBound({
    folder,
    atFirst: totalBytes,
    drop: (name, firstSeq) => openLog(name).dropThrough(firstSeq),
  })

  const openLog = (name: string): SegmentedLog => {
    const known = logs.get(name)
    if (known !== undefined) return known
    const log = createSegmentedLog({
      folder: join(folder, name),
      segmentBytes,
      logBytes,
      plainBytes,
      onSize: bound.add,
      // What cannot be compressed is as good as it is.
      inBackground: work => void compressing(() => work(disposing.signal)).catch(() => undefined),
    })
    logs.set(name, log)
    return log
  }

  const toName = (ref: LogRef): string => `${ref.kind}-${ref.id}`
  const logOf = (ref: LogRef): SegmentedLog => openLog(toName(ref))
  const room = createRoomKeeper({ folder, makeRoom: bound.makeRoom, now })

  const writing = async (work: () => Promise<void>): Promise<void> => {
    if (disposing.signal.aborted) throw closedFailure()
    await work().catch(error => Promise.reject(toWriteFailure(error)))
  }

  /** The matcher is made at once, so that a bad pattern is refused before there is anything to wait for. */
  const searchIn = (
    refs: readonly LogRef[],
    {
      text,
      isRegex,
      ...range
    }: LogQuery & { since?: number | undefined; until?: number | undefined; context: number },
    signal?: AbortSignal,
  ): AsyncGenerator<SearchProgress<LogRef>, void, void> => {
    const matcher = createLineMatcher({ text, isRegex })
    return (async function* () {
      try {
        const known = await Promise.all(
          refs.map(async ref => ({ ref, newestAt: await writtenAt(join(folder, toName(ref))) })),
        )
        const logs = known.flatMap(({ ref, newestAt }) =>
          newestAt === undefined ? [] : [{ id: ref, newestAt, view: () => logOf(ref).view() }],
        )
        yield* searchLogs(logs, { ...range, matcher, signal })
      } finally {
        matcher.dispose()
      }
    })()
  }

  return {
    append: (ref, lines, mark) =>
      writing(async () => {
        await room.keep(toName(ref), logOf(ref), () => logOf(ref).append(lines, mark))
        await bound.settle()
      }),

    close: ref => writing(() => room.keep(toName(ref), logOf(ref), () => logOf(ref).close())),

    remove: ref => writing(() => logOf(ref).remove()),

    lastMark: (ref, source) => logOf(ref).lastMark(source),

    keepWithin: bytes => writing(() => bound.keepWithin(bytes)),

    async sizes() {
      const sizes = new Map<string, number>()
      for (const { log, size } of await findSegments(folder)) sizes.set(log, (sizes.get(log) ?? 0) + size)
      return sizes
    },

    exists: async ref => (await logOf(ref).view()).segments.length > 0,

    read: (ref, range) => againWhenDropped(() => readPage(logOf(ref), range)),

    search: async (ref, { limit, ...query }, signal) => {
      const newestFirst: FoundLine[] = []
      const steps = searchIn([ref], { ...query, context: 0 }, signal)
      for await (const { found } of steps) {
        newestFirst.push(...found)
        if (newestFirst.length > limit) break
      }
      const isComplete = newestFirst.length <= limit && signal?.aborted !== true
      const shown = newestFirst.slice(0, limit).reverse()
      return { matches: shown.map(({ line }) => line), spans: shown.map(({ span }) => span), isComplete }
    },

    findError: (ref, place) => againWhenDropped(async () => findError(await logOf(ref).view(), place)),

    searchAll: (refs, query, signal) => searchIn(refs, query, AbortSignal.any([signal, disposing.signal])),

    follow: (ref, after, signal, newest) =>
      follow(logOf(ref), { after, newest }, AbortSignal.any([signal, disposing.signal])),

    makeRoom: ref => writing(() => room.make(toName(ref), logOf(ref))),
    disk: room.state,
    onDisk: room.subscribe,

    async dispose() {
      disposing.abort()
      await compressing(async () => undefined)
      await Promise.all([...logs.values()].map(log => log.dispose()))
    },
  }
}

/** When the log was written to last; undefined when there is none. */
async function writtenAt(folder: string): Promise<number | undefined> {
  const names = await readdir(folder).catch(error => (isMissing(error) ? [] : Promise.reject(error)))
  const newest = names
    .filter(name => toFirstSeq(name) !== undefined)
    .sort(bySeq)
    .at(-1)
  if (newest === undefined) return undefined
  return stat(join(folder, newest)).then(
    found => found.mtimeMs,
    () => Date.now(),
  )
}

const bySeq = (a: string, b: string): number => (toFirstSeq(a) ?? 0) - (toFirstSeq(b) ?? 0)

async function readPage(
  log: SegmentedLog,
  { before = Infinity, after, limit }: { before?: number; after?: number; limit: number },
): Promise<LogPage> {
  const view = await log.view()
  const pageLimit = { lines: limit, characters: pageCharacters }
  const lines =
    after === undefined
      ? await readBackward(view, before, pageLimit)
      : await readForward(view, { after, before }, pageLimit)
  return { lines, first: view.first, last: view.last, isClosed: view.isClosed }
}

async function* follow(
  log: SegmentedLog,
  { after, newest = Infinity }: { after: number; newest?: number | undefined },
  signal: AbortSignal,
): AsyncGenerator<LogBatch, void, void> {
  let wake = () => {}
  let isChanged = false
  const changed = () => {
    isChanged = true
    wake()
  }
  const unsubscribe = log.subscribe(changed)
  signal.addEventListener('abort', changed)
  try {
    const { generation } = await log.view()
    for (let position = after; !signal.aborted; ) {
      isChanged = false
      const view = await log.view()
      if (view.generation !== generation) return
      const batch = await readBatch(view, Math.max(position, view.last - newest), batchBytes).catch(error => {
        if (!isMissing(error)) throw error
        isChanged = true
        return undefined
      })
      position = batch?.last ?? position
      if (batch !== undefined) yield batch
      else if (isChanged) continue
      else if (view.isClosed) return
      else
        await new Promise<void>(resolve => {
          wake = resolve
        })
    }
  } finally {
    unsubscribe()
    signal.removeEventListener('abort', changed)
  }
}

/** A segment that was dropped while it was read is no longer in the next view. */
async function againWhenDropped<T>(read: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await read()
    } catch (error) {
      if (!isMissing(error) || attempt === 5) throw error
    }
  }
}

const closedFailure = (): SlipwayError =>
  new SlipwayError({
    code: 'unavailable',
    message: 'The log cannot be written because Slipway is closing.',
    hint: 'Open Slipway again.',
  })

function toWriteFailure(error: unknown): SlipwayError {
  if (isDiskFull(error)) {
    const message = 'The log cannot be written because the disk is full.'
    return new SlipwayError({ code: 'disk_full', message, hint: 'Free some space on the disk.' }, error)
  }
  const hint = 'See whether the data folder still exists and may be written to.'
  return new SlipwayError({ code: 'internal', message: 'The log cannot be written.', hint }, error)
}
