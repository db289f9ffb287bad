import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { defaultSettings } from '../../shared/domain/records.ts'
import { createTestDatabase, type TestDatabase } from '../../tests/support/database.ts'
import { createReader } from './reader.ts'

describe('hot queries', () => {
  let data: TestDatabase
  const asked: { sql: string; values: unknown[] }[] = []

  beforeAll(() => {
    data = createTestDatabase()
    for (const name of ['blog', 'shop', 'wiki']) {
      const id = data.deployment(name)
      const release = data.release(id)
      data.writer.changeDeployment(id, { targetReleaseId: release, servingReleaseId: release })
      data.queuedBuild(id)
      data.writer.activity({ user: 'ana', verb: 'deploy', deploymentId: id, deployment: name, detail: '' })
    }
  })
  afterAll(() => data.close())

  /** The steps of SQLite's plan for whatever the reader asks during `work`. */
  function planOf(work: (reader: ReturnType<typeof createReader>) => unknown): string[] {
    const { sqlite, orm } = data.database
    const prepare = sqlite.prepare.bind(sqlite)
    asked.length = 0
    sqlite.prepare = ((sql: string) => {
      const statement = prepare(sql)
      return new Proxy(statement, {
        get(target, key) {
          const value = Reflect.get(target, key)
          if (typeof value !== 'function') return value
          return (...values: unknown[]) => {
            if (key === 'all' || key === 'get') asked.push({ sql, values })
            const result = value.apply(target, values)
            return result === target ? statementOf(target, sql) : result
          }
        },
      })
    }) as typeof sqlite.prepare
    const statementOf = (target: { all: (...values: unknown[]) => unknown }, sql: string) =>
      new Proxy(target, {
        get(raw, key) {
          const value = Reflect.get(raw, key)
          if (typeof value !== 'function') return value
          return (...values: unknown[]) => {
            asked.push({ sql, values })
            return value.apply(raw, values)
          }
        },
      })
    try {
      work(createReader(orm))
    } finally {
      sqlite.prepare = prepare
    }
    return asked.flatMap(({ sql, values }) =>
      (prepare(`EXPLAIN QUERY PLAN ${sql}`).all(...values) as { detail: string }[]).map(step => step.detail),
    )
  }

  const isScan = (step: string) => /^SCAN (?!.*USING (?:COVERING )?INDEX)/.test(step)

  test('the newest build of a row is found in an index', () => {
    for (const ask of [
      (reader: Reader) => reader.deploymentPage({ limit: 50 }),
      (reader: Reader) => reader.deploymentsOfIds(['x']),
      (reader: Reader) => reader.deployments(5),
    ])
      expect(planOf(ask).join('\n')).toContain('USING COVERING INDEX builds_by_deployment (deployment_id=?)')
  })

  test.each([
    ['a page of the board', (reader: Reader) => reader.deploymentPage({ limit: 50 })],
    ['the next page of the board', (reader: Reader) => reader.deploymentPage({ before: 'z', limit: 50 })],
    ['the deployments that changed last', (reader: Reader) => reader.deployments(5)],
    ['how many are of each status', (reader: Reader) => reader.deploymentCounts()],
    ['the row of a deployment', (reader: Reader) => reader.deploymentRow('x')],
    ['the page of builds of an owner', (reader: Reader) => reader.builds({ ownerId: 'x', limit: 50 })],
    ['a build of the same things', (reader: Reader) => reader.builtFrom('x', 'y')],
    ['the next page of activity', (reader: Reader) => reader.activity({ before: 'z', limit: 50 })],
    ['one deployment', (reader: Reader) => reader.deployment('x')],
    ['a deployment by name', (reader: Reader) => reader.deploymentNamed('blog')],
    ['the page of builds', (reader: Reader) => reader.builds({ limit: 50 })],
    ['the next page of builds', (reader: Reader) => reader.builds({ before: 'z', limit: 50 })],
    ['builds of a deployment', (reader: Reader) => reader.buildsOf('x', 20)],
    ['unfinished builds of a deployment', (reader: Reader) => reader.unfinishedBuilds('x')],
    ['what earlier builds took', (reader: Reader) => reader.buildDurations('x')],
    ['running builds', (reader: Reader) => reader.runningBuilds('x')],
    ['deployments with a queued build', (reader: Reader) => reader.queuedDeploymentIds()],
    ['releases of a deployment', (reader: Reader) => reader.releasesOf('x')],
    ['one release', (reader: Reader) => reader.release('x')],
    ['activity', (reader: Reader) => reader.activity({ limit: 50 })],
    ['activity of a deployment', (reader: Reader) => reader.activity({ deploymentId: 'x', limit: 50 })],
    [
      'the next page of activity of a deployment',
      (reader: Reader) => reader.activity({ deploymentId: 'x', before: 'z', limit: 50 }),
    ],
    ['rows that name a deployment', (reader: Reader) => reader.countRowsOf('x')],
  ])('%s: an index, no sorting', (_what, ask) => {
    const plan = planOf(ask)
    expect(plan.length).toBeGreaterThan(0)
    expect(plan.filter(step => isScan(step) || /USE TEMP B-TREE FOR (?:ORDER|GROUP) BY/.test(step))).toEqual(
      [],
    )
  })

  test('rows that changed are found by their ids', () => {
    const plan = planOf(reader => reader.deploymentsOfIds(['x']))
    expect(plan.filter(isScan)).toEqual(['SCAN json_each VIRTUAL TABLE INDEX 1:'])
  })

  test('a page of builds is walked from the newest build, however few the deployments are', () => {
    data.database.sqlite.exec('ANALYZE')
    for (const before of [undefined, 'z'])
      expect(planOf(reader => reader.builds({ before, limit: 50 }))[0]).toBe(
        'SEARCH builds USING INDEX sqlite_autoindex_builds_1 (id<?)',
      )
  })

  test('activity of one user, or what went wrong, is walked from the newest line', () => {
    expect(planOf(reader => reader.activity({ user: 'ana', problems: true, limit: 50 }))[0]).toBe(
      'SEARCH activity USING INDEX sqlite_autoindex_activity_1 (id<?)',
    )
  })

  test('unfinished builds are found without looking at finished ones', () => {
    for (const ask of [
      (reader: Reader) => reader.runningBuilds('x'),
      (reader: Reader) => reader.queuedDeploymentIds(),
    ]) {
      expect(planOf(ask).join('\n')).toContain('INDEX builds_unfinished')
    }
  })
})

