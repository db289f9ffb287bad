import fs from 'node:fs'
import path from 'node:path'
import Sqlite from 'better-sqlite3'
import { drizzle } from 'drizzle-orm/better-sqlite3'
import { SlipwayError } from '../../shared/domain/failure.ts'
import type { Restoration } from '../../shared/domain/records.ts'
import { copyDatabase, isWhole, restoreCopy } from './copies.ts'

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
 * copy of the file (in `copies/`). A file from a newer Slipway is refused untouched. A damaged one is set aside and the
 * newest good copy takes its place: `restoration` says so; without a good copy it fails as `database_damaged`, untouched.
 */
export function openDatabase(
  file: string,
  options: { migrations?: readonly string[]; now?: () => number } = {},
) {
  const migrations = options.migrations ?? readMigrations()
  const now = options.now ?? Date.now
  const isNew = !fs.existsSync(file)
  const { sqlite, restoration } = openWhole(file, migrations.length, now)
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
      // A migration may make a table anew that others refer to.
      'foreign_keys = OFF',
      'busy_timeout = 5000',
    ]) {
      sqlite.exec(`PRAGMA ${pragma}`)
    }
    if (version < migrations.length && !isNew) {
      copyDatabase(sqlite, { file, kind: 'migration', version, at: now() })
    }
    for (let next = version; next < migrations.length; next++) {
      sqlite.transaction(() => {
        sqlite.exec(migrations[next] ?? '')
        if (sqlite.prepare('PRAGMA foreign_key_check').all().length > 0)
          throw new Error(`migration ${next + 1} leaves rows that refer to nothing`)
        sqlite.exec(`PRAGMA user_version = ${next + 1}`)
      })()
    }
    sqlite.exec('PRAGMA foreign_keys = ON')
  } catch (error) {
    sqlite.close()
    throw error
  }
  return { sqlite, orm: drizzle(sqlite), restoration, close: () => void sqlite.close() }
}

function openWhole(
  file: string,
  newestVersion: number,
  now: () => number,
): { sqlite: Sqlite.Database; restoration: Restoration | undefined } {
  fs.mkdirSync(path.dirname(file), { recursive: true, mode: 0o700 })
  try {
    return { sqlite: openFile(file), restoration: undefined }
  } catch (error) {
    if (!isDamage(error)) throw error
    const restoration = restoreCopy(file, newestVersion, now())
    if (restoration !== undefined) return { sqlite: openFile(file), restoration }
    throw new SlipwayError(
      {
        code: 'database_damaged',
        message: `The database ${file} is damaged, and there is no good copy of it.`,
        hint: 'Move the file aside to begin anew, or put a copy of your own in its place. Nothing was changed.',
      },
      error,
    )
  }
}

function openFile(file: string): Sqlite.Database {
  const sqlite = new Sqlite(file)
  try {
    if (!isWhole(sqlite)) throw new DamagedError(`${file} is not whole`)
    return sqlite
  } catch (error) {
    sqlite.close()
    throw error
  }
}

class DamagedError extends Error {}

const isDamage = (error: unknown): boolean =>
  error instanceof DamagedError || /^SQLITE_(?:CORRUPT|NOTADB)/.test((error as { code?: string }).code ?? '')

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
    if (!(error as { code?: string }).code?.startsWith('SQLITE_BUSY')) throw error
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
