import { accessSync, constants, existsSync, mkdirSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import { SlipwayError } from '../../shared/domain/failure.ts'

/** Makes the data folder, and fails in plain words where Slipway could not work in it. */
export function prepareDataFolder(folder: string): void {
  try {
    // A folder that is to be made on a read-only disk is said to be missing, so what is there already is asked.
    const there = nearestThatExists(folder)
    if (statSync(there).isDirectory()) accessSync(there, constants.R_OK | constants.W_OK | constants.X_OK)
    mkdirSync(folder, { recursive: true, mode: 0o700 })
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException
    const [failureCode, why] = reasons[code] ?? (['unavailable', 'cannot be used'] as const)
    throw new SlipwayError(
      {
        code: failureCode,
        message: `The data folder ${folder} ${why}.`,
        hint: 'Make it a folder that your user may write to, or set SLIPWAY_DATA to another one.',
      },
      error,
    )
  }
}

function nearestThatExists(path: string): string {
  const parent = dirname(path)
  return existsSync(path) || parent === path ? path : nearestThatExists(parent)
}

const reasons: Record<string, readonly ['disk_full' | 'disk_read_only' | 'unavailable', string]> = {
  EROFS: ['disk_read_only', 'is on a disk that is read-only'],
  EACCES: ['disk_read_only', 'may not be written to'],
  EPERM: ['disk_read_only', 'may not be written to'],
  ENOSPC: ['disk_full', 'cannot be made, because the disk is full'],
  ENOTDIR: ['unavailable', 'cannot be made, because a file is in the way'],
  EEXIST: ['unavailable', 'cannot be made, because a file is in the way'],
}
