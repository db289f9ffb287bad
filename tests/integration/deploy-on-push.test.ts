import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import type { Platform } from '../../electron/platform/platform.ts'
import type { Deployment } from '../../shared/domain/records.ts'
import { type GitServer, startGitServer } from '../support/git-server.ts'
import { type GitHubStandIn, startGitHub } from '../support/github/github.ts'
import { loadQuickGitHub } from '../support/github/parts.ts'
import {
  asker,
  createDataFolder,
  getThroughGateway,
  isLive,
  startPlatform,
  waitForDeployment,
} from '../support/platform.ts'

const app = (greeting: string) => ({
  'package.json': JSON.stringify({ name: 'blog', private: true, scripts: { start: 'node server.js' } }),
  'server.js': `
    const http = require('node:http')
    http.createServer((request, response) => response.end('${greeting}')).listen(process.env.PORT)
  `,
})

let git: GitServer
let github: GitHubStandIn
let platform: Platform
let data: ReturnType<typeof createDataFolder>

/** Looks only when the test does. */
const pushPauses = { nearMs: 3_600_000, farMs: 3_600_000 }
const start = async () => {
  platform = await startPlatform(data.path, {
    loadGitHub: loadQuickGitHub,
    gitHubClientId: undefined,
    pushPauses,
  })
}

beforeAll(async () => {
  git = await startGitServer()
  github = await startGitHub()
  github.addUser('octo-ana')
})
afterAll(async () => {
  await git.close()
  await github.close()
})

const create = async (name: string, address: string) => {
  const wish = { source: { kind: 'git' as const, address }, branch: '', name, port: null, planEdits: {} }
  const { id } = await platform.intents.create(wish, asker(platform))
  await waitForDeployment(platform, id, isLive)
  return id
}
const turnOn = (id: string, paths?: string[]) =>
  platform.pushes.set(id, { isOn: true, paths }, asker(platform))
const lines = (id: string) =>
  platform.reader
    .activity({ limit: 50, deploymentId: id })
    .filter(({ verb }) => verb === 'pushed' || verb.startsWith('push_'))
    .map(({ verb, detail }) => [verb, detail])
const serves = (sha: string) => (one: Deployment) => isLive(one) && one.serving?.commit.sha === sha
const buildsOf = (id: string) => platform.reader.buildsOf(id, 50).length

beforeAll(async () => {
  data = createDataFolder()
  await start()
})
afterEach(async () => {
  for (const one of platform.deployments()) {
    platform.intents.remove(one.id, one.name, asker(platform))
  }
  await platform.idle()
})
afterAll(async () => {
  await platform.dispose({ stopApps: true })
  data.remove()
})

describe('a push to a git repository', () => {
  test('is live soon, once, and is told in the history', async () => {
    const repository = await git.createRepository('live', app('first'))
    const id = await create('live', repository.url)
    expect(await turnOn(id)).toMatchObject({ isOn: true, paths: [], trouble: null })
    await platform.pushes.lookAtAll()
    expect(buildsOf(id)).toBe(1)
    const sha = await repository.commit(app('second'), 'Say second')
    await platform.pushes.lookAtAll()
    await waitForDeployment(platform, id, serves(sha))
    expect((await getThroughGateway(platform, 'live')).body).toBe('second')
    await platform.pushes.lookAtAll()
    expect(buildsOf(id)).toBe(2)
    expect(lines(id)).toEqual([['pushed', sha.slice(0, 7)]])
  })

  test('while Slipway was closed is deployed at the next start, once', async () => {
    const repository = await git.createRepository('closed', app('first'))
    const id = await create('closed', repository.url)
    await turnOn(id)
    await platform.dispose({ stopApps: true })
    await repository.commit(app('second'), 'Say second')
    const sha = await repository.commit(app('third'), 'Say third')
    await start()
    await waitForDeployment(platform, id, serves(sha))
    expect(buildsOf(id)).toBe(2)
    await platform.dispose({ stopApps: true })
    await start()
    await platform.pushes.lookAtAll()
    expect(buildsOf(id)).toBe(2)
  })

  test('is passed over where its message says so, or where it changes nothing that is watched', async () => {
    const repository = await git.createRepository('paths', app('first'))
    const id = await create('paths', repository.url)
    await turnOn(id, ['server.js', 'lib'])
    const docs = await repository.commit({ 'README.md': 'Read me' }, 'Describe it')
    await platform.pushes.lookAtAll()
    const skipped = await repository.commit(app('second'), 'Say second\n\n[skip deploy]')
    await platform.pushes.lookAtAll()
    expect(buildsOf(id)).toBe(1)
    const sha = await repository.commit(app('third'), 'Say third')
    await platform.pushes.lookAtAll()
    await waitForDeployment(platform, id, serves(sha))
    expect(lines(id)).toEqual([
      ['pushed', sha.slice(0, 7)],
      ['push_skipped', `${skipped.slice(0, 7)}: its message says [skip deploy]`],
      ['push_skipped', `${docs.slice(0, 7)}: it changes nothing in server.js, lib`],
    ])
  })

  test('that takes a commit back is deployed too', async () => {
    const repository = await git.createRepository('forced', app('first'))
    const first = await repository.git('rev-parse', 'HEAD')
    await repository.commit(app('second'), 'Say second')
    const id = await create('forced', repository.url)
    await turnOn(id, ['server.js'])
    await repository.undoCommit()
    await platform.pushes.lookAtAll()
    await waitForDeployment(platform, id, serves(first))
  })

  test('cannot be seen where the branch is deleted; what runs goes on, and so does the watch when it is back', async () => {
    const repository = await git.createRepository('deleted', app('first'))
    const id = await create('deleted', repository.url)
    await turnOn(id)
    await repository.checkout('other')
    await repository.deleteBranch('main')
    await platform.pushes.lookAtAll()
    await platform.pushes.lookAtAll()
    expect(platform.pushes.get(id).trouble).toMatchObject({
      code: 'source_branch_not_found',
      message: 'The repository has no branch "main".',
    })
    expect(lines(id)).toEqual([['push_unknown', 'The repository has no branch "main".']])
    expect((await getThroughGateway(platform, 'deleted')).body).toBe('first')
    await repository.git('checkout', '-q', 'main')
    const sha = await repository.commit(app('second'), 'Say second')
    await platform.pushes.lookAtAll()
    expect(platform.pushes.get(id).trouble).toBeNull()
    await waitForDeployment(platform, id, serves(sha))
  })

  test('does nothing once it is off, and what was pushed meanwhile is not deployed when it is on again', async () => {
    const repository = await git.createRepository('off', app('first'))
    const id = await create('off', repository.url)
    await turnOn(id)
    expect(await platform.pushes.set(id, { isOn: false }, asker(platform))).toMatchObject({ isOn: false })
    await repository.commit(app('second'), 'Say second')
    await platform.pushes.lookAtAll()
    await turnOn(id)
    await platform.pushes.lookAtAll()
    expect(buildsOf(id)).toBe(1)
  })

  test('to what is stopped is deployed when it was started again', async () => {
    const repository = await git.createRepository('stopped', app('first'))
    const id = await create('stopped', repository.url)
    await turnOn(id)
    platform.intents.stop(id, asker(platform))
    await waitForDeployment(platform, id, one => one.status === 'stopped')
    const sha = await repository.commit(app('second'), 'Say second')
    await platform.pushes.lookAtAll()
    expect(platform.deployment(id)?.status).toBe('stopped')
    platform.intents.start(id, asker(platform))
    await waitForDeployment(platform, id, isLive)
    await platform.pushes.lookAtAll()
    await waitForDeployment(platform, id, serves(sha))
  })
})

