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

const worker = (script: string) => ({
  Procfile: 'worker: exec node worker.js',
  'worker.js': script,
})

let git: GitServer
let platform: Platform
const data = createDataFolder()

beforeAll(async () => {
  git = await startGitServer()
  platform = await startPlatform(data.path, { localLimits: { settleMs: 3000, graceMs: 1000 } })
})

afterAll(async () => {
  await platform.dispose({ stopApps: true })
  await git.close()
  data.remove()
})

test('an app that listens nowhere is live without a URL, and one that ends at once leaves the earlier at work', async () => {
  const repository = await git.createRepository(
    'queue',
    worker("setInterval(() => console.log('works'), 100)"),
  )
  const source = { kind: 'git' as const, address: git.url('queue') }
  const wish = { source, branch: '', name: 'queue', port: null, planEdits: {} }
  const { id } = await platform.intents.create(wish, asker(platform))
  const live = await waitForDeployment(platform, id, isLive)
  expect(live).toMatchObject({ isWorker: true, health: { port: null, ready: 1 } })
  const page = await getThroughGateway(platform, 'queue')
  expect(page.status).toBe(404)
  expect(page.body).toContain('queue is a worker')

  await repository.commit(worker("throw new Error('no queue')"), 'Break it')
  await platform.intents.deploy(id, asker(platform))
  const failed = await waitForDeployment(platform, id, one => one.failure !== null)
  expect(failed.failure).toMatchObject({
    code: 'start_exited',
    message: 'The worker exited with code 1 right after its start.',
  })
  expect(failed.serving?.number).toBe(1)
  expect(failed.health.ready).toBe(1)
})

test('a person says that it listens after all, which needs no build', async () => {
  const files = { ...worker("require('http').createServer((q, r) => r.end('hi')).listen(process.env.PORT)") }
  await git.createRepository('both', files)
  const source = { kind: 'git' as const, address: git.url('both') }
  const wish = { source, branch: '', name: 'both', port: null, planEdits: {} }
  const { id } = await platform.intents.create(wish, asker(platform))
  await waitForDeployment(platform, id, one => isLive(one) && one.isWorker)

  platform.intents.update(id, { planEdits: { worker: false } }, asker(platform))
  const { buildId } = await platform.intents.deploy(id, asker(platform))
  await waitForDeployment(platform, id, one => one.serving?.number === 2 && isLive(one))
  expect((await getThroughGateway(platform, 'both')).body).toBe('hi')
  expect(platform.reader.build(buildId)?.reusedBuildId).not.toBeNull()
  expect(platform.reader.pastReleasesOf(id, [])[0]?.changes).toEqual(['no worker any more'])
})
