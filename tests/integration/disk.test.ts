import { randomBytes } from 'node:crypto'
import { readdirSync, readFileSync, rmSync, statfsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import Sqlite from 'better-sqlite3'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { Platform } from '../../electron/platform/platform.ts'
import { toFailure } from '../../shared/domain/failure.ts'
import { createCommandLine } from '../support/command-line.ts'
import { type GitServer, startGitServer } from '../support/git-server.ts'
import { isMounted, mount, unmount, whyNoMounts } from '../support/mounts.ts'
import {
  asker,
  createDataFolder,
  getThroughGateway,
  isLive,
  startPlatform,
  waitForDeployment,
} from '../support/platform.ts'

const reason = whyNoMounts()
const megabyte = 1024 * 1024

const app = (greeting: string, build = 'echo built') => ({
  'package.json': JSON.stringify({ private: true, scripts: { start: 'exec node server.js', build } }),
  'server.js': `require('node:http').createServer((q, a) => a.end('${greeting}')).listen(process.env.PORT)`,
})

let git: GitServer
let data: ReturnType<typeof createDataFolder>
let platform: Platform | undefined
let count = 0

beforeAll(async () => {
  git = await startGitServer()
})
afterAll(() => git.close())
beforeEach(() => {
  data = createDataFolder()
  if (reason === undefined) mount(data.path, 'size=64m')
})
afterEach(async () => {
  rmSync(ballast(), { force: true })
  await platform?.dispose({ stopApps: true })
  platform = undefined
  if (isMounted(data.path)) unmount(data.path)
  data.remove()
})

const ballast = () => join(data.path, 'ballast')
const freeBytes = () => {
  const { bavail, bsize } = statfsSync(data.path)
  return bavail * bsize
}
const fillDisk = (leftBytes: number) => {
  try {
    writeFileSync(ballast(), Buffer.alloc(Math.max(freeBytes() - leftBytes, 0)))
  } catch {
    // As far as it goes.
  }
}

/** A platform on the small disk, with an app that serves. */
async function startBlog() {
  const repository = await git.createRepository(`blog-${++count}`, app('one'))
  const opened = await startPlatform(data.path)
  platform = opened
  const source = { kind: 'git' as const, address: repository.url }
  const wish = { source, branch: '', name: 'blog', port: null, planEdits: {} }
  const { id } = await opened.intents.create(wish, asker(opened))
  await waitForDeployment(opened, id, isLive)
  return {
    repository,
    id,
    deploy: () => opened.intents.deploy(id, asker(opened)),
    untilFailed: () => waitForDeployment(opened, id, one => one.status === 'failed'),
    answer: async () => (await getThroughGateway(opened, 'blog')).body,
    /** What the next deploy comes to, with no restart of anything. */
    async recovers() {
      await repository.commit({ ...app('two'), 'big.bin': null }, 'Smaller again')
      await opened.intents.deploy(id, asker(opened))
      await waitForDeployment(opened, id, one => isLive(one) && one.serving?.number === 2)
      expect((await getThroughGateway(opened, 'blog')).body).toBe('two')
      const sqlite = new Sqlite(join(data.path, 'slipway.db'), { readonly: true })
      expect(sqlite.prepare('PRAGMA integrity_check').pluck().all()).toEqual(['ok'])
      sqlite.close()
    },
  }
}

describe.skipIf(reason !== undefined)(`a full disk${reason ?? ''}`, () => {
  test('during a checkout: the deploy fails in plain words, what serves goes on, with room the next one works', async () => {
    const { repository, deploy, untilFailed, answer, recovers } = await startBlog()
    await repository.commit({ 'big.bin': randomBytes(6 * megabyte).toString('hex') }, 'Too big')
    fillDisk(4 * megabyte)
    await deploy()
    expect((await untilFailed()).failure).toMatchObject({
      code: 'disk_full',
      message: 'The disk is full: the checkout could not be written.',
      hint: 'Free some space, then deploy again.',
    })
    expect(await answer()).toBe('one')
    rmSync(ballast())
    await recovers()
  })

  test('during a build: its lines tell, and what it had written is gone', async () => {
    const { repository, deploy, untilFailed, answer, recovers } = await startBlog()
    await repository.commit(app('full', 'head -c 200000000 /dev/zero > big'), 'Fills the disk')
    const before = freeBytes()
    await deploy()
    expect((await untilFailed()).failure).toMatchObject({
      code: 'disk_full',
      message: 'The disk is full: npm run build could not write.',
      lines: expect.arrayContaining([expect.stringContaining('No space left on device')]),
    })
    expect(freeBytes()).toBeGreaterThan(before - 8 * megabyte)
    expect(await answer()).toBe('one')
    await recovers()
  })

  test('with not a byte left: a wish is refused in plain words, and is not half there', async () => {
    const { id, deploy, answer, recovers } = await startBlog()
    const sqlite = new Sqlite(join(data.path, 'slipway.db'))
    sqlite.pragma('wal_checkpoint(TRUNCATE)')
    sqlite.close()
    fillDisk(0)
    const builds = platform?.reader.buildIdsOf(id)
    expect(await deploy().catch(toFailure)).toEqual({
      code: 'disk_full',
      message: 'The disk is full.',
      hint: 'Free some space, then try again. What runs goes on.',
    })
    expect(platform?.reader.buildIdsOf(id)).toEqual(builds)
    expect(await answer()).toBe('one')
    rmSync(ballast())
    await recovers()
  })
})

describe.skipIf(reason !== undefined)(`a read-only disk${reason ?? ''}`, () => {
  test('is told by every way to start, in two lines and without a stack', async () => {
    const missing = join(data.path, 'a', 'new', 'one')
    mount(data.path, 'remount,ro')
    expect((await createCommandLine(missing).call('list')).stderr).toContain(
      `The data folder ${missing} is on a disk that is read-only.`,
    )
    const line = createCommandLine(data.path)
    const told = {
      status: 1,
      stdout: '',
      stderr: `The data folder ${data.path} is on a disk that is read-only.\nMake it a folder that your user may write to, or set SLIPWAY_DATA to another one.\n`,
    }
    expect(await line.call('list')).toEqual(told)
    expect(await line.serve('--no-open', '--port', '0')).toEqual(told)
  })

  test('under a running Slipway fails the deploy; what serves goes on, and the next deploy works', async () => {
    const { id, deploy, untilFailed, answer, recovers } = await startBlog()
    const builds = join(data.path, 'local', 'deployments', id, 'builds')
    mount(builds, 'ro')
    try {
      await deploy()
      expect((await untilFailed()).failure).toMatchObject({ code: 'disk_read_only' })
      expect(await answer()).toBe('one')
    } finally {
      unmount(builds)
    }
    await recovers()
  })
})

test('a data folder that is a file is told by every way to start', async () => {
  const path = join(data.path, 'file')
  writeFileSync(path, '')
  const told = {
    status: 1,
    stdout: '',
    stderr: `The data folder ${path} cannot be made, because a file is in the way.\nMake it a folder that your user may write to, or set SLIPWAY_DATA to another one.\n`,
  }
  const line = createCommandLine(path)
  expect(await line.call('list')).toEqual(told)
  expect(await line.serve('--no-open', '--port', '0')).toEqual(told)
})

test('a database from the future is told by every way to start, and is not touched', async () => {
  const file = join(data.path, 'slipway.db')
  const sqlite = new Sqlite(file)
  sqlite.exec('CREATE TABLE future (id TEXT) STRICT; PRAGMA user_version = 9999')
  sqlite.close()
  const before = readFileSync(file)
  const told = {
    status: 1,
    stdout: '',
    stderr: `The database was written by a newer Slipway.\nUpdate Slipway, or start it with another data folder. Nothing was changed in ${file}.\n`,
  }
  const line = createCommandLine(data.path)
  expect(await line.call('list')).toEqual(told)
  expect(await line.serve('--no-open', '--port', '0')).toEqual(told)
  const asJson = await line.call('list', '--json')
  expect(JSON.parse(asJson.stdout)).toMatchObject({ failure: { code: 'database_newer' } })
  expect(readFileSync(file).equals(before)).toBe(true)
  expect(readdirSync(data.path)).not.toContain('copies')
})
