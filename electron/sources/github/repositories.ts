import { z } from 'zod'
import { toFailure } from '../../../shared/domain/failure.ts'
import type { Repository, RepositoryPage } from '../../../shared/domain/github.ts'
import type { GitHubClient } from './client.ts'

const repositorySchema = z.object({
  full_name: z.string(),
  description: z.string().nullish(),
  private: z.boolean(),
  archived: z.boolean().optional(),
  fork: z.boolean().optional(),
  default_branch: z.string().optional(),
  language: z.string().nullish(),
  pushed_at: z.string().nullish(),
  clone_url: z.string().optional(),
  owner: z.object({ login: z.string(), type: z.string().optional() }),
})

type Given = z.infer<typeof repositorySchema>

const mostOnPage = 100

/**
 * What the account can see, those pushed to last first, then what it starred of others. They come as they are read. One that
 * fails on its way ends the list, and says why.
 */
export async function* listRepositories(
  client: GitHubClient,
  account: { login: string },
  signal?: AbortSignal,
): AsyncGenerator<RepositoryPage> {
  const seen = new Set<string>()
  const toNew = (given: readonly Given[], isStarred: boolean): Repository[] =>
    given.flatMap(one => {
      if (seen.has(one.full_name)) return []
      seen.add(one.full_name)
      return [toRepository(one, { login: account.login, isStarred, baseUrl: client.baseUrl })]
    })
  const schema = z.array(repositorySchema)
  try {
    const own = { sort: 'pushed', direction: 'desc', per_page: mostOnPage }
    for await (const page of client.pages({ route: 'GET /user/repos', parameters: own, schema, signal }))
      yield { repositories: toNew(page, false), isComplete: false, failure: null }
    const starred = { sort: 'created', direction: 'desc', per_page: mostOnPage }
    for await (const page of client.pages({
      route: 'GET /user/starred',
      parameters: starred,
      schema,
      signal,
    }))
      yield { repositories: toNew(page, true), isComplete: false, failure: null }
    yield { repositories: [], isComplete: true, failure: null }
  } catch (error) {
    signal?.throwIfAborted()
    yield { repositories: [], isComplete: false, failure: toFailure(error) }
  }
}

function toRepository(
  given: Given,
  { login, isStarred, baseUrl }: { login: string; isStarred: boolean; baseUrl: string },
): Repository {
  const pushedAt = Date.parse(given.pushed_at ?? '')
  return {
    fullName: given.full_name,
    description: given.description ?? '',
    origin: isStarred ? 'starred' : toOrigin(given.owner, login),
    isPrivate: given.private,
    isArchived: given.archived ?? false,
    isFork: given.fork ?? false,
    defaultBranch: given.default_branch ?? '',
    language: given.language ?? '',
    pushedAt: Number.isNaN(pushedAt) ? 0 : pushedAt,
    address: given.clone_url ?? `${baseUrl}/${given.full_name}.git`,
  }
}

const toOrigin = (owner: Given['owner'], login: string): Repository['origin'] => {
  if (owner.login === login) return 'own'
  return owner.type === 'Organization' ? 'organisation' : 'shared'
}
