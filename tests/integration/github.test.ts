import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import type { Platform } from '../../electron/platform/platform.ts'
import { readChanges } from '../../electron/platform/source-changes.ts'
import { listRefs } from '../../electron/sources/github/refs.ts'
import { listRepositories } from '../../electron/sources/github/repositories.ts'
import { toFailure } from '../../shared/domain/failure.ts'
import type { GitHubRef, Repository } from '../../shared/domain/github.ts'
import { createCommandLine } from '../support/command-line.ts'
import { type GitHubStandIn, startGitHub } from '../support/github/github.ts'
import { loadQuickGitHub } from '../support/github/parts.ts'
import {
  asker,
  createDataFolder,
  getThroughGateway,
  startPlatform,
  waitForDeployment,
} from '../support/platform.ts'

const exec = promisify(execFile)

const app = (greeting: string) => ({
  'package.json': JSON.stringify({ name: 'blog', private: true, scripts: { start: 'node server.js' } }),
  'server.js': `
    const http = require('node:http')
    http.createServer((request, response) => response.end('${greeting}')).listen(process.env.PORT)
  `,
})

let github: GitHubStandIn
let platform: Platform
const data = createDataFolder()
/** What the clock is ahead. */
let time = 0

beforeAll(async () => {
  github = await startGitHub()
  github.addUser('octo-ana', { name: 'Ana Test' })
  await github.addRepository('octo-ana/blog', {
    isPrivate: true,
    pushedAt: '2026-05-01T00:00:00Z',
    files: app('from a private repository'),
  })
  await github.addRepository('octo-ana/open', { files: app('from a public one') })
  platform = await startPlatform(data.path, {
    loadGitHub: loadQuickGitHub,
    gitHubClientId: undefined,
    now: () => Date.now() + time,
  })
})
afterEach(async () => {
  time = 0
  for (const { id } of platform.accounts.list()) await platform.accounts.signOut(id, asker(platform))
})
afterAll(async () => {
  await platform.dispose({ stopApps: true })
  await github.close()
  data.remove()
})

const baseUrl = () => github.address
const signIn = (token: string) =>
  platform.accounts.signInWithToken({ baseUrl: baseUrl(), token }, asker(platform))
const source = (name: string) => ({ kind: 'git' as const, address: `${baseUrl()}/octo-ana/${name}.git` })
const failureOf = (promise: Promise<unknown>) =>
  promise.then(
    () => undefined,
    error => toFailure(error),
  )

async function listAll(id: string): Promise<Repository[]> {
  const all: Repository[] = []
  const client = await platform.accounts.client(id)
  for await (const page of listRepositories(client, platform.accounts.account(id))) {
    expect(page.failure).toBeNull()
    all.push(...page.repositories)
  }
  return all
}

/** Signs in by a code; `type` is what the person does at GitHub when the code is shown. */
async function signInByCode(clientId: string, type: (code: string) => void) {
  const steps = platform.accounts.signInByCode(
    { baseUrl: baseUrl(), clientId },
    asker(platform),
    new AbortController().signal,
  )
  for await (const step of steps) {
    if (step.state === 'done') return step.account
    type(step.code)
  }
  throw new Error('the sign-in ended without an account')
}

describe('who is signed in', () => {
  test('with a token, is a user of that name, and can sign in again and out', async () => {
    const token = github.issueToken('octo-ana', ['repo'])
    const account = await signIn(token)
    expect(account).toMatchObject({ login: 'octo-ana', name: 'Ana Test', scopes: ['repo'], failure: null })
    expect(platform.users.named('octo-ana').id).toBe(account.userId)
    const again = await signIn(github.issueToken('octo-ana', null))
    expect(again).toMatchObject({ id: account.id, userId: account.userId, scopes: null })
    expect(platform.accounts.list()).toHaveLength(1)
    await platform.accounts.signOut(account.id, asker(platform))
    expect(platform.accounts.list()).toEqual([])
    expect(platform.users.named('octo-ana').id).toBe(account.userId)
  })

  test('by a code, that GitHub wants to be asked for more slowly', async () => {
    const account = await signInByCode('test-client', code => {
      github.device.slowDown(code, 2)
      github.device.approve(code, 'octo-ana')
    })
    expect(account).toMatchObject({ login: 'octo-ana', way: 'device', scopes: ['repo', 'read:org'] })
  })

  test.each([
    ['refused there', (code: string) => github.device.deny(code), 'sign_in_refused'],
    ['not typed in time', (code: string) => github.device.expire(code), 'sign_in_expired'],
  ])('by a code that is %s, is nobody', async (_, type, code) => {
    expect(await failureOf(signInByCode('test-client', type))).toMatchObject({ code })
    expect(platform.accounts.list()).toEqual([])
  })

  test('by a code of an app that is not known there, is told so', async () => {
    expect(await failureOf(signInByCode('another', () => {}))).toMatchObject({
      code: 'sign_in_refused',
      message: expect.stringContaining('knows no app'),
    })
  })

  test('with a token that GitHub does not know, is nobody', async () => {
    expect(await failureOf(signIn('ghp_wrong'))).toMatchObject({ code: 'sign_in_required' })
    expect(platform.accounts.list()).toEqual([])
  })
})

