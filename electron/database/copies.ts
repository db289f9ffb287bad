import fs from 'node:fs'
import path from 'node:path'
import Sqlite from 'better-sqlite3'
import type { Restoration } from '../../shared/domain/records.ts'

/** Kept of each kind; those that were made first go. Of the daily ones, days: a clock that jumps to and fro costs no old copy. */
const kept = { daily: 7, migration: 5 } as const
type Kind = keyof typeof kept

const dayMs = 24 * 60 * 60_000
/** Also after a computer that slept, and where a clock was moved. */
const lookMs = 60 * 60_000

const copiesFolder = (file: string) => path.join(path.dirname(file), 'copies')
const toStamp = (at: number) => new Date(at).toISOString().replace(/[:.]/g, '-')

interface Copy {
  readonly path: string
  /** When it was made, as its name says; a copy that was carried elsewhere and back has another file time. */
  readonly at: number
  readonly day: string
  /** Counts up over all copies: what the clock says about the order is not to be relied on. */
  readonly number: number
}

function toCopy(path: string): Copy {
  const [, day = '', hour, minute, second, ms, number] =
    /(\+?\d{4,6}-\d\d-\d\d)T(\d\d)-(\d\d)-(\d\d)-(\d{3})Z(?:-(\d+))?\.db$/.exec(path) ?? []
  const at = Date.parse(`${day}T${hour}:${minute}:${second}.${ms}Z`) || 0
  return { path, at, day, number: Number(number ?? 0) }
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
  const number = String((listCopies(file)[0]?.number ?? 0) + 1).padStart(6, '0')
  const copy = path.join(folder, `${prefixOf(kind)}${name}-${number}.db`)
  const draft = path.join(folder, 'copy.new')
  fs.rmSync(draft, { force: true })
  try {
    sqlite.prepare('VACUUM INTO ?').run(draft)
    fs.renameSync(draft, copy)
  } catch (error) {
    fs.rmSync(draft, { force: true })
    throw error
  }
  for (const old of toSpare(file, kind)) fs.rmSync(old.path, { force: true })
}

function toSpare(file: string, kind: Kind): Copy[] {
  const copies = listCopies(file, kind)
  if (kind !== 'daily') return copies.slice(kept[kind])
  const days = [...new Set(copies.map(copy => copy.day))].slice(0, kept[kind])
  return copies.filter(
    (copy, index) => !days.includes(copy.day) || copies.findIndex(one => one.day === copy.day) !== index,
  )
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
      const age = last === undefined ? Number.POSITIVE_INFINITY : now() - last.at
      // One from the future tells of a clock that was moved.
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
  const good = listCopies(file).find(copy => isGood(copy.path, newestVersion))
  if (good === undefined) return undefined
  const draft = `${file}.restored`
  fs.copyFileSync(good.path, draft)
  const folder = path.join(path.dirname(file), 'damaged')
  fs.mkdirSync(folder, { recursive: true, mode: 0o700 })
  const setAside = path.join(folder, `slipway-${toStamp(at)}.db`)
  for (const suffix of ['', '-wal', '-shm']) {
    if (fs.existsSync(file + suffix)) fs.renameSync(file + suffix, setAside + suffix)
  }
  fs.renameSync(draft, file)
  return { at, copyAt: good.at, setAside }
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

/** The one that was made last comes first. */
function listCopies(file: string, kind?: Kind): Copy[] {
  const folder = copiesFolder(file)
  if (!fs.existsSync(folder)) return []
  const prefixes = kind === undefined ? (Object.keys(kept) as Kind[]).map(prefixOf) : [prefixOf(kind)]
  return fs
    .readdirSync(folder)
    .filter(name => name.endsWith('.db') && prefixes.some(prefix => name.startsWith(prefix)))
    .map(name => toCopy(path.join(folder, name)))
    .sort((a, b) => b.number - a.number || b.at - a.at)
}
