import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { isMissing } from './missing.ts'
import { toFirstSeq } from './segment.ts'

/** How far below the bound a clean-up goes, so that the folder is not read again for every append after it. */
const lowWater = 0.95

interface SegmentFile {
  readonly log: string
  readonly firstSeq: number
  readonly size: number
  readonly changedAt: number
}

export interface DiskBound {
  /** The logs grew (or shrank) by this many bytes. */
  add(bytes: number): void
  /** Another bound from now on. Resolves when it is kept. */
  keepWithin(totalBytes: number): Promise<void>
  /** Resolves when all logs together are within the bound. */
  settle(): Promise<void>
  /** Drops the oldest segments, except the newest one of `own`. Resolves with how many bytes that gave. */
  makeRoom(bytes: number, own: string): Promise<number>
}

/** Keeps all logs below `folder` together under a bound, `atFirst`: what was written to longest ago goes first. */
export function createDiskBound({
  folder,
  atFirst,
  drop,
}: {
  folder: string
  /** Bytes. */
  atFirst: number
  /** Deletes the log's segments up to this one. */
  drop: (log: string, firstSeq: number) => Promise<void>
}): DiskBound {
  let totalBytes = atFirst
  let total: number | undefined
  let addedDuringScan = 0
  let running: Promise<void> | undefined

  /** Oldest first. */
  const scan = async (): Promise<SegmentFile[]> => {
    addedDuringScan = 0
    const files = await findSegments(folder)
    // Counts what was added meanwhile perhaps twice: never too little.
    total = files.reduce((sum, file) => sum + file.size, addedDuringScan)
    return files.sort((a, b) => a.changedAt - b.changedAt || a.firstSeq - b.firstSeq)
  }

  const cleanUp = async () => {
    if (total === undefined) await scan()
    if ((total ?? 0) <= totalBytes) return
    for (const file of await scan()) {
      if ((total ?? 0) <= totalBytes * lowWater) return
      await drop(file.log, file.firstSeq)
    }
  }

  const settle = async () => {
    if (total !== undefined && total <= totalBytes) return
    running ??= cleanUp().finally(() => {
      running = undefined
    })
    await running
  }

  return {
    add(bytes) {
      addedDuringScan += bytes
      if (total !== undefined) total += bytes
    },
    async keepWithin(bytes) {
      totalBytes = bytes
      await settle()
    },
    settle,
    async makeRoom(bytes, own) {
      const files = await scan()
      const newest = files.findLast(file => file.log === own)
      let made = 0
      for (const file of files) {
        if (file === newest || made >= bytes) continue
        await drop(file.log, file.firstSeq)
        made += file.size
      }
      return made
    },
  }
}

/** Of every log. */
export async function findSegments(folder: string): Promise<SegmentFile[]> {
  const files: SegmentFile[] = []
  for (const log of await list(folder)) {
    for (const name of await list(join(folder, log))) {
      const firstSeq = toFirstSeq(name)
      if (firstSeq === undefined) continue
      const found = await stat(join(folder, log, name)).catch(ignoreMissing)
      if (found !== undefined) files.push({ log, firstSeq, size: found.size, changedAt: found.mtimeMs })
    }
  }
  return files
}

const list = async (folder: string): Promise<string[]> => (await readdir(folder).catch(ignoreMissing)) ?? []

/** Logs are removed while they are being counted, and what is no folder is no log. */
function ignoreMissing(error: unknown): undefined {
  const isNoFolder = error instanceof Error && 'code' in error && error.code === 'ENOTDIR'
  if (!isMissing(error) && !isNoFolder) throw error
}
