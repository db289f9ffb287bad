import fs from 'node:fs'
import path from 'node:path'
import Sqlite from 'better-sqlite3'
import type { Restoration } from '../../shared/domain/records.ts'

/** Kept of each kind; the oldest go. */
const kept = { daily: 7, migration: 5 } as const
type Kind = keyof typeof kept

const dayMs = 24 * 60 * 60_000
/** Also after a computer that slept, and where a clock was moved. */
const lookMs = 60 * 60_000

const copiesFolder = (file: string) => path.join(path.dirname(file), 'copies')
const toStamp = (at: number) => new Date(at).toISOString().replace(/[:.]/g, '-')
/** When a copy was made, as its name says; a copy that was carried elsewhere and back has another file time. */
function timeOf(copy: string): number {
  const [, day, hour, minute, second, ms] =
    /(\d{4}-\d\d-\d\d)T(\d\d)-(\d\d)-(\d\d)-(\d{3})Z\.db$/.exec(copy) ?? []
  return Date.parse(`${day}T${hour}:${minute}:${second}.${ms}Z`) || 0
}
const prefixOf = (kind: Kind) => (kind === 'daily' ? 'slipway-daily-' : 'slipway-v')

/** A dated copy of the database beside it, whole or absent. `version`: of the file, in the name of those before a migration. */
export function copyDatabase(
  sqlite: Sqlite.Database,
  { file, kind, version, at }: { file: string; kind: Kind; version: number; at: number },
): void {
  const folder = copiesFolder(file)
  fs.mkdirSync(folder, { recursive: true, mode: 0o700 })
  const name = kind === 'daily' ? toStamp(at) : `${version}-${toStamp(at)}`
  const copy = path.join(folder, `${prefixOf(kind)}${name}.db`)
  const draft = `${copy}.new`
  fs.rmSync(draft, { force: true })
  sqlite.prepare('VACUUM INTO ?').run(draft)
  fs.renameSync(draft, copy)
  for (const old of listCopies(file, kind).slice(kept[kind])) fs.rmSync(old, { force: true })
}

/** Copies once a day while it is not disposed of; the first at once, if the last is older. */
export function createDailyCopies(deps: {
  sqlite: Sqlite.Database
  file: string
  now: () => number
  onError: (error: unknown) => void
}): { dispose: () => void } {
  const look = () => {
    const { sqlite, file, now, onError } = deps
    try {
      const last = listCopies(file, 'daily')[0]
      const age = last === undefined ? Number.POSITIVE_INFINITY : now() - timeOf(last)
      // A copy from the future tells of a clock that was moved: it does not count.
      if (age < dayMs && age > -dayMs) return
      copyDatabase(sqlite, { file, kind: 'daily', version: 0, at: now() })
    } catch (error) {
      onError(error)
    }
  }
  look()
  const timer = setInterval(look, lookMs)
  timer.unref()
  return { dispose: () => clearInterval(timer) }
}

/** Sets a damaged database aside and puts the newest good copy in its place; undefined, and nothing done, if there is none. */
export function restoreCopy(file: string, newestVersion: number, at: number): Restoration | undefined {
  const good = listCopies(file).find(copy => isGood(copy, newestVersion))
  if (good === undefined) return undefined
  const draft = `${file}.restored`
  fs.copyFileSync(good, draft)
  const folder = path.join(path.dirname(file), 'damaged')
  fs.mkdirSync(folder, { recursive: true, mode: 0o700 })
  const setAside = path.join(folder, `slipway-${toStamp(at)}.db`)
  for (const suffix of ['', '-wal', '-shm']) {
    if (fs.existsSync(file + suffix)) fs.renameSync(file + suffix, setAside + suffix)
  }
  fs.renameSync(draft, file)
  return { at, copyAt: timeOf(good), setAside }
}

/** Whether every page of the file can be read as what it should be. */
export function isWhole(sqlite: Sqlite.Database): boolean {
  const [row] = sqlite.prepare('PRAGMA quick_check(1)').all() as { quick_check: string }[]
  return row?.quick_check === 'ok'
}

function isGood(copy: string, newestVersion: number): boolean {
  let sqlite: Sqlite.Database | undefined
  try {
    sqlite = new Sqlite(copy, { readonly: true })
    const [row] = sqlite.prepare('PRAGMA user_version').all() as { user_version: number }[]
    return row !== undefined && row.user_version > 0 && row.user_version <= newestVersion && isWhole(sqlite)
  } catch {
    return false
  } finally {
    sqlite?.close()
  }
}

/** Newest first. */
function listCopies(file: string, kind?: Kind): string[] {
  const folder = copiesFolder(file)
  if (!fs.existsSync(folder)) return []
  const prefixes = kind === undefined ? (Object.keys(kept) as Kind[]).map(prefixOf) : [prefixOf(kind)]
  return fs
    .readdirSync(folder)
    .filter(name => name.endsWith('.db') && prefixes.some(prefix => name.startsWith(prefix)))
    .map(name => path.join(folder, name))
    .sort((a, b) => timeOf(b) - timeOf(a))
}