type Reader = ReturnType<typeof createReader>

describe('what it reads', () => {
  let data: TestDatabase
  beforeEach(() => {
    data = createTestDatabase()
  })
  afterEach(() => data.close())

  test('pages go back from the newest, each row once', () => {
    const id = data.deployment('blog')
    const made = Array.from({ length: 5 }, () => data.queuedBuild(id)).reverse()
    const first = data.reader.builds({ limit: 2 })
    const second = data.reader.builds({ before: first.at(-1)?.id, limit: 2 })
    const third = data.reader.builds({ before: second.at(-1)?.id, limit: 2 })
    expect([...first, ...second, ...third].map(build => build.id)).toEqual(made)
    expect(first[0]?.deployment).toBe('blog')
    expect(third).toHaveLength(1)
  })

  test('the board is read a page at a time, each row once, or by the ids of rows', () => {
    const made = ['a', 'b', 'c'].map(name => data.deployment(name)).reverse()
    const first = data.reader.deploymentPage({ limit: 2 })
    const second = data.reader.deploymentPage({ before: first.at(-1)?.id, limit: 2 })
    expect([...first, ...second].map(row => row.id)).toEqual(made)
    expect(second).toHaveLength(1)
    const [newest = ''] = made
    expect(data.reader.deploymentsOfIds([newest, 'gone'])).toEqual([data.reader.deployment(newest)])
  })

  test('deployments are counted by their status', () => {
    expect(data.reader.deploymentCounts()).toEqual({})
    const [blog] = [data.deployment('blog'), data.deployment('shop')]
    data.writer.changeDeployment(blog, { status: 'stopped' })
    expect(data.reader.deploymentCounts()).toEqual({ idle: 1, stopped: 1 })
  })

  test('activity can be read for one deployment, a page at a time', () => {
    const [blog, shop] = [data.deployment('blog'), data.deployment('shop')]
    for (const [id, name, detail] of [
      [blog, 'blog', 'first'],
      [shop, 'shop', 'other'],
      [blog, 'blog', 'second'],
      [blog, 'blog', 'third'],
    ] as const) {
      data.writer.activity({ user: 'ana', verb: 'deploy', deploymentId: id, deployment: name, detail })
    }
    const first = data.reader.activity({ deploymentId: blog, limit: 2 })
    const rest = data.reader.activity({ deploymentId: blog, before: first.at(-1)?.id, limit: 2 })
    expect([...first, ...rest].map(line => line.detail)).toEqual(['third', 'second', 'first'])
    expect(data.reader.activity({ limit: 10 })).toHaveLength(4)
  })

  test('activity can be read for one user, and for what went wrong', () => {
    const blog = data.deployment('blog')
    for (const [user, verb, deploymentId] of [
      ['ana', 'deploy', blog],
      ['ana', 'crashed', blog],
      ['bea', 'deploy', null],
      ['bea', 'build_failed', null],
    ] as const) {
      data.writer.activity({ user, verb, deploymentId, deployment: null, detail: '' })
    }
    const read = (wish: Partial<Parameters<typeof data.reader.activity>[0]>) =>
      data.reader.activity({ limit: 10, ...wish }).map(line => `${line.user} ${line.verb}`)
    expect(read({ user: 'bea' })).toEqual(['bea build_failed', 'bea deploy'])
    expect(read({ problems: true })).toEqual(['bea build_failed', 'ana crashed'])
    expect(read({ user: 'ana', problems: true })).toEqual(['ana crashed'])
    expect(read({ deploymentId: blog, problems: true })).toEqual(['ana crashed'])
    expect(read({ deploymentId: blog, user: 'bea' })).toEqual([])
  })

  test('the rows of a deployment are counted in every table, history aside', () => {
    const [blog, shop] = [data.deployment('blog'), data.deployment('shop')]
    data.release(blog)
    data.queuedBuild(blog)
    data.release(shop)
    data.writer.activity({ user: 'ana', verb: 'deploy', deploymentId: blog, deployment: 'blog', detail: '' })
    data.writer.variable({ deploymentId: blog, name: 'KEY', scope: 'run', value: 'x', secretVersion: null })
    // The deployment, its domain, two builds, a release, a variable.
    expect(data.reader.countRowsOf(blog)).toBe(6)
    data.writer.removeDeployment(blog)
    expect(data.reader.countRowsOf(blog)).toBe(0)
    expect(data.reader.countRowsOf(shop)).toBe(4)
  })

  test('the board tells what serves and what was built last', () => {
    const id = data.deployment('blog')
    const release = data.release(id)
    data.writer.changeDeployment(id, { targetReleaseId: release, servingReleaseId: release })
    const build = data.queuedBuild(id, 'b'.repeat(40))
    const [row] = data.reader.deployments()
    expect(row).toMatchObject({
      name: 'blog',
      serving: { id: release, number: 1 },
      latestBuild: { id: build },
    })
    expect(data.reader.deployment(id)).toEqual(row)
  })

  test('settings have defaults, and values once they are set', () => {
    expect(data.reader.settings()).toEqual(defaultSettings)
    data.writer.setting('localConsentAt', 5)
    data.writer.setting('localConsentAt', 6)
    data.writer.setting('restoration', { at: 2, copyAt: 1, setAside: '/x' })
    data.writer.setting('restoration', null)
    expect(data.reader.settings()).toEqual({ ...defaultSettings, localConsentAt: 6 })
  })
})
