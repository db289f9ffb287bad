import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { findDeploymentProcesses } from '../../electron/clusters/local/job-processes.ts'
import type { Platform } from '../../electron/platform/platform.ts'
import { type GitRepository, type GitServer, startGitServer } from '../support/git-server.ts'
import {
  asker,
  createDataFolder,
  getThroughGateway,
  isLive,
  startPlatform,
  waitForDeployment,
} from '../support/platform.ts'

const firstBackoffMs = 100

/** Greets; on TERM it finishes what it has begun; `/crash` ends it with words. */
const app = (greeting: string, scripts: Record<string, string> = {}) => ({
  'package.json': JSON.stringify({ private: true, scripts: { start: 'exec node server.js', ...scripts } }),
  'server.js': `
    const server = require('node:http').createServer((request, response) => {
      if (request.url === '/crash') {
        console.error('Error: the shelf is empty')
        process.exit(3)
      }
      response.end('${greeting}')
    })
    server.listen(process.env.PORT)
    process.on('SIGTERM', () => server.close(() => process.exit(0)))
  `,
})

let git: GitServer
let platform: Platform
const data = createDataFolder()

beforeAll(async () => {
  git = await startGitServer()
  platform = await startPlatform(data.path, { limits: { firstBackoffMs } })
})

afterAll(async () => {
  await platform.dispose({ stopApps: true })
  await git.close()
  data.remove()
})

async function create(name: string, files: Record<string, string>, options: { keepsRunning?: boolean } = {}) {
  const repository = await git.createRepository(name, files)
  const source = { kind: 'git' as const, address: repository.url }
  const wish = { source, branch: '', name, port: null, planEdits: {}, ...options }
  const { id } = await platform.intents.create(wish, asker(platform))
  return { repository, id, live: await waitForDeployment(platform, id, isLive) }
}

async function deployCommit(id: string, repository: GitRepository, files: Record<string, string>) {
  await repository.commit(files, 'Another greeting')
  await platform.intents.deploy(id, asker(platform))
}

describe('a release', () => {
  test('follows the one before without a request that fails, forwards and back', async () => {
    const { id, repository } = await create('shop', app('one'))

    const isServing = (number: number) => async () => {
      await waitForDeployment(platform, id, one => isLive(one) && one.serving?.number === number)
      await platform.idle()
    }
    await deployCommit(id, repository, app('two'))
    expect(await askUntil('shop', isServing(2))).toEqual(['200 one', '200 two'])

    const first = platform.reader.releasesOf(id).find(release => release.number === 1)
    await platform.intents.rollback(id, first?.id ?? '', asker(platform))
    expect(await askUntil('shop', isServing(3))).toEqual(['200 two', '200 one'])

    platform.intents.restart(id, asker(platform))
    const pids = platform.deployment(id)?.health.instances
    const isRestarted = async () => {
      await waitForDeployment(
        platform,
        id,
        one => isLive(one) && one.health.instances.every(pid => !pids?.includes(pid)),
      )
      await platform.idle()
    }
    expect(await askUntil('shop', isRestarted)).toEqual(['200 one'])
  })

  test('whose build fails leaves the one before as it is', async () => {
    const { id, repository, live } = await create('blog', app('hello'))
    await deployCommit(id, repository, app('never seen', { build: 'echo no such module; exit 1' }))
    const failed = await waitForDeployment(platform, id, one => one.status === 'failed')
    expect(failed).toMatchObject({
      serving: { number: 1 },
      health: { ready: 1, instances: live.health.instances, reason: null },
      latestBuild: { status: 'failed' },
      failure: {
        code: 'build_failed',
        message: expect.stringContaining('npm run build'),
        lines: expect.arrayContaining(['no such module']),
      },
    })
    expect(platform.reader.releasesOf(id)).toHaveLength(1)
    expect(await getThroughGateway(platform, 'blog')).toEqual({ status: 200, body: 'hello' })
  })
})

