import type Sqlite from 'better-sqlite3'
import { decodeTime, isValid, monotonicFactory } from 'ulid'

/**
 * Ids that sort by the time they were made, also within one millisecond, after `last`, and while the clock goes back. Lower
 * case, so that they can be part of names.
 */
export function createIds(now: () => number, last?: string): () => string {
  const next = monotonicFactory()
  const least = last === undefined ? 0 : decodeTime(last.toUpperCase()) + 1
  return () => next(Math.max(now(), least)).toLowerCase()
}

/** The id that was made last; undefined in a new database. */
export function findNewestId(sqlite: Sqlite.Database): string | undefined {
  const tables = sqlite
    .prepare(
      "SELECT one.name FROM sqlite_schema one JOIN pragma_table_info(one.name) part WHERE one.type = 'table' AND part.name = 'id'",
    )
    .pluck()
    .all() as string[]
  const newest = tables.map(table => sqlite.prepare(`SELECT max(id) FROM ${table}`).pluck().get())
  return newest
    .filter((id): id is string => typeof id === 'string' && isValid(id.toUpperCase()))
    .sort()
    .at(-1)
}
