import type { z } from 'zod'
import { SlipwayError } from '../../../shared/domain/failure.ts'
import { toApiUrl } from './addresses.ts'
import { createAnswers } from './answers.ts'
import { brokenAnswer, rateLimited, toGitHubError } from './failures.ts'
import { createOctokit, defaultRetries, type RetryLimits } from './octokit.ts'

type Parameters = Readonly<Record<string, string | number | boolean | readonly string[]>>

export interface Asked<T> {
  /** As in GitHub's reference: `GET /repos/{owner}/{repo}`. */
  readonly route: string
  readonly parameters?: Parameters
  /** What of the answer is used. An answer that does not fit was cut short. */
  readonly schema: z.ZodType<T>
  readonly signal?: AbortSignal | undefined
}

export interface Answer<T> {
  readonly data: T
  /** Whether it differs from what was answered the time before. The first one does. */
  readonly isNew: boolean
  readonly headers: Readonly<Record<string, string | number | undefined>>
}

/** How much may still be asked, as the server said last. */
export interface Limit {
  readonly remaining: number
  readonly resetAt: number
}

export type GitHubClient = ReturnType<typeof createGitHubClient>

/** Pages that are asked for at the same time. */
const pagesAtOnce = 4
const mostKnown = 600
const timeLimitMs = 20_000

/**
 * Asks one GitHub as one account, or as nobody. Failures are `SlipwayError`s that hold nothing of the request. While the server
 * wants to be left alone, nothing is sent: `rate_limited` says until when.
 */
