import { createGitHubClient } from '../electron/sources/github/client.ts'
import { listRepositories } from '../electron/sources/github/repositories.ts'
import { type GitHubStandIn, startGitHub } from '../tests/support/github/github.ts'
import { type Result, toResult } from './result.ts'

const rounds = 5
const many = 3000
/** Less than GitHub takes for a page. */
const delayMs = 100

/**
 * Until the picker can be used, and until it has all of 3,000 repositories: against one page that is fetched by hand, and against
 * all pages one after the other.
 */
export async function benchRepositories(): Promise<Result[]> {
  const github = await startGitHub()
  try {
    const token = github.issueToken('ana', ['repo'])
    for (let index = 0; index < many; index++) await github.addRepository(`ana/app-${index}`)
    github.pace.delayMs = delayMs
    const ours: Took[] = []
    const reference: Took[] = []
    for (let round = 0; round < rounds; round++) {
      reference.push(await byHand(github, token))
      ours.push(await byClient(github, token, round))
    }
    const pick = (key: keyof Took) => ({
      ours: ours.map(one => one[key]),
      reference: reference.map(one => one[key]),
    })
    return [
      toResult({ name: 'first of 3,000 repositories', unit: 'ms', aim: 1.5 }, pick('firstMs')),
      toResult({ name: 'all of 3,000 repositories', unit: 'ms', aim: 0.5 }, pick('allMs')),
    ]
  } finally {
    await github.close()
  }
}

interface Took {
  readonly firstMs: number
  readonly allMs: number
}

async function byClient(github: GitHubStandIn, token: string, round: number): Promise<Took> {
  const client = createGitHubClient({
    baseUrl: github.address,
    who: `ana-${round}`,
    readToken: async () => token,
    version: 'bench',
    now: Date.now,
    log: () => {},
  })
  const began = performance.now()
  let firstMs = 0
  let count = 0
  for await (const page of listRepositories(client, { login: 'ana' })) {
    if (count === 0) firstMs = performance.now() - began
    count += page.repositories.length
  }
  if (count !== many) throw new Error(`${count} of ${many} repositories came`)
  return { firstMs, allMs: performance.now() - began }
}

async function byHand(github: GitHubStandIn, token: string): Promise<Took> {
  const headers = { authorization: `token ${token}` }
  const read = async (path: string) => {
    const answer = await fetch(`${github.api}${path}`, { headers })
    return (await answer.json()) as unknown[]
  }
  const began = performance.now()
  let firstMs = 0
  for (let page = 1; page <= many / 100; page++) {
    await read(`/user/repos?per_page=100&sort=pushed&page=${page}`)
    if (page === 1) firstMs = performance.now() - began
  }
  await read('/user/starred?per_page=100')
  return { firstMs, allMs: performance.now() - began }
}
