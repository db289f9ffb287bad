import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Sqlite from 'better-sqlite3'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { SlipwayError } from '../../shared/domain/failure.ts'
import { createDailyCopies } from './copies.ts'
import { lockFolder, openDatabase, readMigrations } from './open.ts'

let folder: string
let file: string

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'slipway-open-'))
  file = join(folder, 'slipway.db')
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const one = 'CREATE TABLE one (id TEXT PRIMARY KEY) STRICT; INSERT INTO one VALUES (1);'
const two = 'CREATE TABLE two (id TEXT PRIMARY KEY) STRICT;'

const look = <T>(path: string, read: (sqlite: Sqlite.Database) => T): T => {
  const sqlite = new Sqlite(path)
  try {
    return read(sqlite)
  } finally {
    sqlite.close()
  }
}
const versionOf = (path: string) => look(path, sqlite => sqlite.prepare('PRAGMA user_version').pluck().get())
const tablesOf = (path: string) =>
  look(path, sqlite => sqlite.prepare("SELECT name FROM sqlite_schema WHERE type = 'table'").pluck().all())
const copies = () => (existsSync(join(folder, 'copies')) ? readdirSync(join(folder, 'copies')) : [])

function failureOf(work: () => unknown) {
  try {
    work()
  } catch (error) {
    if (error instanceof SlipwayError) return error.failure
    throw error
  }
  throw new Error('it did not fail')
}

describe('migrations', () => {
  test('each runs once, however often the file is opened', () => {
    for (let round = 0; round < 3; round++) openDatabase(file, { migrations: [one, two] }).close()
    expect(look(file, sqlite => sqlite.prepare('SELECT id FROM one').all())).toEqual([{ id: '1' }])
    expect(versionOf(file)).toBe(2)
  })

  test('one that fails half-way changes nothing, and those before it stay', () => {
    const broken = `${two} INSERT INTO nowhere VALUES (1);`
    expect(() => openDatabase(file, { migrations: [one, broken] })).toThrow('nowhere')
    expect(tablesOf(file)).toEqual(['one'])
    expect(versionOf(file)).toBe(1)
    openDatabase(file, { migrations: [one, two] }).close()
    expect(tablesOf(file)).toEqual(['one', 'two'])
  })

  test('one that makes a table anew loses nothing that others refer to, and leaves them checked', () => {
    const before = openDatabase(file, { migrations: readMigrations().slice(0, 7) })
    before.sqlite.exec(`
      INSERT INTO users VALUES ('u', 'ana', 1);
      INSERT INTO clusters (id, kind, name, created_at) VALUES ('c', 'local', 'here', 1);
      INSERT INTO projects VALUES ('p', 'u', 'blog', 'git', 'https://example.org/blog.git', 1);
      INSERT INTO deployments (id, project_id, cluster_id, name, branch, created_at, changed_at)
        VALUES ('d', 'p', 'c', 'blog', 'main', 1, 1);`)
    before.close()
    const after = openDatabase(file)
    expect(after.sqlite.prepare('SELECT id, project_id FROM deployments').all()).toEqual([
      { id: 'd', project_id: 'p' },
    ])
    after.sqlite.exec("INSERT INTO projects VALUES ('q', 'u', 'web', 'image', 'docker.io/library/nginx', 1)")
    expect(() => after.sqlite.exec("DELETE FROM projects WHERE id = 'p'")).toThrow('FOREIGN KEY')
    after.close()
  })

  test('one that leaves rows which refer to nothing is undone', () => {
    const orphan = 'CREATE TABLE two (id TEXT REFERENCES one (id)) STRICT; INSERT INTO two VALUES (9);'
    expect(() => openDatabase(file, { migrations: [one, orphan] })).toThrow('refer to nothing')
    expect(tablesOf(file)).toEqual(['one'])
  })

  test('the file is copied before it is migrated, with what was only in the WAL', () => {
    const first = openDatabase(file, { migrations: [one] })
    first.sqlite.exec("INSERT INTO one VALUES ('late')")
    const now = () => Date.UTC(2026, 10, 24, 1, 2, 3, 4)
    openDatabase(file, { migrations: [one, two], now }).close()
    first.close()
    expect(copies()).toEqual(['slipway-v1-2026-11-24T01-02-03-004Z-000001.db'])
    const copy = join(folder, 'copies', copies()[0] ?? '')
    expect(look(copy, sqlite => sqlite.prepare('SELECT id FROM one').pluck().all())).toEqual(['1', 'late'])
    expect(versionOf(copy)).toBe(1)
    expect(tablesOf(copy)).toEqual(['one'])
  })

  test('neither a new file nor one that is up to date is copied', () => {
    openDatabase(file, { migrations: [one] }).close()
    openDatabase(file, { migrations: [one] }).close()
    expect(copies()).toEqual([])
  })

  test('are numbered without gaps', () => {
    const list = join(folder, 'migrations')
    for (const [names, isGood] of [
      [['0001_a.sql', '0002_b.sql'], true],
      [['0001_a.sql', '0003_c.sql'], false],
      [['0002_b.sql'], false],
    ] as const) {
      rmSync(list, { recursive: true, force: true })
      writeAll(list, names)
      if (isGood) expect(readMigrations(list)).toEqual(['-- 0001_a.sql', '-- 0002_b.sql'])
      else expect(() => readMigrations(list)).toThrow('out of order')
    }
  })
})

