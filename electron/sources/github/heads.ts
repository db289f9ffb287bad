import { z } from 'zod'
import type { GitHubClient } from './client.ts'

const commitSchema = z.object({ sha: z.string().regex(/^[0-9a-f]{40,64}$/) })

/** The commit that a branch is at. As long as it stays there, asking again costs nothing of the limit. A branch that is not there is `invalid_input`. */
export async function readBranchHead(
  client: GitHubClient,
  { fullName, branch }: { fullName: string; branch: string },
  signal: AbortSignal,
): Promise<string> {
  const [owner = '', repo = ''] = fullName.split('/')
  const { data } = await client.get({
    route: 'GET /repos/{owner}/{repo}/commits/{ref}',
    parameters: { owner, repo, ref: `heads/${branch}` },
    schema: commitSchema,
    signal,
  })
  return data.sha
}

const repositorySchema = z.object({
  full_name: z.string(),
  default_branch: z.string(),
  archived: z.boolean().optional(),
})

/** As it is now, under whatever name: GitHub leads from an old name to the new one. */
export interface RepositoryFacts {
  readonly fullName: string
  readonly defaultBranch: string
  readonly isArchived: boolean
}

export async function readRepositoryFacts(
  client: GitHubClient,
  fullName: string,
  signal: AbortSignal,
): Promise<RepositoryFacts> {
  const [owner = '', repo = ''] = fullName.split('/')
  const { data } = await client.get({
    route: 'GET /repos/{owner}/{repo}',
    parameters: { owner, repo },
    schema: repositorySchema,
    signal,
  })
  return {
    fullName: data.full_name,
    defaultBranch: data.default_branch,
    isArchived: data.archived ?? false,
  }
}
