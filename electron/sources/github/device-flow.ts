import { SlipwayError } from '../../../shared/domain/failure.ts'
import type { DeviceStep } from '../../../shared/domain/github.ts'
import { toPlaceName } from './addresses.ts'
import type { OAuth, Refusal } from './oauth.ts'
import type { Tokens } from './tokens.ts'

/** What an OAuth app asks for; a GitHub App has its permissions already. */
export const wantedScope = 'repo read:org'

/** By how much longer GitHub wants to be left alone after `slow_down`, where it does not say. */
const slowDownMs = 5_000

/** Whatever GitHub says: it is asked neither without a pause nor only when the code is long over. */
const toPauseMs = (asked: number): number => Math.min(Math.max(asked, 1_000), 60_000)

/**
 * Signs in with a code that the person types at GitHub. Shows the code, then waits for as long as it is good: a lost connection
 * only makes it wait. Returns the tokens.
 */
export async function* signInByCode(deps: {
  oauth: OAuth
  baseUrl: string
  clientId: string
  now: () => number
  wait: (ms: number, signal: AbortSignal) => Promise<void>
  signal: AbortSignal
}): AsyncGenerator<Extract<DeviceStep, { state: 'code' }>, Tokens> {
  const { oauth, baseUrl, clientId, now, wait, signal } = deps
  const begun = await oauth.begin(clientId, wantedScope, signal)
  if ('error' in begun) throw toRefused(begun, baseUrl)
  const { deviceCode, code, url, expiresAt } = begun
  yield { state: 'code', code, url, expiresAt }
  let pauseMs = toPauseMs(begun.intervalMs)
  let notBefore = 0
  while (now() < expiresAt) {
    await wait(Math.max(pauseMs, Math.min(notBefore, expiresAt) - now()), signal)
    const answer = await oauth.ask(clientId, deviceCode, signal).catch(error => {
      if (!isUnreachable(error)) throw error
      notBefore = error.failure.until ?? 0
      return stillPending
    })
    if (!('error' in answer)) return answer
    if (answer.error === 'slow_down') {
      pauseMs = toPauseMs(answer.interval === undefined ? pauseMs + slowDownMs : answer.interval * 1000)
    } else if (answer.error !== 'authorization_pending') throw toRefused(answer, baseUrl)
  }
  throw toRefused({ error: 'expired_token' }, baseUrl)
}

const stillPending: Refusal = { error: 'authorization_pending' }

const isUnreachable = (error: unknown): error is SlipwayError =>
  error instanceof SlipwayError &&
  (error.failure.code === 'source_unreachable' || error.failure.code === 'rate_limited')

function toRefused({ error }: Refusal, baseUrl: string): SlipwayError {
  const place = toPlaceName(baseUrl)
  switch (error) {
    case 'expired_token':
      return new SlipwayError({
        code: 'sign_in_expired',
        message: 'The code was not typed in time.',
        hint: 'Begin again: there is a new code.',
      })
    case 'access_denied':
      return new SlipwayError({
        code: 'sign_in_refused',
        message: `The sign-in was refused at ${place}.`,
        hint: 'Begin again, and allow it there.',
      })
    case 'device_flow_disabled':
      return new SlipwayError({
        code: 'sign_in_refused',
        message: `The app at ${place} does not allow a sign-in by a code.`,
        hint: 'Turn on its device flow there, or paste a token.',
      })
    case 'incorrect_client_credentials':
    case 'Not Found':
      return new SlipwayError({
        code: 'sign_in_refused',
        message: `${place} knows no app with this client id.`,
        hint: 'Check the client id, or paste a token.',
      })
    default:
      return new SlipwayError({
        code: 'sign_in_refused',
        message: `${place} refused the sign-in: ${error.slice(0, 100)}.`,
        hint: 'Begin again, or paste a token.',
      })
  }
}