test('a file from a newer Slipway is refused with a hint, and not touched', () => {
  openDatabase(file, { migrations: [one, two] }).close()
  const before = readFileSync(file)
  expect(failureOf(() => openDatabase(file, { migrations: [one] }))).toEqual({
    code: 'database_newer',
    message: 'The database was written by a newer Slipway.',
    hint: `Update Slipway, or start it with another data folder. Nothing was changed in ${file}.`,
  })
  expect(readFileSync(file).equals(before)).toBe(true)
  expect(readdirSync(folder)).toEqual(['slipway.db'])
})

test.each([
  ['something else', () => Buffer.from('this is no database, whatever its name says\n'.repeat(100))],
  [
    'a file whose first page is gone',
    () => Buffer.concat([Buffer.alloc(4096, 7), readFileSync(file).subarray(4096)]),
  ],
  [
    'a file with a broken page in the middle',
    () => {
      const bytes = readFileSync(file)
      return Buffer.concat([bytes.subarray(0, 8192), Buffer.alloc(4096, 0xee), bytes.subarray(12_288)])
    },
  ],
])('%s is a damaged database', (_what, damage) => {
  const openAt = (at: number) => openDatabase(file, { now: () => at })
  openAt(1).close()
  const damaged = damage()
  writeFileSync(file, damaged)
  expect(failureOf(() => openAt(2))).toEqual({
    code: 'database_damaged',
    message: `The database ${file} is damaged, and there is no good copy of it.`,
    hint: 'Move the file aside to begin anew, or put a copy of your own in its place. Nothing was changed.',
  })
  expect(readFileSync(file).equals(damaged)).toBe(true)
})

