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

const app = (greeting: string) => ({
  'package.json': JSON.stringify({ private: true, scripts: { start: 'exec node server.js' } }),
  'slipway.json': JSON.stringify({ healthPath: '/healthz' }),
  'server.js': `
    require('node:http')
      .createServer((request, response) => {
        response.statusCode = ['/', '/healthz'].includes(request.url) ? 200 : 404
        response.end('${greeting}')
      })
      .listen(process.env.PORT)`,
})

let git: GitServer
let platform: Platform
const data = createDataFolder()

beforeAll(async () => {
  git = await startGitServer()
  platform = await startPlatform(data.path, { localLimits: { readyMs: 3000, graceMs: 1000 } })
})

afterAll(async () => {
  await platform.dispose({ stopApps: true })
  await git.close()
  data.remove()
})

test('a wrong health path fails with its answer while the earlier release serves; a right one needs no build', async () => {
  const repository = await git.createRepository('shop', app('one'))
  const source = { kind: 'git' as const, address: git.url('shop') }
  const wish = { source, branch: '', name: 'shop', port: null, planEdits: {} }
  const { id } = await platform.intents.create(wish, asker(platform))
  await waitForDeployment(platform, id, isLive)

  await repository.commit(app('two'), 'Two')
  platform.intents.update(id, { planEdits: { healthPath: '/health' } }, asker(platform))
  const { buildId } = await platform.intents.deploy(id, asker(platform))
  const failed = await waitForDeployment(platform, id, one => one.failure !== null)
  expect(failed.failure).toMatchObject({
    code: 'health_failed',
    message: expect.stringMatching(
      /^The app listens and never got ready: \/health answered 404 on port \d+\.$/,
    ),
  })
  expect(failed.serving?.number).toBe(1)
  expect((await getThroughGateway(platform, 'shop')).body).toBe('one')

  platform.intents.update(id, { planEdits: { healthPath: '/healthz' } }, asker(platform))
  const again = await platform.intents.deploy(id, asker(platform))
  await waitForDeployment(platform, id, one => one.serving?.number === 3 && isLive(one))
  expect((await getThroughGateway(platform, 'shop')).body).toBe('two')
  expect(platform.reader.build(again.buildId)?.reusedBuildId).toBe(buildId)

  const [third] = platform.reader.pastReleasesOf(id, [])
  expect(third?.changes).toEqual(['health path /health to /healthz'])

  // What is wished as it was in an earlier release holds for that release alone.
  const first = platform.reader.releasesOf(id).find(release => release.number === 1)
  await platform.intents.rollback(id, first?.id ?? '', asker(platform))
  await waitForDeployment(platform, id, one => one.serving?.number === 4 && isLive(one))
  expect((await getThroughGateway(platform, 'shop')).body).toBe('one')
})
