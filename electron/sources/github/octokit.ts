import { Octokit } from '@octokit/core'
import { retry } from '@octokit/plugin-retry'
import { throttling } from '@octokit/plugin-throttling'

/** How often a request that failed by itself is tried again, and the base of the pause between. */
export interface RetryLimits {
  readonly retries: number
  readonly pauseMs: number
}

/** A person waits: one more try, then it is said. */
export const defaultRetries: RetryLimits = { retries: 1, pauseMs: 1000 }

/** A wait that is asked for and shorter than this is taken without a word. */
const shortWaitS = 3

const Client = Octokit.plugin(throttling, retry)

export function createOctokit(deps: {
  apiUrl: string
  /** Requests of one account share their pace; those of another do not wait for them. */
  paceId: string
  version: string
  retries: RetryLimits
  log: (message: string) => void
}): InstanceType<typeof Client> {
  const decide = (seconds: number, _options: object, _octokit: object, count: number): boolean =>
    seconds <= shortWaitS && count === 0
  return new Client({
    baseUrl: deps.apiUrl,
    userAgent: `Slipway/${deps.version}`,
    retry: {
      doNotRetry: [400, 401, 403, 404, 409, 410, 422, 429, 451],
      retries: deps.retries.retries,
      retryAfterBaseValue: deps.retries.pauseMs,
    },
    throttle: { id: deps.paceId, onRateLimit: decide, onSecondaryRateLimit: decide },
    // Its messages name addresses only; pino is where all of ours go.
    log: { debug: () => {}, info: () => {}, warn: deps.log, error: deps.log },
  })
}
