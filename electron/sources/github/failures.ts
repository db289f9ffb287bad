import { type Failure, SlipwayError } from '../../../shared/domain/failure.ts'
import { toPlaceName, toTokensUrl } from './addresses.ts'

/** What is known where a request failed. `who`: whose token was sent; undefined for none. */
export interface FailedPlace {
  readonly baseUrl: string
  readonly who: string | undefined
  readonly now: number
}

interface HttpFailure {
  readonly status: number
  readonly message: string
  readonly headers: Readonly<Record<string, string | number | undefined>>
  readonly hasAnswer: boolean
}

/** Any error of a request, without what it sent: that has the token in it. */
export function toGitHubError(error: unknown, place: FailedPlace): unknown {
  if (error instanceof SlipwayError) return error
  const found = readHttpFailure(error)
  if (found === undefined) return error
  // Without an answer the message is that of what sends, which quotes what it could not send.
  const said = found.hasAnswer
    ? `${found.status} of ${place.baseUrl}: ${found.message}`
    : `no answer of ${place.baseUrl}`
  const cause = new Error(said)
  return new SlipwayError(toFailureOf(found, place), cause)
}

export function rateLimited(place: Pick<FailedPlace, 'baseUrl'>, until: number): SlipwayError {
  const failure: Failure = {
    code: 'rate_limited',
    message: `${toPlaceName(place.baseUrl)} asks us to wait until ${toClockTime(until)}.`,
    hint: 'What is known already is shown. It goes on by itself after that.',
    until,
  }
  return new SlipwayError(failure)
}

export function brokenAnswer(place: Pick<FailedPlace, 'baseUrl'>, cause: unknown): SlipwayError {
  return new SlipwayError(
    {
      code: 'source_unreachable',
      message: `The answer of ${toPlaceName(place.baseUrl)} was cut short, or is none of GitHub's.`,
      hint: 'Check the connection, then try again.',
    },
    cause,
  )
}

/** Order is the specification. */
function toFailureOf(found: HttpFailure, place: FailedPlace): Failure {
  const name = toPlaceName(place.baseUrl)
  const { status } = found
  if (!found.hasAnswer) {
    return {
      code: 'source_unreachable',
      message: `${new URL(place.baseUrl).host} could not be reached.`,
      hint: 'Check the network connection. What is deployed already goes on.',
    }
  }
  const until = findWait(found, place.now)
  if (until !== undefined) return rateLimited(place, until).failure
  if (status === 401) return signInAgain(place)
  if (status === 403 || status === 404) return toDenied(found, place)
  if (status === 422 || status === 400) {
    return {
      code: 'invalid_input',
      message: `${name} does not take it: ${found.message.slice(0, 200)}`,
      hint: 'Check what was entered.',
    }
  }
  if (status >= 500) {
    return {
      code: 'source_unreachable',
      message: `${name} answered with an error of its own (${status}).`,
      hint: 'Wait a moment, then try again.',
    }
  }
  return {
    code: 'source_unreachable',
    message: `${name} answered with ${status}.`,
    hint: 'Try again. The log file in the data folder says more.',
  }
}

export function signInAgain({ baseUrl, who }: Pick<FailedPlace, 'baseUrl' | 'who'>): Failure {
  const name = toPlaceName(baseUrl)
  return {
    code: 'sign_in_required',
    message:
      who === undefined
        ? `${name} does not know this token.`
        : `${name} does not take the token of ${who} any more.`,
    hint:
      who === undefined
        ? 'Copy all of it, or make another one.'
        : 'It was revoked, or has expired. Sign in again. What is public goes on without.',
  }
}

/** A repository that may not be seen is answered like one that is not there. */
function toDenied({ headers, status, message }: HttpFailure, { baseUrl, who }: FailedPlace): Failure {
  const name = toPlaceName(baseUrl)
  const sso = /url=(\S+)/.exec(String(headers['x-github-sso'] ?? ''))?.[1]
  if (sso?.startsWith(`${baseUrl}/`)) {
    return {
      code: 'source_denied',
      message: 'The organisation asks for its single sign-on before this token may be used.',
      hint: 'Authorise the token for the organisation, then try again.',
      link: { word: 'Authorise it', url: sso },
    }
  }
  const lacking = findLacking(headers)
  if (status === 403 || lacking !== undefined) {
    const whose = who === undefined ? 'This token' : `The token of ${who}`
    return {
      code: 'source_denied',
      message:
        lacking === undefined ? `${name} refuses it: ${message.slice(0, 200)}` : `${whose} lacks ${lacking}.`,
      hint: 'Give it to the token, then try again.',
      link: { word: `Open tokens at ${name}`, url: toTokensUrl(baseUrl) },
    }
  }
  return {
    code: 'source_not_found',
    message: `${name} has nothing there that ${who ?? 'everybody'} may see.`,
    hint:
      who === undefined
        ? 'Check the address. A private repository needs a sign-in.'
        : 'Check that it was not renamed or deleted, and that the token covers it.',
  }
}

/** Scopes or permissions that the request needs and the token has not, as the end of a sentence. */
function findLacking(headers: HttpFailure['headers']): string | undefined {
  const permissions = String(headers['x-accepted-github-permissions'] ?? '')
  if (permissions !== '') return `the permission ${permissions.split(';')[0]?.trim().replaceAll('=', ': ')}`
  const accepted = toList(headers['x-accepted-oauth-scopes'])
  const has = toList(headers['x-oauth-scopes'])
  if (headers['x-oauth-scopes'] === undefined || accepted.length === 0) return undefined
  return accepted.some(scope => has.includes(scope)) ? undefined : `the scope ${accepted.join(' or ')}`
}

export const toList = (header: string | number | undefined): string[] =>
  String(header ?? '')
    .split(',')
    .map(part => part.trim())
    .filter(part => part !== '')

/** When the server wants to be asked again, if that is why it refused. */
function findWait({ status, headers, message }: HttpFailure, now: number): number | undefined {
  if (status !== 403 && status !== 429) return undefined
  const seconds = Number(headers['retry-after'])
  if (seconds > 0) return now + seconds * 1000
  if (String(headers['x-ratelimit-remaining']) === '0') {
    return Math.max(now, Number(headers['x-ratelimit-reset']) * 1000 || now)
  }
  const saysSo = status === 429 || /secondary rate limit/i.test(message)
  return saysSo ? now + unsaidWaitMs : undefined
}

/** GitHub's own advice, where it names no time. */
const unsaidWaitMs = 60_000

const toClockTime = (at: number): string =>
  new Date(at).toLocaleTimeString('en-GB', { hour: '2-digit', minute: '2-digit' })

/** Of octokit's error, what says nothing about the request. Undefined for another error, as of a request that was called off. */
function readHttpFailure(error: unknown): HttpFailure | undefined {
  if (!(error instanceof Error) || error.name !== 'HttpError') return undefined
  const { status, message, response } = error as Error & {
    status?: number
    response?: { headers?: HttpFailure['headers']; data?: unknown }
  }
  const said = (response?.data as { message?: unknown } | undefined)?.message
  return {
    status: status ?? 0,
    message: typeof said === 'string' ? said : message,
    headers: response?.headers ?? {},
    hasAnswer: response !== undefined,
  }
}
