import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import { createGitHubClient, type GitHubClient } from '../../electron/sources/github/client.ts'
import { toFailure } from '../../shared/domain/failure.ts'
import { startRecordedGitHub } from '../support/github/recorded.ts'

let github: Awaited<ReturnType<typeof startRecordedGitHub>>
let client: GitHubClient

beforeAll(async () => {
  github = await startRecordedGitHub()
  client = createGitHubClient({
    baseUrl: github.address,
    who: 'octokit',
    readToken: async () => 'none',
    version: 'test',
    now: Date.now,
    log: () => {},
    retries: { retries: 0, pauseMs: 1 },
  })
})
afterAll(() => github.close())

const repository = z.object({ full_name: z.string(), private: z.boolean(), clone_url: z.string() })
const ofOrganisation = (repo: string) => ({ owner: 'octokit-fixture-org', repo })

test('a list is read to its end, although its links lead by the id of the repository', async () => {
  const pages: number[][] = []
  for await (const page of client.pages({
    route: 'GET /repos/{owner}/{repo}/issues',
    parameters: { ...ofOrganisation('paginate-issues'), per_page: 3 },
    schema: z.array(z.object({ number: z.number() })),
  }))
    pages.push(page.map(one => one.number))
  expect(pages).toEqual([[13, 12, 11], [10, 9, 8], [7, 6, 5], [4, 3, 2], [1]])
})

test('a repository is read as it is', async () => {
  const route = 'GET /repos/{owner}/{repo}'
  const { data } = await client.get({ route, parameters: ofOrganisation('hello-world'), schema: repository })
  expect(data).toMatchObject({ full_name: 'octokit-fixture-org/hello-world', private: false })
})

test('a repository that was renamed is found where it is now', async () => {
  const route = 'GET /repos/{owner}/{repo}'
  const { data } = await client.get({
    route,
    parameters: ofOrganisation('rename-repository'),
    schema: repository,
  })
  expect(data.full_name).toBe('octokit-fixture-org/rename-repository-newname')
})

test('what GitHub does not take is told in its words', async () => {
  const asked = client.send({
    route: 'POST /repos/{owner}/{repo}/labels',
    parameters: { ...ofOrganisation('errors'), name: 'foo', color: 'invalid' },
    schema: z.unknown(),
  })
  const failure = await asked.then(
    () => undefined,
    error => toFailure(error),
  )
  expect(failure).toMatchObject({
    code: 'invalid_input',
    message: expect.stringContaining('Validation Failed'),
  })
})