export function createGitHubClient(deps: {
  baseUrl: string
  /** Whose token it is, for messages. */
  who: string | undefined
  readToken: () => Promise<string | undefined>
  version: string
  now: () => number
  log: (message: string) => void
  retries?: RetryLimits
  timeLimitMs?: number
}) {
  const { baseUrl, who, now } = deps
  const apiUrl = toApiUrl(baseUrl)
  const answers = createAnswers(mostKnown)
  let waitUntil = 0
  let limit: Limit | null = null
  const octokit = createOctokit({
    apiUrl,
    paceId: `${who ?? ''}@${baseUrl}`,
    version: deps.version,
    retries: deps.retries ?? defaultRetries,
    log: deps.log,
  })
  octokit.hook.before('request', async options => {
    const token = await deps.readToken()
    if (token !== undefined) options.headers.authorization = `token ${token}`
  })

  const ask = async (
    route: string,
    {
      parameters = {},
      signal,
      ...options
    }: {
      parameters?: Parameters | undefined
      signal?: AbortSignal | undefined
      etag?: string
      retries?: number
    },
  ) => {
    if (waitUntil > now()) throw rateLimited({ baseUrl }, waitUntil)
    const slow = AbortSignal.timeout(deps.timeLimitMs ?? timeLimitMs)
    try {
      const answer = await octokit.request(route, {
        ...parameters,
        ...(options.etag === undefined ? {} : { headers: { 'if-none-match': options.etag } }),
        request: {
          signal: signal === undefined ? slow : AbortSignal.any([signal, slow]),
          ...(options.retries === undefined ? {} : { retries: options.retries }),
        },
      })
      noteLimit(answer.headers)
      return answer
    } catch (error) {
      signal?.throwIfAborted()
      if (isNotModified(error)) noteLimit(error.response.headers)
      if (isNotModified(error)) throw error
      const translated = toGitHubError(error, { baseUrl, who, now: now() })
      if (translated instanceof SlipwayError && translated.failure.code === 'rate_limited')
        waitUntil = Math.max(waitUntil, translated.failure.until ?? 0)
      throw translated
    }
  }

  const noteLimit = (headers: Answer<unknown>['headers']) => {
    const remaining = Number(headers['x-ratelimit-remaining'])
    const reset = Number(headers['x-ratelimit-reset'])
    if (headers['x-ratelimit-remaining'] !== undefined) limit = { remaining, resetAt: reset * 1000 }
  }

  const parse = <T>(schema: z.ZodType<T>, data: unknown): T => {
    const parsed = schema.safeParse(data)
    if (parsed.success) return parsed.data
    throw brokenAnswer({ baseUrl }, new Error(parsed.error.issues[0]?.message))
  }

  /** Asks for a URL, on the condition that its answer changed. */
  const read = async <T>({ route, parameters = {}, schema, signal }: Asked<T>) => {
    const { url } = octokit.request.endpoint(route, parameters)
    const known = answers.get(url)
    try {
      const etag = known === undefined ? {} : { etag: known.etag }
      const answer = await ask(route, { parameters, signal, ...etag })
      const { headers } = answer
      const data = parse(schema, answer.data)
      const { next, last } = readLink(String(headers.link ?? ''), apiUrl)
      // What is used of it, which is a tenth of what GitHub says.
      if (headers.etag !== undefined) answers.set(url, { etag: headers.etag, data, next, last })
      return { data, isNew: true, headers, next, last }
    } catch (error) {
      if (!isNotModified(error) || known === undefined) throw error
      const { next, last } = known
      return { data: known.data as T, isNew: false, headers: error.response.headers, next, last }
    }
  }

  return {
    baseUrl,

    get: async <T>(asked: Asked<T>): Promise<Answer<T>> => {
      const { data, isNew, headers } = await read(asked)
      return { data, isNew, headers }
    },

    /** All pages of a list, the first one first, as soon as they come. */
    async *pages<T>(asked: Asked<T[]>): AsyncGenerator<T[]> {
      const first = await read(asked)
      yield first.data
      const { last } = first
      if (last === undefined) {
        for (let next = first.next; next !== undefined; ) {
          const page = await read({ ...asked, route: `GET ${next}`, parameters: {} })
          yield page.data
          next = page.next
        }
        return
      }
      const readPage = async (page: number) =>
        (await read({ ...asked, parameters: { ...asked.parameters, page } })).data
      yield* inOrder(2, last, readPage)
    },

    /** Changes something. Never tried again by itself. */
    send: async <T>({ route, parameters, schema, signal }: Asked<T>): Promise<T> =>
      parse(schema, (await ask(route, { parameters, signal, retries: 0 })).data),

    /** Null before the first answer. */
    limit: (): Limit | null => limit,
  }
}

/** Pages `from` to `last`, in their order, several asked for at once. */
async function* inOrder<T>(from: number, last: number, readPage: (page: number) => Promise<T>) {
  const pending: Promise<T>[] = []
  let next = from
  const more = () => {
    while (next <= last && pending.length < pagesAtOnce) {
      const page = readPage(next++)
      // One that fails is met when its turn comes.
      page.catch(() => undefined)
      pending.push(page)
    }
  }
  for (more(); pending.length > 0; more()) yield await (pending.shift() as Promise<T>)
}

/** The next page's URL and the number of the last one. A link that leads to another server is not followed. */
function readLink(header: string, apiUrl: string): { next: string | undefined; last: number | undefined } {
  const urlOf = (relation: string) => new RegExp(`<([^>]+)>;\\s*rel="${relation}"`).exec(header)?.[1]
  const isOurs = (url: string | undefined) => url?.startsWith(`${apiUrl}/`) === true
  const next = urlOf('next')
  const lastUrl = urlOf('last')
  const last = isOurs(lastUrl) ? Number(new URL(lastUrl ?? '').searchParams.get('page')) : Number.NaN
  return {
    next: isOurs(next) ? next : undefined,
    last: Number.isInteger(last) && last > 0 ? last : undefined,
  }
}

interface NotModified {
  readonly response: { readonly headers: Answer<unknown>['headers'] }
}

const isNotModified = (error: unknown): error is NotModified =>
  error instanceof Error && (error as { status?: number }).status === 304