test('an app that crashes is started again, later each time, and given up with its last lines', async () => {
  const { id } = await create('shelf', app('books'))
  for (let crash = 1; crash <= 5; crash++) {
    await waitForDeployment(platform, id, one => one.health.ready === 1 && one.health.restarts === crash - 1)
    expect((await getThroughGateway(platform, 'shelf', '/crash')).status).toBe(502)
  }
  const given = await waitForDeployment(platform, id, one => one.status === 'failed')
  expect(given).toMatchObject({
    wanted: 'running',
    health: { ready: 0, instances: [] },
    failure: { code: 'app_crashed', lines: expect.arrayContaining(['Error: the shelf is empty']) },
  })
  const page = await getThroughGateway(platform, 'shelf')
  expect(page.status).toBe(503)
  expect(page.body).toContain('Crashed')
  expect(page.body).toContain('Error: the shelf is empty')

  const { lines } = await platform.logs.read({ kind: 'runtime', id }, { limit: 1000 })
  const at = (start: RegExp) =>
    lines.filter(line => line.stream === 'platform' && start.test(line.text)).map(line => line.at)
  const starts = at(/^Started/)
  const ends = at(/^Exited/)
  expect([starts.length, ends.length]).toEqual([5, 5])
  const pauses = starts.slice(1).map((start, n) => start - (ends[n] ?? 0))
  for (const [n, pause] of pauses.entries())
    expect(pause).toBeGreaterThanOrEqual(firstBackoffMs * 2 ** n - 50)

  platform.intents.restart(id, asker(platform))
  await waitForDeployment(platform, id, isLive)
  expect(await getThroughGateway(platform, 'shelf')).toEqual({ status: 200, body: 'books' })
})

test('quitting ends what is not to keep running; the next start runs it again and finds the rest', async () => {
  const ends = await create('ends', app('ends with Slipway'))
  const keeps = await create('keeps', app('keeps running'), { keepsRunning: true })
  await platform.dispose({ stopApps: true })
  expect(findDeploymentProcesses(ends.id)).toEqual([])
  expect(findDeploymentProcesses(keeps.id).map(({ pid }) => String(pid))).toEqual(
    expect.arrayContaining(keeps.live.health.instances),
  )

  platform = await startPlatform(data.path, { limits: { firstBackoffMs } })
  const found = await waitForDeployment(platform, keeps.id, isLive)
  expect(found.health).toEqual(keeps.live.health)
  const again = await waitForDeployment(platform, ends.id, isLive)
  expect(again.health.instances).not.toEqual(ends.live.health.instances)
  expect(await getThroughGateway(platform, 'keeps')).toEqual({ status: 200, body: 'keeps running' })
  expect(await getThroughGateway(platform, 'ends')).toEqual({ status: 200, body: 'ends with Slipway' })

  for (const [id, name] of [
    [ends.id, 'ends'],
    [keeps.id, 'keeps'],
  ] as const) {
    platform.intents.remove(id, name, asker(platform))
    const left = await vi.waitFor(
      async () => {
        const residue = await platform.residue(id)
        if (!residue) throw new Error('still there')
        return residue
      },
      { timeout: 20_000 },
    )
    expect(left).toEqual({ processes: 0, checkouts: 0, logs: 0, rows: 0, keptData: null })
  }
})

/** One request after the other until it is over, and one more. The different answers in the order they came. */
async function askUntil(name: string, over: () => Promise<void>): Promise<string[]> {
  let isOver = false
  const waiting = over().finally(() => {
    isOver = true
  })
  const answers: string[] = []
  const ask = async () => {
    const { status, body } = await getThroughGateway(platform, name)
    if (answers.at(-1) !== `${status} ${body}`) answers.push(`${status} ${body}`)
  }
  while (!isOver) await ask()
  await waiting
  await ask()
  return answers
}
