import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Platform } from '../../electron/platform/platform.ts'
import { type GitServer, startGitServer } from '../support/git-server.ts'
import {
  asker,
  createDataFolder,
  getThroughGateway,
  startPlatform,
  waitForDeployment,
} from '../support/platform.ts'

const app = (greeting: string) => ({
  'package.json': JSON.stringify({ name: 'blog', private: true, scripts: { start: 'node server.js' } }),
  'server.js': `
    const http = require('node:http')
    console.log('ready to greet')
    http.createServer((request, response) => response.end('${greeting} ' + request.url)).listen(process.env.PORT)
  `,
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

test('a repository is deployed, followed, deployed again, rolled back, stopped, started and removed', async () => {
  const repository = await git.createRepository('blog', app('hello'))
  const { id, buildId } = await platform.intents.create(
    {
      source: { kind: 'git', address: git.url('blog') },
      branch: '',
      name: 'blog',
      port: null,
      planEdits: {},
    },
    asker(platform),
  )
  const first = await waitForDeployment(platform, id, one => one.status === 'live' || one.failure !== null)
  expect(first.failure).toBeNull()
  expect(first.health).toMatchObject({ ready: 1, wanted: 1, restarts: 0, reason: null })
  expect(await getThroughGateway(platform, 'blog', '/a')).toEqual({ status: 200, body: 'hello /a' })
  // It answers before what it printed is read.
  const greetings = async () => {
    const { lines } = await platform.logs.read({ kind: 'runtime', id }, { limit: 100 })
    return lines.filter(line => line.text === 'ready to greet').map(line => line.stream)
  }
  await expect.poll(greetings, { timeout: 10_000 }).toEqual(['stdout'])
  expect((await platform.logs.read({ kind: 'build', id: buildId }, { limit: 100 })).isClosed).toBe(true)

  const sha = await repository.commit(app('welcome'), 'Greet warmly')
  await platform.intents.deploy(id, asker(platform))
  const second = await waitForDeployment(
    platform,
    id,
    one => one.serving?.number === 2 && one.status === 'live',
  )
  expect(second.serving?.commit).toMatchObject({ sha, subject: 'Greet warmly' })
  expect(await getThroughGateway(platform, 'blog')).toEqual({ status: 200, body: 'welcome /' })

  const earlier = platform.reader.releasesOf(id).find(release => release.number === 1)
  await platform.intents.rollback(id, earlier?.id ?? '', asker(platform))
  const back = await waitForDeployment(
    platform,
    id,
    one => one.serving?.number === 3 && one.status === 'live',
  )
  expect(back.serving).toMatchObject({ rollbackTo: 1, buildId })
  expect(await getThroughGateway(platform, 'blog')).toEqual({ status: 200, body: 'hello /' })

  platform.intents.stop(id, asker(platform))
  await waitForDeployment(platform, id, one => one.status === 'stopped' && one.health.instances.length === 0)
  expect((await getThroughGateway(platform, 'blog')).status).toBe(503)

  platform.intents.start(id, asker(platform))
  await waitForDeployment(platform, id, one => one.status === 'live' && one.health.ready === 1)
  expect(await getThroughGateway(platform, 'blog')).toEqual({ status: 200, body: 'hello /' })

  platform.intents.remove(id, 'blog', asker(platform))
  await platform.idle()
  expect(await platform.residue(id)).toEqual({ processes: 0, checkouts: 0, logs: 0, rows: 0, keptData: null })
  expect(platform.reader.activity({ limit: 100 }).map(line => line.verb)).toEqual([
    'removed',
    'remove',
    'start',
    'stop',
    'released',
    'rollback',
    'released',
    'built',
    'deploy',
    'released',
    'built',
    'deploy',
    'created',
  ])
})
