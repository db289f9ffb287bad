import { createPushWatch, defaultPushPauses } from '../electron/platform/push-watch.ts'
import { createGitHubClient } from '../electron/sources/github/client.ts'
import { readBranchHead } from '../electron/sources/github/heads.ts'
import { type GitHubStandIn, startGitHub } from '../tests/support/github/github.ts'
import { type Result, toResult } from './result.ts'

const branches = 50
const hourMs = 3600_000
/** GitHub's, of one account. */
const limitAnHour = 5000

/**
 * An hour of watching 50 branches with nothing new while somebody has Slipway open, on a clock that is moved by hand: requests that
 * count against the limit, and bytes of answers, against asking as often without conditions.
 */
export async function benchPushes(): Promise<Result[]> {
  const github = await startGitHub()
  try {
    const token = github.issueToken('ana', ['repo'])
    for (let index = 0; index < branches; index++)
      await github.addRepository(`ana/app-${index}`, { files: { 'index.html': 'hello' } })
    await watchAnHour(github, token, { forgets: true })
    const without = costOf(github)
    await watchAnHour(github, token, { forgets: false })
    const ours = costOf(github)
    return [
      toResult(
        { name: 'watching 50 branches for an hour: what counts', unit: 'requests', aim: 0.2 },
        { ours: [ours.counted], reference: [limitAnHour] },
      ),
      toResult(
        { name: 'watching 50 branches for an hour: answers', unit: 'kB', aim: 0.2 },
        { ours: [ours.bytes / 1e3], reference: [without.bytes / 1e3] },
      ),
    ]
  } finally {
    await github.close()
  }
}

/** Of the requests since the last call. What is not new costs nothing of the limit. */
function costOf(github: GitHubStandIn): { counted: number; bytes: number } {
  const seen = github.requests.splice(0).filter(({ path }) => path.startsWith('/api/'))
  return {
    counted: seen.filter(({ status }) => status !== 304).length,
    bytes: seen.reduce((sum, { bytes }) => sum + bytes, 0),
  }
}

/** `forgets`: each look is by a client that knows no answer before. */
async function watchAnHour(
  github: GitHubStandIn,
  token: string,
  { forgets }: { forgets: boolean },
): Promise<void> {
  let now = 0
  let next: { at: number; work: () => void } | undefined
  let looks = 0
  const connect = () =>
    createGitHubClient({
      ...{ baseUrl: github.address, who: 'ana', version: 'bench', now: Date.now, log: () => {} },
      readToken: async () => token,
    })
  const client = connect()
  const watch = createPushWatch({
    watched: () => Array.from({ length: branches }, (_, index) => `ana/app-${index}`),
    look: async (fullName, stop) => {
      looks++
      await readBranchHead(forgets ? connect() : client, { fullName, branch: 'main' }, stop)
      return undefined
    },
    onError: (_id, error) => {
      throw error
    },
    pauses: defaultPushPauses,
    now: () => now,
    random: () => 0.5,
    schedule: (afterMs, work) => {
      next = { at: now + afterMs, work }
      return () => {
        next = undefined
      }
    },
  })
  watch.arrive()
  watch.plan()
  while (now < hourMs) {
    const before = looks
    // What is due goes on by itself; with nothing due the clock goes on.
    await new Promise(resolve => setImmediate(resolve))
    if (looks !== before || next === undefined) continue
    const { at, work } = next
    now = Math.max(now, at)
    work()
  }
  await watch.dispose()
}