describe('the lock of the data folder', () => {
  const holder = `
    const { lockFolder } = await import(${JSON.stringify(join(import.meta.dirname, 'open.ts'))})
    lockFolder(process.argv[1])
    console.log('locked')
    setInterval(() => {}, 1e6)`

  test('keeps a second process out until the first is killed', async () => {
    const child = spawn(process.execPath, ['--input-type=module', '-e', holder, folder], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    await once(child.stdout, 'data')
    expect(failureOf(() => lockFolder(folder))).toEqual({
      code: 'already_running',
      message: `Slipway is already running with the data folder ${folder}.`,
      hint: 'Use the running one, or set SLIPWAY_DATA to another folder.',
    })
    const gone = once(child, 'exit')
    child.kill('SIGKILL')
    await gone
    lockFolder(folder)()
  })

  test('is given back', () => {
    lockFolder(folder)()
    lockFolder(folder)()
  })
})

function writeAll(list: string, names: readonly string[]): void {
  mkdirSync(list)
  for (const name of names) writeFileSync(join(list, name), `-- ${name}`)
}

describe('copies', () => {
  const day = 24 * 60 * 60_000
  const start = Date.UTC(2026, 10, 1)
  const copyAt = (at: number) => {
    const database = openDatabase(file, { migrations: [one] })
    createDailyCopies({ sqlite: database.sqlite, file, now: () => at, onError: fail }).dispose()
    database.close()
  }
  const fail = (error: unknown) => {
    throw error
  }

  test('are made once a day, and the last seven are kept', () => {
    for (let n = 0; n < 10; n++) {
      copyAt(start + n * day)
      copyAt(start + n * day + day / 2)
    }
    expect(copies()).toEqual(
      [4, 5, 6, 7, 8, 9, 10].map(
        date =>
          `slipway-daily-2026-11-${String(date).padStart(2, '0')}T00-00-00-000Z-0000${String(date).padStart(2, '0')}.db`,
      ),
    )
  })

  test('go on to be made when the clock was moved, which costs none of the days before', () => {
    for (let n = 0; n < 6; n++) copyAt(start + n * day)
    const ahead = start + 400 * day
    for (let hour = 0; hour < 5; hour++) {
      copyAt(ahead + hour * 3_600_000)
      copyAt(start + 6 * day + hour * 3_600_000)
    }
    const days = () =>
      copies().map(name => name.slice('slipway-daily-'.length, -'T00-00-00-000Z-000001.db'.length))
    expect(days()).toEqual([
      ...['2026-11-02', '2026-11-03', '2026-11-04', '2026-11-05', '2026-11-06', '2026-11-07'],
      '2027-12-06',
    ])
    copyAt(start + 8 * day)
    expect(days()).toContain('2026-11-09')
  })

  test('what was made last is restored, whatever the clock said then', () => {
    copyAt(start + 400 * day)
    const database = openDatabase(file, { migrations: [one] })
    database.sqlite.exec("INSERT INTO one VALUES ('after the clock was set right')")
    database.close()
    copyAt(start)
    writeFileSync(file, 'damaged')
    const restored = openDatabase(file, { migrations: [one], now: () => start + day })
    expect(restored.restoration?.copyAt).toBe(start)
    expect(restored.sqlite.prepare('SELECT count(*) FROM one').pluck().get()).toBe(2)
    restored.close()
  })

  test('the newest good one takes the place of a damaged database, which is set aside', () => {
    copyAt(start)
    const database = openDatabase(file, { migrations: [one] })
    database.sqlite.exec("INSERT INTO one VALUES ('second')")
    database.close()
    copyAt(start + day)
    // A copy that was cut off is no good one.
    writeFileSync(join(folder, 'copies', 'slipway-daily-2026-11-03T00-00-00-000Z.db'), 'cut off')
    const damaged = Buffer.concat([Buffer.alloc(4096, 7), readFileSync(file).subarray(4096)])
    writeFileSync(file, damaged)

    const at = start + 3 * day
    const restored = openDatabase(file, { migrations: [one], now: () => at })
    const setAside = join(folder, 'damaged', 'slipway-2026-11-04T00-00-00-000Z.db')
    expect(restored.restoration).toEqual({ at, copyAt: start + day, setAside })
    expect(restored.sqlite.prepare('SELECT id FROM one').all()).toEqual([{ id: '1' }, { id: 'second' }])
    restored.close()
    expect(readFileSync(setAside).equals(damaged)).toBe(true)
    const again = openDatabase(file, { migrations: [one] })
    expect(again.restoration).toBeUndefined()
    again.close()
  })
})
