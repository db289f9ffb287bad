import fs from 'node:fs'
import path from 'node:path'
import Sqlite from 'better-sqlite3'
import { drizzle } from 'drizzle-orm/better-sqlite3'
import { SlipwayError } from '../../shared/domain/failure.ts'

const migrationsFolder = path.join(import.meta.dirname, 'migrations')

export type Database = ReturnType<typeof openDatabase>

/** A checked list: `0001_name.sql`, `0002_...`, without gaps. The number is the file's `user_version` afterwards. */
export function readMigrations(folder = migrationsFolder): string[] {
  const files = fs
    .readdirSync(folder)
    .filter(name => name.endsWith('.sql'))
    .sort()
  return files.map((name, index) => {
    if (Number(name.slice(0, 4)) !== index + 1) throw new Error(`migration ${name} is out of order`)
    return fs.readFileSync(path.join(folder, name), 'utf8')
  })
}

/**
 * Opens the platform database and brings it up to date: each missing migration once, in a transaction, after a dated
 * copy of the file (`slipway-v<version>-<time>.db` in `copies/`). A file from a newer Slipway is refused untouched.
 */
export function openDatabase(
  file: string,
  options: { migrations?: readonly string[]; now?: () => number } = {},
) {
  const migrations = options.migrations ?? readMigrations()
  const isNew = !fs.existsSync(file)
  const sqlite = openFile(file)
  try {
    const version = Number(sqlite.prepare('PRAGMA user_version').pluck().get())
    if (version > migrations.length) {
      throw new SlipwayError({
        code: 'database_newer',
        message: 'The database was written by a newer Slipway.',
        hint: `Update Slipway, or start it with another data folder. Nothing was changed in ${file}.`,
      })
    }
    for (const pragma of [
      'journal_mode = WAL',
      'synchronous = NORMAL',
      'foreign_keys = ON',
      'busy_timeout = 5000',
    ]) {
      sqlite.exec(`PRAGMA ${pragma}`)
    }
    if (version < migrations.length && !isNew) copyBefore(sqlite, file, version, options.now ?? Date.now)
    for (let next = version; next < migrations.length; next++) {
      sqlite.transaction(() => {
        sqlite.exec(migrations[next] ?? '')
        sqlite.exec(`PRAGMA user_version = ${next + 1}`)
      })()
    }
  } catch (error) {
    sqlite.close()
    throw error
  }
  return { sqlite, orm: drizzle(sqlite), close: () => void sqlite.close() }
}

function openFile(file: string): Sqlite.Database {
  fs.mkdirSync(path.dirname(file), { recursive: true, mode: 0o700 })
  const sqlite = new Sqlite(file)
  try {
    sqlite.prepare('PRAGMA schema_version').get()
    return sqlite
  } catch (error) {
    sqlite.close()
    throw new SlipwayError(
      {
        code: 'database_damaged',
        message: `The database ${file} cannot be read.`,
        hint: 'Move the file aside, then put the newest file of the folder `copies` beside it in its place.',
      },
      error,
    )
  }
}

function copyBefore(sqlite: Sqlite.Database, file: string, version: number, now: () => number): void {
  const folder = path.join(path.dirname(file), 'copies')
  fs.mkdirSync(folder, { recursive: true, mode: 0o700 })
  const stamp = new Date(now()).toISOString().replace(/[:.]/g, '-')
  sqlite.prepare('VACUUM INTO ?').run(path.join(folder, `slipway-v${version}-${stamp}.db`))
}

/**
 * Holds the data folder for this process. The lock is the operating system's (an exclusive transaction), so it ends
 * with the process however that ends. Throws `already_running` when another process has it.
 */
export function lockFolder(folder: string): () => void {
  fs.mkdirSync(folder, { recursive: true, mode: 0o700 })
  const lock = new Sqlite(path.join(folder, 'running.lock'))
  try {
    lock.exec('PRAGMA busy_timeout = 0')
    lock.exec('BEGIN EXCLUSIVE')
    return () => void lock.close()
  } catch (error) {
    lock.close()
    throw new SlipwayError(
      {
        code: 'already_running',
        message: `Slipway is already running with the data folder ${folder}.`,
        hint: 'Use the running one, or set SLIPWAY_DATA to another folder.',
      },
      error,
    )
  }
}
