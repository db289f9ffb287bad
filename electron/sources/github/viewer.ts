import { z } from 'zod'
import type { GitHubClient } from './client.ts'
import { toList } from './failures.ts'

/** Whose token it is. */
export interface Viewer {
  readonly login: string
  readonly name: string
  readonly avatarUrl: string
  /** Null where the token has permissions instead. */
  readonly scopes: string[] | null
}

const viewerSchema = z.object({
  login: z.string().min(1),
  name: z.string().nullish(),
  avatar_url: z.string().nullish(),
})

export async function readViewer(client: GitHubClient, signal?: AbortSignal): Promise<Viewer> {
  const { data, headers } = await client.get({ route: 'GET /user', schema: viewerSchema, signal })
  const scopes = headers['x-oauth-scopes']
  return {
    login: data.login,
    name: data.name ?? '',
    avatarUrl: data.avatar_url ?? '',
    scopes: scopes === undefined ? null : toList(scopes),
  }
}