describe('a private repository', () => {
  test('is listed, deployed by who is signed in, and its token is nowhere but in the secret store', async () => {
    const token = github.issueToken('octo-ana', ['repo'])
    const account = await signIn(token)
    const listed = await listAll(account.id)
    expect(listed.map(({ fullName, isPrivate }) => [fullName, isPrivate])).toEqual([
      ['octo-ana/blog', true],
      ['octo-ana/open', false],
    ])
    const { id } = await platform.intents.create(
      {
        source: { kind: 'git', address: listed[0]?.address ?? '' },
        branch: '',
        name: 'blog',
        port: null,
        planEdits: {},
        ownerId: account.userId,
      },
      asker(platform),
    )
    const deployed = await waitForDeployment(
      platform,
      id,
      one => one.status === 'live' || one.failure !== null,
    )
    expect(deployed.failure).toBeNull()
    expect((await getThroughGateway(platform, 'blog')).body).toBe('from a private repository')
    await platform.idle()
    const { stdout } = await exec('grep', ['-rlF', token, data.path]).catch(({ stdout }) => ({ stdout }))
    expect(stdout).toBe('')
  })

  test('asks nobody’s token without a sign-in, and says what helps', async () => {
    expect(await failureOf(platform.sources.head(source('blog'), ''))).toMatchObject({
      code: 'source_denied',
    })
  })

  test('a public one is read without the token, although somebody is signed in', async () => {
    const account = await signIn(github.issueToken('octo-ana', ['repo']))
    github.requests.length = 0
    const login = await platform.accounts.loginFor(source('open'), { ownerId: account.userId })
    expect(login).toBeDefined()
    await platform.sources.head(source('open'), '', { login })
    expect(github.requests.map(({ authorization }) => authorization)).not.toContainEqual(expect.anything())
  })
})

describe('whose token reads', () => {
  const read = (ownerId: string, accountId?: string) =>
    platform.accounts.loginFor(source('blog'), { ownerId, accountId })

  test('is the owner’s, and another’s only for the user of this Slipway', async () => {
    const operator = asker(platform)
    const ana = await signIn(github.issueToken('octo-ana', ['repo']))
    const tenant = platform.users.add('tenant', operator)
    expect(await read(ana.userId)).toBeDefined()
    expect(await read(tenant.id)).toBeUndefined()
    expect(await read(tenant.id, ana.id)).toBeUndefined()
    expect(await read(operator.userId)).toBeDefined()
    expect(await read(operator.userId, ana.id)).toBeDefined()
    platform.users.remove(tenant.id, operator)
  })

  test('goes nowhere but where it was signed in: not over another scheme, not to another port', async () => {
    const { userId } = await signIn(github.issueToken('octo-ana', ['repo']))
    const { host, protocol, hostname } = new URL(baseUrl())
    const otherScheme = `${protocol === 'http:' ? 'https' : 'http'}://${host}/octo-ana/blog.git`
    for (const address of [otherScheme, `${protocol}//${hostname}:1/octo-ana/blog.git`])
      expect(await platform.accounts.loginFor({ kind: 'git', address }, { ownerId: userId })).toBeUndefined()
  })
})

test('a sign-in while the token is renewed stays the one that counts', async () => {
  const account = await signInByCode('Iv1.test', code => void github.device.approve(code, 'octo-ana'))
  time += 7.9 * 3_600_000
  const token = github.issueToken('octo-ana', ['repo'])
  const ask = () => platform.accounts.loginFor(source('blog'), { ownerId: account.userId })
  await Promise.all([ask(), signIn(token)])
  expect(await ask()).toMatchObject({ password: token })
  expect(platform.accounts.account(account.id).failure).toBeNull()
})

