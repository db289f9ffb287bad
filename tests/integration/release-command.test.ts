import { writeFile } from 'node:fs/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Platform } from '../../electron/platform/platform.ts'
import { type GitServer, startGitServer } from '../support/git-server.ts'
import {
  asker,
  createDataFolder,
  getThroughGateway,
  isLive,
  startPlatform,
  waitForDeployment,
} from '../support/platform.ts'

/** Each migration is a line of the kept file, which the app answers with. */
const app = (migrate: string) => ({
  Procfile: 'web: exec node server.js\nrelease: node migrate.js',
  'slipway.json': JSON.stringify({ keep: ['data'] }),
  'migrate.js': `
    const fs = require('node:fs')
    fs.mkdirSync('data', { recursive: true })
    ${migrate}`,
  'server.js': `
    const fs = require('node:fs')
    require('node:http')
      .createServer((request, response) => response.end(fs.readFileSync('data/schema', 'utf8')))
      .listen(process.env.PORT)`,
})
const add = (line: string) =>
  `fs.appendFileSync('data/schema', '${line};'); console.log('migrated to ${line}')`

let git: GitServer
let platform: Platform
const data = createDataFolder()
const open = () => startPlatform(data.path, { localLimits: { readyMs: 8000, graceMs: 1000 } })

beforeAll(async () => {
  git = await startGitServer()
  platform = await open()
})

afterAll(async () => {
  await platform.dispose({ stopApps: true })
  await git.close()
  data.remove()
})

const runtimeLines = async (id: string) =>
  (await platform.logs.read({ kind: 'runtime', id }, { limit: 1000 })).lines.map(line => line.text)

test('it runs once before each new release, and not for a rollback; where it fails, what serves goes on', async () => {
  const repository = await git.createRepository('shop', app(add('one')))
  const source = { kind: 'git' as const, address: git.url('shop') }
  const wish = { source, branch: '', name: 'shop', port: null, planEdits: {} }
  const { id } = await platform.intents.create(wish, asker(platform))
  await waitForDeployment(platform, id, isLive)
  expect((await getThroughGateway(platform, 'shop')).body).toBe('one;')
  expect(await runtimeLines(id)).toEqual(
    expect.arrayContaining([
      'Release command of #1: node migrate.js',
      'migrated to one',
      'The release command is done',
    ]),
  )

  await repository.commit(app(add('two')), 'Two')
  await platform.intents.deploy(id, asker(platform))
  await waitForDeployment(platform, id, one => one.serving?.number === 2 && isLive(one))
  expect((await getThroughGateway(platform, 'shop')).body).toBe('one;two;')

  await repository.commit(app("throw new Error('no such column')"), 'Three')
  await platform.intents.deploy(id, asker(platform))
  const failed = await waitForDeployment(platform, id, one => one.failure !== null)
  expect(failed.failure).toMatchObject({
    code: 'release_command_failed',
    message: 'The release command exited with code 1. The release does not take the traffic.',
    lines: expect.arrayContaining([expect.stringContaining('no such column')]),
  })
  expect(failed.serving?.number).toBe(2)
  expect((await getThroughGateway(platform, 'shop')).body).toBe('one;two;')

  const first = platform.reader.releasesOf(id).find(release => release.number === 1)
  await platform.intents.rollback(id, first?.id ?? '', asker(platform))
  await waitForDeployment(platform, id, one => one.serving?.number === 4 && isLive(one))
  expect((await getThroughGateway(platform, 'shop')).body).toBe('one;two;')
  const states = platform.reader.releasesOf(id).map(({ number, commandState }) => [number, commandState])
  expect(states).toEqual([
    [4, null],
    [3, 'ended'],
    [2, 'ended'],
    [1, 'ended'],
  ])
})

test('closed while it runs, Slipway goes on where it was; stopped, it ends, and runs anew with the next start', async () => {
  const waits = `
    console.log('waits')
    const wait = () => fs.existsSync('data/go') ? (fs.appendFileSync('data/schema', 'done;')) : setTimeout(wait, 20)
    wait()`
  await git.createRepository('slow', app(waits))
  const source = { kind: 'git' as const, address: git.url('slow') }
  const wish = { source, branch: '', name: 'slow', port: null, planEdits: {} }
  const { id } = await platform.intents.create(wish, asker(platform))
  const waitsNow = () => expect.poll(() => runtimeLines(id), { timeout: 30_000 }).toContain('waits')
  await waitsNow()
  expect(platform.deployment(id)).toMatchObject({ status: 'releasing', runsCommand: true })

  await platform.dispose({ stopApps: false })
  platform = await open()
  expect(platform.reader.startedCommand(id)).toBeDefined()

  platform.intents.stop(id, asker(platform))
  await expect.poll(() => platform.reader.startedCommand(id), { timeout: 20_000 }).toBeUndefined()
  platform.intents.start(id, asker(platform))
  await expect
    .poll(async () => (await runtimeLines(id)).filter(text => text === 'waits').length, { timeout: 30_000 })
    .toBe(2)

  const [kept] = await platform.keptFolders.list(id)
  await writeFile(`${kept?.place}/go`, '')
  const live = await waitForDeployment(platform, id, isLive)
  expect(live.runsCommand).toBe(false)
  expect((await getThroughGateway(platform, 'slow')).body).toBe('done;')
})
