import { type FSWatcher, watch } from 'node:fs'
import type { LogRef, NewLogLine } from '../../../shared/domain/log.ts'
import type { LogStore } from '../../logs/log-store.ts'
import { type JobObservation, observeJob } from './job.ts'
import { createReadBuffer, forgetFull, forgetSpool, isSpoolFull, readSpool, type SpoolStep } from './spool.ts'

export type FoundJob = Exclude<JobObservation, { is: 'absent' }>

/** Brings a job's output into the log store and tells how the job fares. */
export interface JobFollower {
  /** How the job ended, when its last line is in the store. Never settles when disposed of before. */
  readonly ended: Promise<FoundJob>
  /** Stops looking; resolves when no write is under way. */
  dispose(): Promise<void>
}

/** Lines that come close together are stored together. */
const gatherMs = 15
/** Where the file system does not tell of changes, and for supervisors that were killed. */
const pollMs = 500

/**
 * Every line reaches the store once: the position in the spool is stored in the same write as the lines, and reading
 * goes on from there whoever follows next.
 */
export function followJob(job: {
  folder: string
  log: LogRef
  /** Names the spool in the store. */
  source: string
  store: LogStore
  now: () => number
  /** Called with the steps that begin among lines that are about to be stored. */
  onSteps?: (steps: readonly SpoolStep[]) => Promise<void>
  onState?: (found: FoundJob) => void
  onError: (error: unknown) => void
}): JobFollower {
  let position: number | undefined
  let shown = ''
  let isDisposed = false
  let gathering: NodeJS.Timeout | undefined
  let isAgain = false
  let pumping: Promise<void> | undefined
  let resolveEnd: (found: FoundJob) => void = () => undefined
  const ended = new Promise<FoundJob>(resolve => {
    resolveEnd = resolve
  })

  const pump = async () => {
    const found = observeJob(job.folder)
    await drain()
    if (!isDisposed && isSpoolFull(job.folder)) {
      await job.store.makeRoom(job.log)
      forgetFull(job.folder)
    }
    if (isDisposed || found.is === 'absent') return
    const text = JSON.stringify(found)
    if (text !== shown) {
      shown = text
      job.onState?.(found)
    }
    if (found.is === 'running') return
    stopLooking()
    resolveEnd(found)
  }

  const drain = async () => {
    // Each batch is stored before the next one is read.
    const buffer = createReadBuffer()
    position ??= (await job.store.lastMark(job.log, job.source)) ?? 0
    while (!isDisposed) {
      const batch = readSpool(job.folder, position, buffer)
      if (batch.position === position) return
      if (batch.droppedBytes > 0) await job.store.append(job.log, [toGap(batch.droppedBytes)])
      if (batch.steps.length > 0) await job.onSteps?.(batch.steps)
      await job.store.append(job.log, batch.records, { source: job.source, position: batch.position })
      position = batch.position
      forgetSpool(job.folder, position)
    }
  }

  const toGap = (bytes: number): NewLogLine => ({
    at: job.now(),
    stream: 'platform',
    text: `${(bytes / 1024 / 1024).toFixed(1)} MiB of output (${bytes} bytes) came too fast, while Slipway was closed or while the disk was full, and were dropped`,
    isPartial: false,
  })

  const look = () => {
    gathering = undefined
    if (isDisposed) return
    if (pumping !== undefined) {
      isAgain = true
      return
    }
    isAgain = false
    pumping = pump()
      .catch(job.onError)
      .finally(() => {
        pumping = undefined
        if (isAgain) wake()
      })
  }
  const wake = () => {
    gathering ??= setTimeout(look, gatherMs)
  }

  let watcher: FSWatcher | undefined
  try {
    watcher = watch(job.folder, wake).on('error', () => undefined)
  } catch {
    // Too many watches: the poll does.
  }
  const poll = setInterval(look, pollMs)
  const stopLooking = () => {
    isDisposed = true
    watcher?.close()
    clearInterval(poll)
    clearTimeout(gathering)
  }
  look()

  return {
    ended,
    async dispose() {
      stopLooking()
      await pumping
    },
  }
}