describe('a push at GitHub', () => {
  test('is seen by requests that cost nothing while there is none', async () => {
    const listed = await github.addRepository('octo-ana/app', { isPrivate: true, files: app('first') })
    const token = github.issueToken('octo-ana', ['repo'])
    const account = await platform.accounts.signInWithToken(
      { baseUrl: github.address, token },
      asker(platform),
    )
    const id = await create('app', `${github.address}/octo-ana/app.git`)
    await platform.reports.tellAll()
    await turnOn(id)
    await platform.pushes.lookAtAll()
    github.requests.length = 0
    const { remaining } = github.limit
    for (let n = 0; n < 5; n++) await platform.pushes.lookAtAll()
    expect(github.requests.map(({ status, path }) => [status, path])).toEqual(
      Array.from({ length: 5 }, () => [304, '/api/v3/repos/octo-ana/app/commits/heads%2Fmain']),
    )
    expect(github.limit.remaining).toBe(remaining)

    const sha = await listed.git?.commit(app('second'), 'Say second')
    await platform.pushes.lookAtAll()
    await waitForDeployment(platform, id, serves(sha ?? ''))
    expect((await getThroughGateway(platform, 'app')).body).toBe('second')
    await platform.accounts.signOut(account.id, asker(platform))
  })

  test('is followed to where the repository was renamed to, which is said', async () => {
    const listed = await github.addRepository('octo-ana/old', { files: app('first') })
    const token = github.issueToken('octo-ana', ['repo'])
    const account = await platform.accounts.signInWithToken(
      { baseUrl: github.address, token },
      asker(platform),
    )
    const id = await create('old', `${github.address}/octo-ana/old.git`)
    github.rename('octo-ana/old', 'octo-ana/new')
    await turnOn(id)
    await platform.pushes.lookAtAll()
    const address = `${github.address}/octo-ana/new.git`
    expect(platform.deployment(id)?.project.source.address).toBe(address)
    expect(platform.pushes.get(id)).toMatchObject({ trouble: null, notice: null })
    const details = platform.reader.activity({ limit: 9, deploymentId: id }).map(({ detail }) => detail)
    expect(details).toContain(`the repository was renamed, and is at ${address} now`)
    // Whoever takes the old name has no say.
    await github.addRepository('octo-ana/old', { files: app('somebody else') })
    const sha = await listed.git?.commit(app('second'), 'Say second')
    await platform.pushes.lookAtAll()
    await waitForDeployment(platform, id, serves(sha ?? ''))
    expect((await getThroughGateway(platform, 'old')).body).toBe('second')
    await platform.accounts.signOut(account.id, asker(platform))
  })

  test('waits as long as GitHub asks for, and is seen without a sign-in afterwards', async () => {
    const listed = await github.addRepository('octo-ana/open', { files: app('first') })
    const token = github.issueToken('octo-ana', ['repo'])
    const account = await platform.accounts.signInWithToken(
      { baseUrl: github.address, token },
      asker(platform),
    )
    const id = await create('open', `${github.address}/octo-ana/open.git`)
    await platform.reports.tellAll()
    await turnOn(id)
    github.fail(/commits/, { status: 429, headers: { 'retry-after': '600' } })
    await platform.pushes.lookAtAll()
    github.requests.length = 0
    await platform.pushes.lookAtAll()
    expect(github.requests).toEqual([])
    expect(platform.pushes.get(id).trouble).toMatchObject({ code: 'rate_limited' })
    expect(lines(id)).toEqual([])

    await platform.accounts.signOut(account.id, asker(platform))
    const sha = await listed.git?.commit(app('second'), 'Say second')
    await platform.pushes.lookAtAll()
    expect(platform.pushes.get(id).trouble).toBeNull()
    await waitForDeployment(platform, id, serves(sha ?? ''))
  })
})
