import { rename, rm, stat } from 'node:fs/promises'
import { compressSegment, leastCompressedBytes } from './compressed-segment.ts'
import { isCompressed, type Segment, toCompressedPath } from './segment.ts'
import type { createSerial } from './serial.ts'

/** A log that was not written to for this long has time to be compressed. */
const quietMs = 1000

/** What compressing has to know of a log, as it is now. */
interface CompressedLog {
  readonly segments: readonly Segment[]
  readonly isClosed: boolean
}

/**
 * Compresses the full segments of a log, and all of one that is closed, in the background. In a flood that comes later, since
 * whoever follows the log reads plain ones.
 */
export function createCompression(deps: {
  folder: string
  /** As much waits to be compressed while the log is written to all the time. */
  plainBytes: number
  onSize: (bytes: number) => void
  inBackground: (work: (signal: AbortSignal) => Promise<void>) => void
  /** Writing waits for what goes through it. */
  serial: ReturnType<typeof createSerial>
  log: () => CompressedLog | undefined
  /** Lets go of the newest segment. */
  releaseFile: () => Promise<void>
}) {
  const { folder, plainBytes, onSize, inBackground, serial } = deps
  let isGoingToCompress = false
  let quiet: NodeJS.Timeout | undefined
  let isQuiet = true

  const findUncompressed = (log: CompressedLog): Segment | undefined =>
    log.segments.find(
      (segment, index) =>
        (log.isClosed || index < log.segments.length - 1) &&
        !segment.isKeptPlain &&
        !isCompressed(segment) &&
        segment.size > leastCompressedBytes,
    )

  const later = () => {
    if (isGoingToCompress || next() === undefined) return
    isGoingToCompress = true
    inBackground(async signal => {
      try {
        for (let segment = next(); segment !== undefined && !signal.aborted; segment = next())
          await compress(segment, signal)
      } finally {
        isGoingToCompress = false
      }
    })
  }
  const next = () => {
    const log = deps.log()
    if (log === undefined) return undefined
    const isTime = isQuiet || log.isClosed || sizeOf(log.segments.filter(isPlain)) > plainBytes
    return isTime ? findUncompressed(log) : undefined
  }

  const waitForQuiet = () => {
    isQuiet = false
    clearTimeout(quiet)
    quiet = setTimeout(() => {
      isQuiet = true
      later()
    }, quietMs)
  }

  /** The compressed file is complete before it takes the place of the plain one; readers go on in it. */
  const compress = async (segment: Segment, signal: AbortSignal) => {
    const { path, firstSeq, blocks } = segment
    const target = toCompressedPath(folder, firstSeq)
    // One that cannot be compressed stays as it is: not worth it, removed meanwhile, or no room on the disk.
    segment.isKeptPlain = true
    const draft = `${target}.new`
    const made = await stat(path)
      .then(({ mtime }) =>
        compressSegment({ from: path, to: draft, firstSeq, blocks, changedAt: mtime, signal }),
      )
      .catch(() => undefined)
    await serial(async () => {
      const log = deps.log()
      const isSame = log?.segments.includes(segment) === true && segment.size === made?.plainSize
      if (made !== undefined && !isSame) segment.isKeptPlain = false
      if (made === undefined || !isSame || made.size >= segment.size) {
        await rm(draft, { force: true })
        return
      }
      if (segment === log?.segments.at(-1)) await deps.releaseFile()
      await rename(draft, target)
      Object.assign(segment, { path: target, size: made.size, blocks: made.blocks })
      onSize(made.size - made.plainSize)
      await rm(path, { force: true })
    })
  }

  return {
    /** Begins when it is time to. */
    later,
    /** The log was written to. */
    waitForQuiet,
    dispose: () => clearTimeout(quiet),
  }
}

export const sizeOf = (segments: readonly Segment[]): number =>
  segments.reduce((sum, { size }) => sum + size, 0)
const isPlain = (segment: Segment): boolean => !isCompressed(segment) && !segment.isKeptPlain