describe('a repository that was picked', () => {
  test('shows branches, tags and pull requests with their last commits, each of which can be deployed', async () => {
    const listed = await github.addRepository('octo-ana/refs', { isPrivate: true, files: app('first') })
    const git = listed.git
    if (git === undefined) throw new Error('it has no git')
    const first = await git.git('rev-parse', 'HEAD')
    await git.git('tag', '-a', 'v1', '-m', 'Version 1')
    await git.git('push', '-q', 'origin', 'v1')
    await git.checkout('next')
    const next = await git.commit(app('next'), 'What comes next')
    await git.git('push', '-q', 'origin', 'HEAD:refs/pull/7/head')
    listed.pulls.push({ number: 7, title: 'What comes next', head: 'next' })
    const account = await signIn(github.issueToken('octo-ana', ['repo']))
    const client = await platform.accounts.client(account.id)
    const known = new Map<string, GitHubRef>()
    for await (const page of listRefs(client, 'octo-ana/refs')) {
      expect(page.failure).toBeNull()
      for (const ref of page.refs) known.set(ref.ref, ref)
    }
    expect(
      [...known.values()].map(({ ref, title, sha, commit }) => [ref, title, sha, commit?.subject]),
    ).toEqual([
      ['main', 'main', first, 'First commit'],
      ['next', 'next', next, 'What comes next'],
      ['refs/tags/v1', 'v1', first, 'First commit'],
      ['refs/pull/7/head', '#7 What comes next', next, 'What comes next'],
    ])
    const login = await platform.accounts.loginFor(source('refs'), { ownerId: account.userId })
    const head = (ref: string) => platform.sources.head(source('refs'), ref, { login })
    expect(await head('refs/tags/v1')).toEqual({ branch: 'refs/tags/v1', sha: first })
    expect(await head('refs/pull/7/head')).toEqual({ branch: 'refs/pull/7/head', sha: next })
    expect(await failureOf(head('refs/tags/v9'))).toMatchObject({ code: 'source_branch_not_found' })

    const { id } = await platform.intents.create(
      {
        ...{ source: source('refs'), branch: 'refs/tags/v1', name: 'refs', port: null, planEdits: {} },
        ownerId: account.userId,
      },
      asker(platform),
    )
    const deployed = await waitForDeployment(
      platform,
      id,
      one => one.status === 'live' || one.failure !== null,
    )
    expect(deployed.failure).toBeNull()
    expect((await getThroughGateway(platform, 'refs')).body).toBe('first')

    github.addUser('bea', { email: 'ana@example.com' })
    const changes = await readChanges(platform.accounts, { ...deployed, branch: 'next' }, undefined)
    expect(changes).toMatchObject({
      ahead: 1,
      behind: 0,
      accountId: account.id,
      commits: [{ sha: next, subject: 'What comes next', author: 'bea', login: 'bea' }],
      url: `${github.address}/octo-ana/refs/compare/${first}...next`,
    })
  })
})

describe('pictures', () => {
  const asked = (path: string) => github.requests.filter(one => one.path.startsWith(path))

  test('of people are small, asked for once, without the token, and not after a sign-out', async () => {
    const account = await signIn(github.issueToken('octo-ana', ['repo']))
    github.addUser('bea')
    github.requests.length = 0
    const [one, two] = await Promise.all([1, 2].map(() => platform.pictures.picture(account.id, 'bea')))
    expect(one).toMatch(/^data:image\/png;base64,iVBORw0KGgo/)
    expect(two).toBe(one)
    expect(asked('/api/v3/users/bea')).toHaveLength(1)
    expect(asked('/avatars/bea.png?s=64').map(({ authorization }) => authorization)).toEqual([undefined])
    await platform.accounts.signOut(account.id, asker(platform))
    expect(await failureOf(platform.pictures.picture(account.id, 'bea'))).toMatchObject({
      code: 'sign_in_required',
    })
  })

  test('that there are none, or that are none, are null, and asked for again later', async () => {
    const account = await signIn(github.issueToken('octo-ana', ['repo']))
    expect(await platform.pictures.picture(account.id, 'nobody')).toBeNull()
    github.addUser('nobody')
    expect(await platform.pictures.picture(account.id, 'nobody')).toBeNull()
    time += 600_001
    github.fail(/GET \/avatars\/nobody/, { status: 404 })
    expect(await platform.pictures.picture(account.id, 'nobody')).toBeNull()
    time += 600_001
    expect(await platform.pictures.picture(account.id, 'nobody')).toMatch(/^data:image/)
  })
})

test('the token of a GitHub App is renewed before it ends, once for all who ask', async () => {
  const account = await signInByCode('Iv1.test', code => void github.device.approve(code, 'octo-ana'))
  const old = (await platform.accounts.loginFor(source('blog'), { ownerId: account.userId }))?.password ?? ''
  time += 7.9 * 3_600_000
  const ask = () => platform.accounts.loginFor(source('blog'), { ownerId: account.userId })
  const renewed = await Promise.all([ask(), ask(), ask()])
  const [first] = renewed
  expect(first?.password).not.toBe(old)
  expect(new Set(renewed.map(one => one?.password)).size).toBe(1)
  expect((await listAll(account.id)).length).toBeGreaterThan(0)
})

test('in a terminal: sign in with a token from standard input, list, sign out', async () => {
  const own = createDataFolder()
  const slipway = createCommandLine(own.path)
  try {
    const token = github.issueToken('octo-ana', ['public_repo'])
    const login = await slipway.callWith(`${token}\n`, 'github', 'login', '--host', github.address, '--token')
    expect([login.status, login.stdout]).toEqual([0, expect.stringContaining('as octo-ana.')])
    const status = await slipway.call('github')
    expect(status.stdout).toContain('lacks the scope repo')
    const repos = await slipway.call('github', 'repos', '--json')
    expect((JSON.parse(repos.stdout) as Repository[]).map(({ fullName }) => fullName)).toContain(
      'octo-ana/blog',
    )
    expect((await slipway.call('github', 'logout', 'nobody')).status).toBe(1)
    expect((await slipway.call('github', 'logout', 'octo-ana')).status).toBe(0)
    expect(JSON.parse((await slipway.call('github', '--json')).stdout)).toEqual([])
    expect([login, status, repos].map(one => `${one.stdout}${one.stderr}`).join('')).not.toContain(token)
  } finally {
    await slipway.endAll()
    own.remove()
  }
})
