import { z } from 'zod'
import type { GitHubClient } from './client.ts'

const repositorySchema = z.object({ id: z.number() }).nullable()
const pullSchema = z.object({
  number: z.number().int().positive(),
  title: z.string(),
  state: z.string(),
  updated_at: z.string(),
  merged_at: z.string().nullable(),
  head: z.object({ sha: z.string().regex(/^[0-9a-f]{40,64}$/), repo: repositorySchema }),
  base: z.object({
    sha: z.string().regex(/^[0-9a-f]{40,64}$/),
    ref: z.string(),
    repo: z.object({ id: z.number() }),
  }),
})

/** `isFork`: its branch is in another repository, or in one that is gone. */
export interface PullRequest {
  readonly number: number
  readonly title: string
  readonly url: string
  readonly isOpen: boolean
  readonly isMerged: boolean
  readonly base: string
  readonly baseSha: string
  readonly sha: string
  readonly isFork: boolean
  /** UTC milliseconds. Nothing was pushed since. */
  readonly updatedAt: number
}

const longestTitle = 200

/** Open requests into the branch, all of them. As long as there is nothing new, asking again costs nothing of the limit. */
export async function listPulls(
  client: GitHubClient,
  { fullName, base }: { fullName: string; base: string },
  signal: AbortSignal,
): Promise<PullRequest[]> {
  const [owner = '', repo = ''] = fullName.split('/')
  const found: PullRequest[] = []
  const asked = {
    route: 'GET /repos/{owner}/{repo}/pulls',
    parameters: { owner, repo, state: 'open', base, per_page: 100 },
    schema: z.array(pullSchema),
    signal,
  }
  for await (const page of client.pages(asked))
    found.push(...page.map(one => toPull(one, `${client.baseUrl}/${fullName}`)))
  return found
}

export async function readPull(
  client: GitHubClient,
  { fullName, number }: { fullName: string; number: number },
  signal: AbortSignal,
): Promise<PullRequest> {
  const [owner = '', repo = ''] = fullName.split('/')
  const { data } = await client.get({
    route: 'GET /repos/{owner}/{repo}/pulls/{pull_number}',
    parameters: { owner, repo, pull_number: number },
    schema: pullSchema,
    signal,
  })
  return toPull(data, `${client.baseUrl}/${fullName}`)
}

function toPull(pull: z.infer<typeof pullSchema>, repositoryUrl: string): PullRequest {
  const updatedAt = Date.parse(pull.updated_at)
  return {
    number: pull.number,
    title: pull.title.replace(/\p{Cc}/gu, ' ').slice(0, longestTitle),
    url: `${repositoryUrl}/pull/${pull.number}`,
    isOpen: pull.state === 'open',
    isMerged: pull.merged_at !== null,
    base: pull.base.ref,
    baseSha: pull.base.sha,
    sha: pull.head.sha,
    isFork: pull.head.repo?.id !== pull.base.repo.id,
    updatedAt: Number.isNaN(updatedAt) ? 0 : updatedAt,
  }
}
