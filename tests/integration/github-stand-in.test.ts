import { afterAll, beforeAll, expect, test } from 'vitest'
import { type GitHubStandIn, startGitHub } from '../support/github/github.ts'
import { readDescription } from '../support/github/openapi.ts'

const description = readDescription()
let github: GitHubStandIn
let token: string

beforeAll(async () => {
  github = await startGitHub()
  github.addUser('ana', { name: 'Ana Test' })
  token = github.issueToken('ana', ['repo'])
  const blog = await github.addRepository('ana/blog', {
    isPrivate: true,
    files: { 'index.html': '<h1>hello</h1>' },
  })
  await blog.git?.git('tag', 'v1')
  await blog.git?.git('push', '-q', 'origin', 'v1')
  await blog.git?.commit({ 'index.html': '<h1>more</h1>' }, 'Say more')
  await blog.git?.git('push', '-q', 'origin', 'HEAD:refs/pull/3/head')
  await blog.git?.git('push', '-q', 'origin', 'HEAD:refs/pull/4/head')
  blog.pulls.push(
    { number: 3, title: 'Say more', head: 'more' },
    { number: 4, title: 'From a fork', head: 'more', fork: { login: 'bea' }, state: 'merged' },
  )
  await github.addRepository('acme/site', { readers: ['ana'] })
  github.star('ana', 'ana/blog')
})
afterAll(() => github.close())

const get = async (path: string, headers: Record<string, string> = { authorization: `token ${token}` }) => {
  const answer = await fetch(`${github.api}${path}`, { headers })
  return { status: answer.status, body: await answer.json(), headers: answer.headers }
}

test.each([
  ['/user', 'GET /user'],
  ['/users/ana', 'GET /users/{username}'],
  ['/user/repos', 'GET /user/repos'],
  ['/user/starred', 'GET /user/starred'],
  ['/repos/ana/blog', 'GET /repos/{owner}/{repo}'],
  ['/repos/ana/blog/branches', 'GET /repos/{owner}/{repo}/branches'],
  ['/repos/ana/blog/tags', 'GET /repos/{owner}/{repo}/tags'],
  ['/repos/ana/blog/pulls', 'GET /repos/{owner}/{repo}/pulls'],
  ['/repos/ana/blog/pulls?state=all', 'GET /repos/{owner}/{repo}/pulls'],
  ['/repos/ana/blog/pulls/3', 'GET /repos/{owner}/{repo}/pulls/{pull_number}'],
  ['/repos/ana/blog/pulls/4', 'GET /repos/{owner}/{repo}/pulls/{pull_number}'],
  ['/repos/ana/blog/commits/main', 'GET /repos/{owner}/{repo}/commits/{ref}'],
  ['/repos/ana/blog/compare/v1...main', 'GET /repos/{owner}/{repo}/compare/{basehead}'],
])('%s answers as GitHub describes it', async (path, route) => {
  const { status, body } = await get(path)
  expect({ status, isEmpty: Array.isArray(body) && body.length === 0 }).toEqual({
    status: 200,
    isEmpty: false,
  })
  expect(description.check(route, status, body)).toEqual([])
})

test.each([
  ['/user', {}, 'GET /user', 401],
  ['/repos/ana/none', undefined, 'GET /repos/{owner}/{repo}', 404],
  ['/repos/ana/blog', {}, 'GET /repos/{owner}/{repo}', 404],
  ['/repos/ana/blog/commits/none', undefined, 'GET /repos/{owner}/{repo}/commits/{ref}', 422],
] as const)('%s refuses as GitHub does', async (path, headers, route, wanted) => {
  const { status, body } = await get(path, headers)
  expect(status).toBe(wanted)
  expect(description.check(route, status, body)).toEqual([])
})

test('an answer that lacks a field is told from a whole one', async () => {
  const { body } = await get('/repos/ana/blog/branches')
  const [{ protected: _, ...branch }] = body as { protected: boolean }[] as [{ protected: boolean }]
  expect(description.check('GET /repos/{owner}/{repo}/branches', 200, [branch])).toHaveLength(1)
})

test('an answer that did not change costs nothing', async () => {
  const first = await get('/user')
  const before = github.limit.remaining
  const again = await fetch(`${github.api}/user`, {
    headers: { authorization: `token ${token}`, 'if-none-match': first.headers.get('etag') ?? '' },
  })
  expect([again.status, github.limit.remaining]).toEqual([304, before])
})

test('a deployment and its states answer as GitHub describes them', async () => {
  const send = async (path: string, body: object) => {
    const answer = await fetch(`${github.api}${path}`, {
      method: 'POST',
      headers: { authorization: `token ${token}` },
      body: JSON.stringify(body),
    })
    return { status: answer.status, body: (await answer.json()) as { id: number } }
  }
  const place = '/repos/ana/blog/deployments'
  const route = '/repos/{owner}/{repo}/deployments'
  const sha = 'a'.repeat(40)
  const made = await send(place, { ref: sha, environment: 'slipway/blog', payload: '{}' })
  expect(made.status).toBe(201)
  expect(description.check(`POST ${route}`, 201, made.body)).toEqual([])
  const status = await send(`${place}/${made.body.id}/statuses`, {
    state: 'success',
    environment_url: 'https://blog.example.com/',
  })
  expect(description.check(`POST ${route}/{deployment_id}/statuses`, status.status, status.body)).toEqual([])
  const { body } = await get(`${place}?sha=${sha}`)
  expect(body).toHaveLength(1)
  expect(description.check(`GET ${route}`, 200, body)).toEqual([])
})
