import { execFile } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { findDeploymentProcesses } from '../../electron/clusters/local/job-processes.ts'
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

const app = (greeting: string, scripts: Record<string, string> = {}) => ({
  'package.json': JSON.stringify({ private: true, scripts: { start: 'exec node server.js', ...scripts } }),
  'server.js': `require('node:http').createServer((q, a) => a.end('${greeting}')).listen(process.env.PORT)`,
})

let git: GitServer
let platform: Platform
const data = createDataFolder()

beforeAll(async () => {
  git = await startGitServer()
  platform = await startPlatform(data.path)
})

afterAll(async () => {
  await platform.dispose({ stopApps: true })
  await git.close()
  data.remove()
})

const wish = (name: string) => ({
  source: { kind: 'git' as const, address: git.url(name) },
  branch: '',
  name,
  port: null,
  planEdits: {},
})
const deploy = (id: string) => platform.intents.deploy(id, asker(platform))
const statuses = (id: string) =>
  platform.reader
    .buildsOf(id, 100)
    .map(build => [build.commit.subject, build.status])
    .reverse()

/** Until the log of the build has the line. */
const until = (buildId: string, text: string) =>
  vi.waitFor(
    async () => {
      const { lines } = await platform.logs.read({ kind: 'build', id: buildId }, { limit: 1000 })
      if (!lines.some(line => line.text === text))
        throw new Error(`not yet: ${lines.map(line => line.text).join('\n')}`)
    },
    { timeout: 20_000 },
  )

test('a newer build takes the place of one that waits; the one that runs is finished', async () => {
  const gate = join(data.path, 'gate')
  await promisify(execFile)('mkfifo', [gate])
  const repository = await git.createRepository('blog', app('one', { build: `echo waits; cat ${gate}` }))
  const { id, buildId: first } = await platform.intents.create(wish('blog'), asker(platform))
  await until(first, 'waits')

  await repository.commit(app('two'), 'Second')
  const { buildId: second } = await deploy(id)
  await repository.commit(app('three'), 'Third')
  const { buildId: third } = await deploy(id)
  expect(platform.reader.build(second)).toMatchObject({ status: 'cancelled', startedAt: null })
  expect(platform.reader.build(third)).toMatchObject({ status: 'queued' })

  await writeFile(gate, 'go\n')
  await waitForDeployment(platform, id, one => isLive(one) && one.serving?.buildId === third)
  expect(await getThroughGateway(platform, 'blog')).toEqual({ status: 200, body: 'three' })
  expect(statuses(id)).toEqual([
    ['First commit', 'succeeded'],
    ['', 'cancelled'],
    ['Third', 'succeeded'],
  ])
})

test('a build that is cancelled leaves no process, and what serves goes on', async () => {
  const repository = await git.createRepository('shop', app('one'))
  const { id } = await platform.intents.create(wish('shop'), asker(platform))
  const live = await waitForDeployment(platform, id, isLive)
  const before = findDeploymentProcesses(id).map(({ pid }) => pid)

  const build = "node -e \"process.on('SIGTERM', () => {}); setInterval(() => {}, 1e9); console.log('deaf')\""
  await repository.commit(app('two', { build: `(${build} &) ; ${build}` }), 'Never ends')
  const { buildId } = await deploy(id)
  await until(buildId, 'deaf')
  platform.intents.cancelBuild(buildId)
  const after = await waitForDeployment(
    platform,
    id,
    one => one.latestBuild?.status === 'cancelled' && one.status === 'live',
  )
  await platform.idle()
  expect(after).toMatchObject({
    failure: null,
    serving: { number: 1 },
    health: { ready: 1, instances: live.health.instances },
  })
  expect(findDeploymentProcesses(id).map(({ pid }) => pid)).toEqual(before)
  expect((await platform.logs.read({ kind: 'build', id: buildId }, { limit: 1 })).isClosed).toBe(true)
  expect(await getThroughGateway(platform, 'shop')).toEqual({ status: 200, body: 'one' })
})

test('nothing is deployed before somebody has agreed that it runs with their rights', async () => {
  await git.createRepository('wiki', app('one'))
  const stranger = { ...asker(platform), hasConsent: false }
  await expect(platform.intents.create(wish('wiki'), stranger)).rejects.toMatchObject({
    failure: { code: 'consent_required', hint: expect.stringContaining('Agree') },
  })
  expect(platform.deployments().map(one => one.name)).not.toContain('wiki')

  const agreed = await platform.intents.create(wish('wiki'), asker(platform))
  await waitForDeployment(platform, agreed.id, isLive)
  await expect(platform.intents.deploy(agreed.id, stranger)).rejects.toMatchObject({
    failure: { code: 'consent_required' },
  })
  expect(platform.reader.buildsOf(agreed.id, 100)).toHaveLength(1)
})
