import { renameSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { Platform } from '../../electron/platform/platform.ts'
import { previewAgeMs } from '../../shared/domain/preview.ts'
import type { Deployment } from '../../shared/domain/records.ts'
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
    const { PORT, API_TOKEN = 'no secret', TITLE = 'no title' } = process.env
    require('node:http').createServer((_, answer) => answer.end('${greeting} ' + TITLE + ' ' + API_TOKEN)).listen(PORT)
  `,
})

let github: GitHubStandIn
let platform: Platform
let data: ReturnType<typeof createDataFolder>
let accountId: string
let aheadMs = 0

/** Looks only when the test does. */
const pushPauses = { nearMs: 3_600_000, farMs: 3_600_000 }
const start = async () => {
  platform = await startPlatform(data.path, {
    loadGitHub: loadQuickGitHub,
    gitHubClientId: undefined,
    pushPauses,
    now: () => Date.now() + aheadMs,
  })
}

beforeAll(async () => {
  github = await startGitHub()
  github.addUser('octo-ana')
  data = createDataFolder()
  await start()
})
beforeEach(async () => {
  const token = github.issueToken('octo-ana', ['repo'])
  accountId = (await platform.accounts.signInWithToken({ baseUrl: github.address, token }, asker(platform)))
    .id
})
afterEach(async () => {
  aheadMs = 0
  for (const { id, name, preview } of platform.deployments())
    if (preview === null) platform.intents.remove(id, name, asker(platform))
  await platform.idle()
  expect(platform.deployments()).toEqual([])
})
afterAll(async () => {
  await platform.dispose({ stopApps: true })
  data.remove()
  await github.close()
})

/** A repository at the stand-in, deployed from `main`; `open` opens a request whose head is a new commit. */
const create = async (name: string) => {
  const listed = await github.addRepository(`octo-ana/${name}`, { isPrivate: true, files: app('main') })
  const { git } = listed
  if (git === undefined) throw new Error('it has no git')
  listed.pulls.length = 0
  const wish = {
    source: { kind: 'git' as const, address: `${github.address}/octo-ana/${name}.git` },
    ...{ branch: '', name, port: null, planEdits: {} },
    variables: [
      { name: 'TITLE', value: 'Moin', isSecret: false, scope: 'run' as const },
      { name: 'API_TOKEN', value: 'planted-s3cret', isSecret: true, scope: 'run' as const },
    ],
  }
  const { id } = await platform.intents.create(wish, asker(platform))
  await waitForDeployment(platform, id, isLive)
  const push = async (number: number, greeting: string, message = `Say ${greeting}`) => {
    await git.git('checkout', '-q', '-B', `pull-${number}`)
    const sha = await git.commit(app(greeting), message)
    await git.git('push', '-q', '--force', 'origin', `HEAD:refs/pull/${number}/head`)
    return sha
  }
  const open = async (number: number, greeting: string, given: object = {}) => {
    await git.git('checkout', '-q', 'main')
    const sha = await push(number, greeting)
    const updatedAt = new Date(Date.now() + aheadMs).toISOString()
    listed.pulls.push({ number, title: `Say ${greeting}`, head: `pull-${number}`, updatedAt, ...given })
    return sha
  }
  const end = (number: number, state: 'closed' | 'merged') => {
    const pull = listed.pulls.find(one => one.number === number)
    if (pull !== undefined) pull.state = state
  }
  return { id, git, listed, push, open, end }
}

const turn = (id: string, isOn: boolean) => platform.previews.set(id, isOn, asker(platform))
const look = () => platform.pushes.lookAtAll()
const named = (name: string) => platform.deployments().find(one => one.name === name)
const serves = (sha: string) => (one: Deployment) => isLive(one) && one.serving?.commit.sha === sha
const untilServes = (name: string, sha: string) =>
  waitForDeployment(platform, named(name)?.id ?? '', serves(sha))
const lines = (deploymentId?: string) =>
  platform.reader
    .activity({ limit: 50, deploymentId })
    .map(({ deployment, verb, detail }) => [deployment, verb, detail].join(' ').trim())

describe('a pull request', () => {
  test('gets a deployment of its head with the variables of its parent, which follows its pushes and goes when it is merged', async () => {
    const { id, listed, open, push, end } = await create('whole')
    const first = await open(3, 'three')
    expect(turn(id, true)).toMatchObject({ isOn: true, place: 'ready', previews: [] })
    await look()
    const preview = await untilServes('whole-pr-3', first)
    expect(preview).toMatchObject({
      branch: 'refs/pull/3/head',
      preview: {
        parentId: id,
        number: 3,
        title: 'Say three',
        url: `${github.address}/octo-ana/whole/pull/3`,
        isFork: false,
      },
    })
    expect((await getThroughGateway(platform, 'whole-pr-3')).body).toBe('three Moin planted-s3cret')
    expect(platform.previews.get(id)).toMatchObject({
      previews: [{ number: 3, deployment: 'whole-pr-3', deploymentId: preview.id, isFork: false }],
      ...{ without: [], trouble: null, lookedAt: expect.any(Number) },
    })

    const second = await push(3, 'more')
    const [pull] = listed.pulls
    if (pull !== undefined) pull.title = 'Say more'
    await look()
    expect((await untilServes('whole-pr-3', second)).preview?.title).toBe('Say more')
    await look()
    expect(platform.reader.buildsOf(preview.id, 50)).toHaveLength(2)

    end(3, 'merged')
    await look()
    await platform.idle()
    expect(named('whole-pr-3')).toBeUndefined()
    expect(await platform.residue(preview.id)).toMatchObject({ processes: 0, checkouts: 0, rows: 0 })
    expect(lines(preview.id)).toEqual(
      expect.arrayContaining([
        'whole-pr-3 created preview of #3 of whole',
        `whole-pr-3 pushed ${second.slice(0, 7)}`,
        'whole-pr-3 remove #3 is merged',
      ]),
    )
    await look()
    expect(platform.previews.get(id)).toMatchObject({ previews: [], without: [] })
  })

  test('costs nothing of the limit while there is nothing new', async () => {
    const { id, open } = await create('quiet')
    const sha = await open(1, 'one')
    turn(id, true)
    await look()
    await untilServes('quiet-pr-1', sha)
    await platform.reports.tellAll()
    github.requests.length = 0
    const { remaining } = github.limit
    for (let n = 0; n < 3; n++) await look()
    expect(github.requests.map(({ status, path }) => [status, path])).toEqual(
      Array.from({ length: 3 }, () => [
        304,
        '/api/v3/repos/octo-ana/quiet/pulls?state=open&base=main&per_page=100',
      ]),
    )
    expect(github.limit.remaining).toBe(remaining)
  })

  test('is told to GitHub like any other deployment', async () => {
    const { id, listed, open } = await create('told')
    const sha = await open(1, 'one')
    turn(id, true)
    await look()
    await untilServes('told-pr-1', sha)
    await platform.reports.tellAll()
    expect(
      listed.deployments
        .filter(one => one.sha === sha)
        .map(({ environment, statuses }) => [environment, statuses.at(-1)?.state]),
    ).toEqual([['slipway/told-pr-1', 'success']])
  })

  test('into another branch gets none, and loses its own when it goes into another', async () => {
    const { id, git, listed, open } = await create('base')
    await git.checkout('next')
    await open(1, 'one', { base: 'next' })
    const sha = await open(2, 'two')
    turn(id, true)
    await look()
    await untilServes('base-pr-2', sha)
    expect(named('base-pr-1')).toBeUndefined()
    const pull = listed.pulls.find(({ number }) => number === 2)
    if (pull !== undefined) pull.base = 'next'
    await look()
    await platform.idle()
    expect(named('base-pr-2')).toBeUndefined()
  })

  test('from a fork gets none on this computer, where nothing shuts its code in', async () => {
    const { id, open } = await create('forked')
    await open(1, 'one', { fork: { login: 'mallory' } })
    await open(2, 'two', { fork: null })
    turn(id, true)
    await look()
    expect(platform.deployments().map(({ name }) => name)).toEqual(['forked'])
    expect(platform.previews.get(id).without).toEqual([
      expect.objectContaining({ number: 2, why: expect.stringContaining('comes from another repository') }),
      expect.objectContaining({ number: 1, why: expect.stringContaining('comes from another repository') }),
    ])
  })

  test('is passed over where the message of its head says so, or where it changes nothing that is watched', async () => {
    const { id, git, listed, open, push } = await create('passed')
    await platform.pushes.set(id, { isOn: true, paths: ['server.js'] }, asker(platform))
    await git.git('checkout', '-q', 'main')
    await git.git('checkout', '-q', '-B', 'pull-1')
    const docs = await git.commit({ 'README.md': 'Read me' }, 'Describe it')
    await git.git('push', '-q', 'origin', 'HEAD:refs/pull/1/head')
    listed.pulls.push({
      number: 1,
      title: 'Describe it',
      head: 'pull-1',
      updatedAt: new Date().toISOString(),
    })
    const skipped = await open(2, 'two')
    const again = await push(2, 'again', 'Say again [skip deploy]')
    turn(id, true)
    await look()
    expect(platform.deployments().map(({ name }) => name)).toEqual(['passed'])
    expect(lines(id).filter(line => line.includes('push_skipped'))).toEqual([
      `passed push_skipped #1 ${docs.slice(0, 7)}: it changes nothing in server.js`,
      `passed push_skipped #2 ${again.slice(0, 7)}: its message says [skip deploy]`,
    ])
    expect(again).not.toBe(skipped)
    const sha = await push(2, 'more')
    await look()
    await untilServes('passed-pr-2', sha)
  })

  test('that nothing was pushed to for long loses its preview, also where GitHub does not answer, and gets one with the next push', async () => {
    const { id, listed, open, push } = await create('old')
    const sha = await open(1, 'one')
    turn(id, true)
    await look()
    await untilServes('old-pr-1', sha)
    await platform.accounts.signOut(accountId, asker(platform))
    await platform.dispose({ stopApps: true })
    aheadMs = previewAgeMs + 60_000
    await start()
    await look()
    await platform.idle()
    expect(named('old-pr-1')).toBeUndefined()
    expect(lines()).toContain('old-pr-1 remove nothing was pushed for 14 days')
    expect(platform.previews.get(id).trouble).toMatchObject({ code: 'sign_in_required' })

    const token = github.issueToken('octo-ana', ['repo'])
    await platform.accounts.signInWithToken({ baseUrl: github.address, token }, asker(platform))
    await look()
    expect(named('old-pr-1')).toBeUndefined()
    const next = await push(1, 'next')
    const [pull] = listed.pulls
    if (pull !== undefined) pull.updatedAt = new Date(Date.now() + aheadMs).toISOString()
    await look()
    await untilServes('old-pr-1', next)
  })
})

