import { getTableColumns, getTableName } from 'drizzle-orm'
import type { SQLiteTable } from 'drizzle-orm/sqlite-core'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { buildMoves, deploymentMoves, isLegalMove, releaseMoves } from '../../shared/domain/status.ts'
import { createTestDatabase, type TestDatabase } from '../../tests/support/database.ts'
import * as schema from './schema.ts'

let data: TestDatabase
beforeEach(() => {
  data = createTestDatabase()
})
afterEach(() => data.close())

const tables = Object.values(schema) as SQLiteTable[]
const query = <T>(sql: string, ...values: unknown[]) =>
  data.database.sqlite.prepare(sql).all(...values) as T[]
const run = (sql: string, ...values: unknown[]) => data.database.sqlite.prepare(sql).run(...values)

describe('the tables', () => {
  test('are those of the schema in TypeScript, and all are STRICT', () => {
    const made = query<{ name: string; strict: number }>(
      "SELECT name, strict FROM pragma_table_list WHERE schema = 'main' AND name NOT LIKE 'sqlite_%'",
    )
    expect(made.map(table => table.name).sort()).toEqual(tables.map(getTableName).sort())
    expect(made.filter(table => table.strict === 0)).toEqual([])
  })

  test.each(tables.map(table => [getTableName(table), table] as const))(
    '%s has the columns of the schema, nullable where it says so',
    (name, table) => {
      const made = query<{ name: string; type: string; notnull: number; pk: number }>(
        'SELECT name, type, "notnull", pk FROM pragma_table_info(?)',
        name,
      )
      const expected = Object.values(getTableColumns(table)).map(column => ({
        name: column.name,
        type: column.getSQLType().toUpperCase(),
        isNullable: !column.notNull && !column.primary,
        isKey: column.primary,
      }))
      const found = made.map(column => ({
        name: column.name,
        type: column.type,
        isNullable: column.notnull === 0 && column.pk === 0,
        isKey: column.pk === 1,
      }))
      const byName = (a: { name: string }, b: { name: string }) => (a.name < b.name ? -1 : 1)
      expect(found.sort(byName)).toEqual(expected.sort(byName))
    },
  )

  test('refuse values of another type, unknown statuses and text that is no JSON', () => {
    const id = data.deployment('blog')
    for (const [column, value, reason] of [
      ['port', 'eighty', 'cannot store TEXT value in INTEGER column'],
      ['port', 70_000, 'CHECK constraint failed'],
      ['status', 'sleeping', 'illegal move|CHECK constraint failed'],
      ['wanted', 'paused', 'CHECK constraint failed'],
      ['plan_edits', '{', 'CHECK constraint failed|malformed JSON'],
      ['failure', 'oops', 'CHECK constraint failed|malformed JSON'],
    ] as const) {
      expect(() => run(`UPDATE deployments SET ${column} = ? WHERE id = ?`, value, id)).toThrow(
        new RegExp(reason),
      )
    }
    expect(() => run("UPDATE builds SET status = 'gone' WHERE id = ?", data.queuedBuild(id))).toThrow()
  })

  test('a build has not succeeded without a plan and an artifact', () => {
    const build = data.queuedBuild(data.deployment('blog'))
    data.writer.moveBuild(build, 'queued', 'running')
    expect(() => data.writer.moveBuild(build, 'running', 'succeeded')).toThrow('CHECK constraint failed')
  })

  test('a record cannot name one that is not there', () => {
    const id = data.deployment('blog')
    expect(() => data.queuedBuild('nobody')).toThrow('FOREIGN KEY constraint failed')
    expect(() => data.writer.changeDeployment(id, { targetReleaseId: 'none' })).toThrow('FOREIGN KEY')
    expect(() => run('DELETE FROM projects')).toThrow('FOREIGN KEY')
  })

  test('what belongs to a deployment goes with it, history stays', () => {
    const id = data.deployment('blog')
    const release = data.release(id)
    data.writer.changeDeployment(id, { targetReleaseId: release, servingReleaseId: release })
    data.writer.variable({ deploymentId: id, name: 'KEY', scope: 'run', value: 'x', secretVersion: null })
    data.writer.usage(id, { at: 1, cpu: 0.5, memory: 1, restarts: 0 }, 0)
    data.writer.traffic(id, { at: 1, requests: 1, failed: 0, medianMs: 2, slowMs: 3 }, 0)
    data.writer.activity({ user: 'ana', verb: 'remove', deploymentId: id, deployment: 'blog', detail: '' })
    data.writer.removeDeployment(id)
    const counts = tables.map(table => {
      const name = getTableName(table)
      return [name, query<{ n: number }>(`SELECT count(*) AS n FROM ${name}`)[0]?.n]
    })
    expect(Object.fromEntries(counts)).toEqual({
      accounts: 0,
      add_ons: 0,
      users: 1,
      clusters: 1,
      left_behind: 0,
      projects: 0,
      deployments: 0,
      builds: 0,
      push_watches: 0,
      preview_settings: 0,
      previews: 0,
      github_reports: 0,
      github_report_settings: 0,
      releases: 0,
      secret_versions: 0,
      domains: 0,
      drift: 0,
      kept_differences: 0,
      variables: 0,
      usage: 0,
      traffic: 0,
      activity: 1,
      settings: 0,
    })
  })
})

