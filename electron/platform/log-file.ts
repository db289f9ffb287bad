import { mkdirSync, renameSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { destination, type Logger, pino } from 'pino'

/** Past this size the file is set aside at the next start; one older file is kept. */
const maxBytes = 5 * 1024 * 1024

/** Slipway's own log, `slipway.log` in the data folder: one JSON object a line, written at once. */
export function createLogFile(dataFolder: string): Logger {
  mkdirSync(dataFolder, { recursive: true, mode: 0o700 })
  const path = join(dataFolder, 'slipway.log')
  const size = statSync(path, { throwIfNoEntry: false })?.size ?? 0
  if (size > maxBytes) renameSync(path, join(dataFolder, 'slipway.old.log'))
  const file = destination({ dest: path, sync: true })
  // A full disk costs lines of this log, not Slipway.
  file.on('error', () => {})
  return pino({ base: { pid: process.pid } }, file)
}
