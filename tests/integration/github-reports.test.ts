import { afterAll, beforeAll, expect, test } from 'vitest'
import { createGitHubReportRecords } from '../../electron/database/github-reports.ts'
import { openDatabase } from '../../electron/database/open.ts'
import type { Platform } from '../../electron/platform/platform.ts'
import type { Deployment } from '../../shared/domain/records.ts'
import { type GitHubStandIn, startGitHub } from '../support/github/github.ts'
import { loadQuickGitHub } from '../support/github/parts.ts'
import { asker, createDataFolder, isLive, startPlatform, waitForDeployment } from '../support/platform.ts'

const app = (greeting: string) => ({
  'package.json': JSON.stringify({ name: 'blog', private: true, scripts: { start: 'node server.js' } }),
  'server.js': `
    const http = require('node:http')
    http.createServer((request, response) => response.end('${greeting}')).listen(process.env.PORT)
  `,
})

let github: GitHubStandIn
let platform: Platform
let data: ReturnType<typeof createDataFolder>
let time = 0

const start = async () => {
  platform = await startPlatform(data.path, {
    loadGitHub: loadQuickGitHub,
    gitHubClientId: undefined,
    now: () => Date.now() + time,
  })
}

beforeAll(async () => {
  github = await startGitHub()
  github.addUser('octo-ana')
  data = createDataFolder()
  await start()
  const token = github.issueToken('octo-ana', ['repo'])
  await platform.accounts.signInWithToken({ baseUrl: github.address, token }, asker(platform))
})
afterAll(async () => {
  for (const one of platform.deployments()) platform.intents.remove(one.id, one.name, asker(platform))
  await platform.idle()
  await platform.dispose({ stopApps: true })
  await github.close()
  data.remove()
})

const create = async (name: string) => {
  const listed = await github.addRepository(`octo-ana/${name}`, { files: app('first') })
  const address = `${github.address}/octo-ana/${name}.git`
  const wish = { source: { kind: 'git' as const, address }, branch: '', name, port: null, planEdits: {} }
  const { id } = await platform.intents.create(wish, asker(platform))
  const deployment = await waitForDeployment(platform, id, isLive)
  return { id, listed, sha: deployment.serving?.commit.sha ?? '' }
}
const serves = (sha: string) => (one: Deployment) => isLive(one) && one.serving?.commit.sha === sha
const last = (listed: Awaited<ReturnType<typeof create>>['listed']) =>
  listed.deployments.map(({ sha, environment, statuses }) => [sha, environment, statuses.at(-1)?.state])

test('GitHub is told what serves, what took over, and that all is gone after a removal', async () => {
  const { id, listed, sha } = await create('told')
  await platform.reports.tellAll()
  expect(last(listed)).toEqual([[sha, 'slipway/told', 'success']])
  // Nobody else reaches this computer.
  expect(listed.deployments[0]?.statuses.map(one => one.environmentUrl)).not.toContainEqual(
    expect.stringContaining('localhost'),
  )
  expect(platform.reports.get(id)).toEqual({
    ...{ isOn: true, place: 'ready', trouble: null },
    told: { sha, state: 'success' },
  })

  const next = (await listed.git?.commit(app('second'), 'Say second')) ?? ''
  await platform.intents.deploy(id, asker(platform))
  await waitForDeployment(platform, id, serves(next))
  await platform.reports.tellAll()
  expect(last(listed)).toEqual([
    [sha, 'slipway/told', 'inactive'],
    [next, 'slipway/told', 'success'],
  ])

  platform.intents.remove(id, 'told', asker(platform))
  await platform.idle()
  await platform.reports.tellAll()
  expect(last(listed).map(([, , state]) => state)).toEqual(['inactive', 'inactive'])
  const sent = github.requests.length
  await platform.reports.tellAll()
  expect(github.requests.length).toBe(sent)
})

test('a deployment that GitHub has and Slipway lost in a crash is found again, not made twice', async () => {
  const { id, listed, sha } = await create('crashed')
  await platform.reports.tellAll()
  await platform.dispose({ stopApps: true })
  const database = openDatabase(`${data.path}/slipway.db`, { now: Date.now })
  const records = createGitHubReportRecords(database)
  for (const { buildId } of records.of(id)) records.remove(buildId)
  database.close()
  await start()
  await waitForDeployment(platform, id, isLive)
  await platform.reports.tellAll()
  expect(last(listed)).toEqual([[sha, 'slipway/crashed', 'success']])
  expect(platform.reports.get(id).told).toEqual({ sha, state: 'success' })
})

test('a token that may not is said once with where to change it, holds nothing up, and is tried on request', async () => {
  const denied = { status: 403, body: { message: 'Resource not accessible by personal access token' } }
  github.fail(/^POST .*\/denied\/deployments/, denied, 100)
  const { id, listed, sha } = await create('denied')
  await platform.reports.tellAll()
  expect(platform.reports.get(id)).toMatchObject({
    isOn: true,
    told: null,
    trouble: {
      code: 'source_denied',
      hint: expect.stringContaining('repo_deployment'),
      link: { url: `${github.address}/settings/tokens` },
    },
  })
  const sent = github.requests.length
  await platform.reports.tellAll()
  expect(github.requests.length).toBe(sent)
  github.recover()
  platform.reports.set(id, true, asker(platform))
  await platform.reports.tellAll()
  expect(last(listed)).toEqual([[sha, 'slipway/denied', 'success']])
  expect(platform.reports.get(id).trouble).toBeNull()
})

test('what GitHub cannot take now is told later', async () => {
  github.fail(/^POST .*\/later\/deployments/, { status: 502 }, 100)
  const { id, listed, sha } = await create('later')
  await platform.reports.tellAll()
  expect(last(listed)).toEqual([])
  expect(platform.reports.get(id).trouble).toBeNull()
  github.recover()
  time += 3_600_000
  await platform.reports.tellAll()
  expect(last(listed)).toEqual([[sha, 'slipway/later', 'success']])
})

test('switched off, GitHub is told that it is not there, and nothing more', async () => {
  const { id, listed, sha } = await create('off')
  await platform.reports.tellAll()
  expect(platform.reports.set(id, false, asker(platform)).isOn).toBe(false)
  await platform.reports.tellAll()
  expect(last(listed)).toEqual([[sha, 'slipway/off', 'inactive']])
  await platform.intents.deploy(id, asker(platform))
  await platform.idle()
  await platform.reports.tellAll()
  expect(listed.deployments).toHaveLength(1)
})