describe('moves of a status: the triggers allow what the tables in status.ts list, and nothing else', () => {
  const cases = [
    { table: 'deployments', moves: deploymentMoves },
    { table: 'builds', moves: buildMoves },
    { table: 'releases', moves: releaseMoves },
  ]
  test.each(cases)('$table', ({ table, moves }) => {
    const deployment = data.deployment('blog')
    const id = {
      deployments: deployment,
      builds: data.queuedBuild(deployment),
      releases: data.release(deployment),
    }[table]
    const statuses = Object.keys(moves)
    const wrong = statuses.flatMap(from =>
      statuses.flatMap(to => {
        const isAllowed = isMade(table, id ?? '', from, to)
        const isListed = from === to || isLegalMove(moves as Record<string, readonly string[]>, from, to)
        return isAllowed === isListed ? [] : [`${from} -> ${to}: listed ${isListed}, allowed ${isAllowed}`]
      }),
    )
    expect(wrong).toEqual([])
  })

  /** Puts a row into `from` behind the trigger's back, then tries the move. */
  function isMade(table: string, id: string, from: string, to: string): boolean {
    const { sqlite } = data.database
    const trigger = query<{ sql: string }>('SELECT sql FROM sqlite_schema WHERE name = ?', `${table}_move`)[0]
      ?.sql
    sqlite.exec('BEGIN')
    try {
      sqlite.exec(`DROP TRIGGER ${table}_move`)
      const artifact = table === 'builds' ? ", artifact = 'a', plan = '{}'" : ''
      run(`UPDATE ${table} SET status = ?${artifact} WHERE id = ?`, from, id)
      sqlite.exec(trigger ?? '')
      run(`UPDATE ${table} SET status = ? WHERE id = ?`, to, id)
      return true
    } catch (error) {
      expect(String(error)).toContain('illegal move')
      return false
    } finally {
      sqlite.exec('ROLLBACK')
    }
  }

  test('a move that names another status than the row has is not made', () => {
    const build = data.queuedBuild(data.deployment('blog'))
    expect(data.writer.moveBuild(build, 'running', 'failed')).toBe(false)
    expect(data.writer.moveBuild(build, 'queued', 'running')).toBe(true)
    expect(data.reader.build(build)?.status).toBe('running')
  })
})

describe('a release', () => {
  test('is never edited: only its outcome is written', () => {
    const id = data.release(data.deployment('blog'))
    for (const [column, value] of [
      ['build_id', 'other'],
      ['number', 7],
      ['port', 80],
      ['variables', '{"A":"b"}'],
      ['rollback_to', 1],
    ] as const) {
      expect(() => run(`UPDATE releases SET ${column} = ? WHERE id = ?`, value, id)).toThrow(
        'a release is never edited',
      )
    }
    expect(data.writer.moveRelease(id, 'releasing', 'live', { liveAt: 5 })).toBe(true)
  })

  test('counts from 1 in each deployment', () => {
    const [blog, shop] = [data.deployment('blog'), data.deployment('shop')]
    for (const id of [blog, blog, shop]) data.release(id)
    const numbers = (id: string) => data.reader.releasesOf(id).map(release => release.number)
    expect([numbers(blog), numbers(shop)]).toEqual([[2, 1], [1]])
  })
})
