import { Octokit } from '@octokit/core'
import { z } from 'zod'
import { tokenSchema } from '../../../shared/domain/github.ts'
import { brokenAnswer, toGitHubError } from './failures.ts'
import type { Tokens } from './tokens.ts'

const codeSchema = z.object({
  device_code: z.string(),
  user_code: z.string(),
  verification_uri: z.string(),
  expires_in: z.number(),
  interval: z.number().default(5),
})

const grantSchema = z.object({
  access_token: tokenSchema,
  scope: z.string().default(''),
  expires_in: z.number().optional(),
  refresh_token: z.string().optional(),
})

const refusalSchema = z.object({ error: z.string(), interval: z.number().optional() })
export type Refusal = z.infer<typeof refusalSchema>

export interface DeviceCode {
  readonly deviceCode: string
  readonly code: string
  readonly url: string
  readonly expiresAt: number
  readonly intervalMs: number
}

export type OAuth = ReturnType<typeof createOAuth>

/** The sign-in pages of one GitHub. They are beside the API, answer 200 to what they refuse, and know no rate limit. */
export function createOAuth(deps: {
  baseUrl: string
  version: string
  now: () => number
  timeLimitMs?: number
}) {
  const { baseUrl, now } = deps
  const { request } = new Octokit({ userAgent: `Slipway/${deps.version}` })

  const post = async <T>(
    path: string,
    body: Record<string, string>,
    { schema, signal }: { schema: z.ZodType<T>; signal?: AbortSignal | undefined },
  ): Promise<T | Refusal> => {
    const slow = AbortSignal.timeout(deps.timeLimitMs ?? 15_000)
    const answer = await request(`POST ${path}`, {
      baseUrl,
      headers: { accept: 'application/json' },
      ...body,
      request: {
        signal: signal === undefined ? slow : AbortSignal.any([signal, slow]),
        // What is sent is secret, and would be sent again to wherever the redirect says.
        redirect: 'error',
      },
    }).catch((error: unknown) => {
      signal?.throwIfAborted()
      throw toGitHubError(error, { baseUrl, who: undefined, now: now() })
    })
    const refusal = refusalSchema.safeParse(answer.data)
    if (refusal.success) return refusal.data
    const parsed = schema.safeParse(answer.data)
    if (parsed.success) return parsed.data
    throw brokenAnswer({ baseUrl }, undefined)
  }

  const exchange = async (clientId: string, body: Record<string, string>, signal?: AbortSignal) => {
    const began = now()
    const given = await post(
      '/login/oauth/access_token',
      { client_id: clientId, ...body },
      { schema: grantSchema, signal },
    )
    return 'error' in given ? given : toTokens(given, { clientId, began })
  }

  return {
    async begin(clientId: string, scope: string, signal?: AbortSignal): Promise<DeviceCode | Refusal> {
      const began = now()
      const body = { client_id: clientId, scope }
      const given = await post('/login/device/code', body, { schema: codeSchema, signal })
      if ('error' in given) return given
      if (!isPageOf(given.verification_uri, baseUrl)) throw brokenAnswer({ baseUrl }, undefined)
      return {
        deviceCode: given.device_code,
        code: given.user_code,
        url: given.verification_uri,
        expiresAt: began + Math.round(Math.min(given.expires_in, longestCodeSeconds)) * 1000,
        intervalMs: given.interval * 1000,
      }
    },

    /** Whether the code was typed. */
    ask: (clientId: string, deviceCode: string, signal?: AbortSignal): Promise<Tokens | Refusal> =>
      exchange(
        clientId,
        { device_code: deviceCode, grant_type: 'urn:ietf:params:oauth:grant-type:device_code' },
        signal,
      ),

    refresh: ({ clientId, token }: NonNullable<Tokens['refresh']>): Promise<Tokens | Refusal> =>
      exchange(clientId, { grant_type: 'refresh_token', refresh_token: token }),
  }
}

const longestCodeSeconds = 3600

/** What is opened for the person, who types a secret there. */
function isPageOf(address: string, baseUrl: string): boolean {
  if (!URL.canParse(address)) return false
  const { protocol, origin } = new URL(address)
  return protocol === 'https:' || (protocol === 'http:' && origin === new URL(baseUrl).origin)
}

function toTokens(
  given: z.infer<typeof grantSchema>,
  { clientId, began }: { clientId: string; began: number },
): Tokens {
  const { access_token: token, refresh_token: refresh, expires_in: seconds } = given
  if (refresh === undefined || seconds === undefined) return { token }
  return { token, refresh: { token: refresh, clientId, tokenEndsAt: began + seconds * 1000 } }
}
