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
  /** Resolves when all logs together are within the bound. */
  settle(): Promise<void>
}

/** Keeps all logs below `folder` together under `totalBytes`: what was written to longest ago goes first. */
export function createDiskBound({
  folder,
  totalBytes,
  drop,
}: {
  folder: string
  totalBytes: number
  /** Deletes the log's segments up to this one. */
  drop: (log: string, firstSeq: number) => Promise<void>
}): DiskBound {
  let total: number | undefined
  let addedDuringScan = 0
  let running: Promise<void> | undefined

  const scan = async (): Promise<SegmentFile[]> => {
    addedDuringScan = 0
    const files = await findSegments(folder)
    // Counts what was added meanwhile perhaps twice: never too little.
    total = files.reduce((sum, file) => sum + file.size, addedDuringScan)
    return files
  }

  const cleanUp = async () => {
    if (total === undefined) await scan()
    if ((total ?? 0) <= totalBytes) return
    const files = await scan()
    files.sort((a, b) => a.changedAt - b.changedAt || a.firstSeq - b.firstSeq)
    for (const file of files) {
      if ((total ?? 0) <= totalBytes * lowWater) return
      await drop(file.log, file.firstSeq)
    }
  }

  return {
    add(bytes) {
      addedDuringScan += bytes
      if (total !== undefined) total += bytes
    },
    async settle() {
      if (total !== undefined && total <= totalBytes) return
      running ??= cleanUp().finally(() => {
        running = undefined
      })
      await running
    },
  }
}

async function findSegments(folder: string): Promise<SegmentFile[]> {
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

/** Logs are removed while they are being counted. */
function ignoreMissing(error: unknown): undefined {
  if (!isMissing(error)) throw error
}
