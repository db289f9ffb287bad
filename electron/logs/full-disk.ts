import { mkdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { formatBytes } from '../../shared/domain/bytes.ts'
import type { LogDisk } from '../../shared/domain/log.ts'
import type { SegmentedLog } from './segmented-log.ts'
import { createSerial } from './serial.ts'

/** Given back to a full disk, so that the little can be written that dropping the last segment of a log takes. */
const reserveFile = 'room'
const reserveBytes = 64 * 1024
/** Dropped in one go: a full disk that stays full is met once in so many bytes. */
const dropBytes = 2 * 2 ** 20

export interface RoomKeeper {
  /** Does what writes to the log; on a full disk, again after the oldest lines of all logs were dropped, and the log says so. */
  keep(name: string, log: SegmentedLog, write: () => Promise<void>): Promise<void>
  /** As if a write had met a full disk. */
  make(name: string, log: SegmentedLog): Promise<void>
  state(): LogDisk
  subscribe(changed: () => void): () => void
}

export function createRoomKeeper({
  folder,
  makeRoom,
  now,
}: {
  folder: string
  makeRoom: (bytes: number, own: string) => Promise<number>
  now: () => number
}): RoomKeeper {
  const path = join(folder, reserveFile)
  const listeners = new Set<() => void>()
  let disk: LogDisk = { state: 'roomy' }
  const dropping = createSerial()
  let hasReserve = false
  let rounds = 0

  const set = (next: LogDisk) => {
    disk = next
    for (const listener of listeners) listener()
  }

  /** Without room for it there is none, until there is. */
  const reserve = async () => {
    if (hasReserve) return
    hasReserve = await mkdir(folder, { recursive: true })
      .then(() => writeFile(path, Buffer.alloc(reserveBytes)))
      .then(
        () => true,
        () => false,
      )
  }

  /** Undefined when another log has made room meanwhile. */
  const dropOldest = async (name: string, round: number): Promise<number | undefined> => {
    if (round !== rounds) return undefined
    await rm(path, { force: true })
    hasReserve = false
    const bytes = await makeRoom(dropBytes, name)
    await reserve()
    if (bytes > 0) rounds++
    return bytes
  }

  const say = (log: SegmentedLog, bytes: number) =>
    log.append([
      {
        at: now(),
        stream: 'platform',
        text: `The disk is full: ${formatBytes(bytes)} of the oldest lines were dropped`,
        isPartial: false,
      },
    ])

  /** How many bytes there are more now. */
  const makeMore = async (name: string, round: number): Promise<number | undefined> => {
    const bytes = await dropping(() => dropOldest(name, round))
    if (bytes === 0 && disk.state !== 'full') set({ state: 'full', at: now() })
    if (bytes !== undefined && bytes > 0) {
      const before = disk.state === 'dropped' ? disk.bytes : 0
      set({ state: 'dropped', at: now(), bytes: before + bytes })
    }
    return bytes
  }

  return {
    async keep(name, log, write) {
      for (let dropped = 0; ; ) {
        const round = rounds
        try {
          await write()
          await reserve()
          if (dropped > 0) await say(log, dropped)
          if (dropped === 0 && disk.state === 'full') set({ state: 'roomy' })
          return
        } catch (error) {
          if (!isDiskFull(error)) throw error
          const bytes = await makeMore(name, round)
          if (bytes === 0) throw error
          dropped += bytes ?? 0
        }
      }
    },
    async make(name, log) {
      const bytes = await makeMore(name, rounds)
      if (bytes !== undefined && bytes > 0) await say(log, bytes)
    },
    state: () => disk,
    subscribe(changed) {
      listeners.add(changed)
      return () => listeners.delete(changed)
    },
  }
}

export const isDiskFull = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && (error.code === 'ENOSPC' || error.code === 'EDQUOT')