describe('previews', () => {
  test('of other requests are made where one cannot be dealt with, which is told', async () => {
    const { id, git, open } = await create('broken')
    const good = await open(1, 'one')
    const second = await open(2, 'two')
    // GitHub names the commit, and its code cannot be fetched.
    const tree = (await git.git('rev-parse', `${second}^{tree}`)).trim()
    const object = join(git.folder, 'objects', tree.slice(0, 2), tree.slice(2))
    renameSync(object, `${object}.away`)
    turn(id, true)
    await look()
    await untilServes('broken-pr-1', good)
    expect(named('broken-pr-2')).toBeUndefined()
    expect(platform.previews.get(id).trouble?.message).toMatch(/^#2: /)
    renameSync(`${object}.away`, object)
    await look()
    await untilServes('broken-pr-2', second)
    expect(platform.previews.get(id).trouble).toBeNull()
  })

  test('follow a repository to its new name where no push deploys', async () => {
    const { id, listed, open } = await create('former')
    const sha = await open(1, 'one')
    turn(id, true)
    await look()
    const preview = await untilServes('former-pr-1', sha)
    github.rename('octo-ana/former', 'octo-ana/latter')
    aheadMs = 3_700_000
    await look()
    const address = `${github.address}/octo-ana/latter.git`
    for (const one of [id, preview.id]) expect(platform.deployment(one)?.project.source.address).toBe(address)
    expect(lines(id)).toContain(`former changed the repository was renamed, and is at ${address} now`)
    expect(listed.pulls).toHaveLength(1)
  })

  test('are three of a project at the most; who waits gets one when another ends', async () => {
    const { id, open, end } = await create('many')
    for (const number of [1, 2, 3, 4]) await open(number, `n${number}`)
    turn(id, true)
    await look()
    const names = () =>
      platform
        .deployments()
        .map(({ name }) => name)
        .toSorted()
    expect(names()).toEqual(['many', 'many-pr-2', 'many-pr-3', 'many-pr-4'])
    expect(platform.previews.get(id).without).toEqual([
      expect.objectContaining({ number: 1, why: expect.stringContaining('at most 3 previews') }),
    ])
    end(3, 'closed')
    await look()
    await platform.idle()
    await look()
    await platform.idle()
    expect(names()).toEqual(['many', 'many-pr-1', 'many-pr-2', 'many-pr-4'])
    expect(platform.previews.get(id).without).toEqual([])
  })

  test('that a person removed are not made again before the next push', async () => {
    const { id, open, push } = await create('byhand')
    const sha = await open(1, 'one')
    turn(id, true)
    await look()
    const { id: previewId, name } = await untilServes('byhand-pr-1', sha)
    platform.intents.remove(previewId, name, asker(platform))
    await platform.idle()
    await look()
    expect(named('byhand-pr-1')).toBeUndefined()
    expect(platform.previews.get(id).without).toEqual([
      expect.objectContaining({ number: 1, why: expect.stringContaining('when something is pushed to it') }),
    ])
    const next = await push(1, 'next')
    await look()
    await untilServes('byhand-pr-1', next)
  })

  test('go when they are turned off, and come back when they are on again', async () => {
    const { id, open } = await create('off')
    const sha = await open(1, 'one')
    turn(id, true)
    await look()
    await untilServes('off-pr-1', sha)
    expect(turn(id, false)).toMatchObject({ isOn: false, previews: [] })
    await platform.idle()
    expect(named('off-pr-1')).toBeUndefined()
    turn(id, true)
    await look()
    await untilServes('off-pr-1', sha)
  })

  test('go with their parent', async () => {
    const { id, open } = await create('parent')
    const sha = await open(1, 'one')
    turn(id, true)
    await look()
    await untilServes('parent-pr-1', sha)
    platform.intents.remove(id, 'parent', asker(platform))
    await platform.idle()
    expect(platform.deployments()).toEqual([])
  })

  test('are refused without a sign-in, of a preview, and of what is not at GitHub', async () => {
    const { id, open } = await create('refused')
    const sha = await open(1, 'one')
    turn(id, true)
    await look()
    const { id: previewId } = await untilServes('refused-pr-1', sha)
    expect(() => turn(previewId, true)).toThrow('is a preview itself')
    await expect(platform.pushes.set(previewId, { isOn: true }, asker(platform))).rejects.toThrow(
      'follows what is pushed to that already',
    )
    turn(id, false)
    await platform.accounts.signOut(accountId, asker(platform))
    expect(() => turn(id, true)).toThrow('Pull requests are seen at GitHub')
  })
})
