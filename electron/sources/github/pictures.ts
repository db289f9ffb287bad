import { z } from 'zod'
import type { GitHubClient } from './client.ts'

const userSchema = z.object({ avatar_url: z.string().nullish() })

/** What a picture may take; one of 64 pixels has a tenth of it. */
const mostBytes = 100_000
const timeLimitMs = 10_000
const types = new Set(['image/png', 'image/jpeg', 'image/gif', 'image/webp'])

/**
 * The picture of somebody at GitHub as a `data:` URL, so that a page needs nothing from elsewhere. It is public, and fetched without
 * the token. Undefined: there is none, or what came is no small picture.
 */
export async function readPicture(
  client: GitHubClient,
  login: string,
  signal: AbortSignal,
): Promise<string | undefined> {
  const { data } = await client.get({
    route: 'GET /users/{username}',
    parameters: { username: login },
    schema: userSchema,
    signal,
  })
  const url = toPictureUrl(data.avatar_url ?? '', client.baseUrl)
  if (url === undefined) return undefined
  const answer = await fetch(url, {
    // It would lead to where nobody is signed in.
    redirect: 'manual',
    signal: AbortSignal.any([signal, AbortSignal.timeout(timeLimitMs)]),
  })
  const type = answer.headers.get('content-type')?.split(';')[0]?.trim() ?? ''
  const isPicture = answer.ok && types.has(type) && answer.body !== null
  const bytes = isPicture ? await readBounded(answer.body) : undefined
  if (bytes === undefined) await answer.body?.cancel()
  return bytes && `data:${type};base64,${bytes.toString('base64')}`
}

/** Over https, or from where the account is signed in; small enough for a line of text. */
function toPictureUrl(given: string, baseUrl: string): URL | undefined {
  if (!URL.canParse(given)) return undefined
  const url = new URL(given)
  if (url.protocol !== 'https:' && url.origin !== new URL(baseUrl).origin) return undefined
  url.searchParams.set('s', '64')
  return url
}

async function readBounded(body: ReadableStream<Uint8Array>): Promise<Buffer | undefined> {
  const parts: Uint8Array[] = []
  let size = 0
  for await (const part of body.values({ preventCancel: true })) {
    size += part.byteLength
    if (size > mostBytes) return undefined
    parts.push(part)
  }
  return Buffer.concat(parts)
}
