import { z } from 'zod'
import type { GitHubCommit, SourceChanges } from '../../../shared/domain/github.ts'
import type { GitHubClient } from './client.ts'

export const commitAnswerSchema = z.object({
  sha: z.string(),
  html_url: z.string(),
  commit: z.object({
    message: z.string(),
    author: z.object({ name: z.string().optional(), date: z.string().optional() }).nullable(),
  }),
  author: z.object({ login: z.string().optional() }).nullable().optional(),
})

/** Of a subject or a name that is shown: a commit can be written to break whoever shows it. */
const longestText = 500

/** The author by the login where GitHub knows one. */
export function toCommit({ sha, commit, author }: z.infer<typeof commitAnswerSchema>): GitHubCommit {
  const at = Date.parse(commit.author?.date ?? '')
  return {
    sha,
    subject: (commit.message.split('\n', 1)[0] ?? '').slice(0, longestText),
    author: (author?.login ?? commit.author?.name ?? '').slice(0, longestText),
    at: Number.isNaN(at) ? 0 : at,
    login: author?.login ?? null,
  }
}

const comparisonSchema = z.object({
  html_url: z.string(),
  ahead_by: z.number().int(),
  behind_by: z.number().int(),
  commits: z.array(commitAnswerSchema),
})

/** What lies between two commits, or a commit and the head of a branch. */
export async function compareCommits(
  client: GitHubClient,
  { fullName, base, head }: { fullName: string; base: string; head: string },
  signal?: AbortSignal,
): Promise<Omit<SourceChanges, 'accountId'>> {
  const [owner = '', repo = ''] = fullName.split('/')
  const { data } = await client.get({
    route: 'GET /repos/{owner}/{repo}/compare/{basehead}',
    parameters: { owner, repo, basehead: `${base}...${head}` },
    schema: comparisonSchema,
    signal,
  })
  const ours = `${client.baseUrl}/`
  return {
    ahead: data.ahead_by,
    behind: data.behind_by,
    commits: data.commits
      .map(one => ({ ...toCommit(one), url: one.html_url.startsWith(ours) ? one.html_url : client.baseUrl }))
      .toReversed(),
    url: data.html_url.startsWith(ours) ? data.html_url : client.baseUrl,
  }
}
