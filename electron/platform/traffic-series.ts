import type { TrafficSample } from '../../shared/domain/metrics.ts'

/** Neighbours differ by a fifth, from a millisecond to a minute: what a percentile read from them is off at most. */
const ratio = 1.2
const bucketCount = 62
const slowShare = 0.95

const bucketOf = (ms: number): number =>
  Math.min(bucketCount - 1, Math.max(0, Math.round(Math.log(Math.max(ms, 1)) / Math.log(ratio))))

/** Requests of a while, by what they took. A bounded size, whatever comes. */
export interface Tally {
  /** When the while began. */
  readonly at: number
  requests: number
  failed: number
  readonly buckets: Uint32Array
}

export const createTally = (at: number): Tally => ({
  at,
  requests: 0,
  failed: 0,
  buckets: new Uint32Array(bucketCount),
})

export function count(tally: Tally, { ms, isFailed }: { ms: number; isFailed: boolean }): void {
  const bucket = bucketOf(ms)
  tally.requests++
  if (isFailed) tally.failed++
  tally.buckets[bucket] = (tally.buckets[bucket] ?? 0) + 1
}

/** Several whiles as one, from `at` on. */
export function join(at: number, tallies: readonly Tally[]): Tally {
  const sum = createTally(at)
  for (const { requests, failed, buckets } of tallies) {
    sum.requests += requests
    sum.failed += failed
    for (let index = 0; index < bucketCount; index++)
      sum.buckets[index] = (sum.buckets[index] ?? 0) + (buckets[index] ?? 0)
  }
  return sum
}

export const toSample = (tally: Tally): TrafficSample => ({
  at: tally.at,
  requests: tally.requests,
  failed: tally.failed,
  medianMs: percentileOf(tally, 0.5),
  slowMs: percentileOf(tally, slowShare),
})

/** What that share of the requests took at most. */
function percentileOf({ requests, buckets }: Tally, share: number): number {
  let seen = 0
  for (let index = 0; index < bucketCount; index++) {
    seen += buckets[index] ?? 0
    if (seen >= requests * share && seen > 0) return Number((ratio ** index).toPrecision(2))
  }
  return 0
}
