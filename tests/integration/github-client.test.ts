import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { createGitHubClient, type GitHubClient } from '../../electron/sources/github/client.ts'
import { listRepositories } from '../../electron/sources/github/repositories.ts'
import { toFailure } from '../../shared/domain/failure.ts'
import type { RepositoryPage } from '../../shared/domain/github.ts'
import { type GitHubStandIn, startGitHub } from '../support/github/github.ts'

let github: GitHubStandIn
let token: string
let now: number
const said: string[] = []

beforeAll(async () => {
  github = await startGitHub()
  github.addUser('ana')
  token = github.issueToken('ana', ['repo'])
  for (let index = 0; index < 250; index++) await github.addRepository(`ana/app-${index}`)
  await github.addRepository('bea/seen')
  github.star('ana', 'bea/seen')
})
beforeEach(() => {
  github.requests.length = 0
  github.recover()
  now = Date.now()
  said.length = 0
})
afterAll(() => github.close())

const createClient = (given: { token?: string; timeLimitMs?: number } = {}): GitHubClient =>
  createGitHubClient({
    baseUrl: github.address,
    // Each has a pace of its own, so that no test waits for another.
    who: `ana ${Math.random()}`,
    readToken: async () => given.token ?? token,
    version: 'test',
    now: () => now,
    log: message => said.push(message),
    retries: { retries: 1, pauseMs: 1 },
    timeLimitMs: given.timeLimitMs ?? 5000,
  })

const viewer = { route: 'GET /user', schema: z.object({ login: z.string() }) }
const failureOf = (promise: Promise<unknown>) =>
  promise.then(
    () => undefined,
    error => toFailure(error),
  )
async function collect(client: GitHubClient): Promise<RepositoryPage[]> {
  const pages: RepositoryPage[] = []
  for await (const page of listRepositories(client, { login: 'ana' })) pages.push(page)
  return pages
}
const statuses = () => github.requests.map(({ status }) => status)

describe('what is asked again', () => {
  test('costs nothing while it is the same, and is told from what is new', async () => {
    const client = createClient()
    const answers = [await client.get(viewer), await client.get(viewer)]
    expect(answers.map(({ data, isNew }) => [data, isNew])).toEqual([
      [{ login: 'ana' }, true],
      [{ login: 'ana' }, false],
    ])
    expect(statuses()).toEqual([200, 304])
    expect(client.limit()?.remaining).toBe(github.limit.remaining)
  })

  test('holds for whole lists, page by page', async () => {
    const client = createClient()
    const first = await collect(client)
    const again = await collect(client)
    expect(again).toEqual(first)
    expect(first.flatMap(page => page.repositories)).toHaveLength(251)
    expect(first.at(-1)).toEqual({ repositories: [], isComplete: true, failure: null })
    expect(first.flatMap(page => page.repositories).at(-1)).toMatchObject({
      fullName: 'bea/seen',
      origin: 'starred',
    })
    expect(statuses()).toEqual([200, 200, 200, 200, 304, 304, 304, 304])
  })
})

describe('a limit', () => {
  const reset = () => Math.ceil(now / 1000) + 600
  test.each([
    [
      'of an hour',
      {
        status: 403,
        headers: {
          'x-ratelimit-remaining': '0',
          'x-ratelimit-reset': String(Math.ceil(Date.now() / 1000) + 600),
        },
        body: { message: 'API rate limit exceeded' },
      },
    ],
    [
      'of another kind, with a time',
      { status: 429, headers: { 'retry-after': '120' }, body: { message: 'Too many' } },
    ],
    [
      'of another kind, without one',
      { status: 403, body: { message: 'You have exceeded a secondary rate limit.' } },
    ],
  ])('%s is told with its end, and nothing is sent until then', async (_, fault) => {
    const client = createClient()
    github.fail(/GET .*\/user$/, fault)
    const failure = await failureOf(client.get(viewer))
    expect(failure).toMatchObject({
      code: 'rate_limited',
      message: expect.stringMatching(/asks us to wait until \d\d:\d\d\.$/),
    })
    expect(failure?.until).toBeGreaterThan(now)
    expect(await failureOf(client.get(viewer))).toMatchObject({ code: 'rate_limited' })
    expect(github.requests).toHaveLength(1)
    now = Math.max(failure?.until ?? 0, reset() * 1000) + 2000
    expect((await client.get(viewer)).data).toEqual({ login: 'ana' })
  })
})

describe('what fails', () => {
  test('by itself is tried once more', async () => {
    github.fail(/GET .*\/user$/, { status: 502 })
    expect((await createClient().get(viewer)).data).toEqual({ login: 'ana' })
    expect(statuses()).toEqual([502, 200])
  })

  test.each([
    ['a server in trouble', { status: 503 }, 2, 'source_unreachable'],
    ['an answer that is cut', 'cut', 2, 'source_unreachable'],
    [
      'a token that it does not know',
      { status: 401, body: { message: 'Bad credentials' } },
      1,
      'sign_in_required',
    ],
    ['what is not there', { status: 404, body: { message: 'Not Found' } }, 1, 'source_not_found'],
    ['what it does not take', { status: 422, body: { message: 'Validation Failed' } }, 1, 'invalid_input'],
  ] as const)('%s is told in words', async (_, fault, times, code) => {
    github.fail(/GET .*\/user$/, fault, times)
    expect(await failureOf(createClient().get(viewer))).toMatchObject({ code })
    expect(JSON.stringify(said)).not.toContain(token)
  })

  test('no answer at all ends in time', async () => {
    github.fail(/GET .*\/user$/, 'stall', 2)
    expect(await failureOf(createClient({ timeLimitMs: 200 }).get(viewer))).toMatchObject({
      code: 'source_unreachable',
      message: expect.stringContaining('could not be reached'),
    })
  })

  test('what the token may not is named, with where it is given', async () => {
    github.fail(/GET .*\/user$/, {
      status: 403,
      headers: { 'x-accepted-github-permissions': 'contents=read' },
      body: { message: 'Resource not accessible by personal access token' },
    })
    expect(await failureOf(createClient().get(viewer))).toMatchObject({
      code: 'source_denied',
      message: expect.stringContaining('lacks the permission contents: read'),
      link: { url: `${github.address}/settings/tokens` },
    })
  })

  test('a single sign-on that is asked for is linked to', async () => {
    const url = `${github.address}/orgs/acme/sso?authorization_request=x`
    github.fail(/GET .*\/user$/, {
      status: 403,
      headers: { 'x-github-sso': `required; url=${url}` },
      body: { message: 'Resource protected by organization SAML enforcement' },
    })
    expect(await failureOf(createClient().get(viewer))).toMatchObject({
      code: 'source_denied',
      link: { url },
    })
  })

  test('holds nothing of what was sent', async () => {
    github.fail(/GET .*\/user$/, { status: 401, body: { message: 'Bad credentials' } })
    const error = await createClient()
      .get(viewer)
      .catch((one: unknown) => one)
    const { inspect } = await import('node:util')
    expect(inspect(error, { depth: 20, showHidden: true })).not.toContain(token)
  })

  test('in the middle of a list leaves what was read, and says why the rest is missing', async () => {
    github.fail(/GET .*\/user\/repos.*[?&]page=2/, { status: 503 }, 2)
    const pages = await collect(createClient())
    expect(pages.flatMap(page => page.repositories)).toHaveLength(100)
    expect(pages.at(-1)).toMatchObject({ isComplete: false, failure: { code: 'source_unreachable' } })
  })
})
