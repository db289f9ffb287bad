import type { UsageSample } from '../../shared/domain/metrics.ts'

const hourMs = 3600_000
const slotMs = 5 * 60_000
/** One each 15 s. */
const mostInHour = 240

/** The five minutes that a time lies in, by its begin. */
export const slotOf = (at: number): number => Math.floor(at / slotMs) * slotMs

/** The samples of the last hour, with one more. */
export const withSample = (samples: readonly UsageSample[], sample: UsageSample): UsageSample[] =>
  [...samples.filter(({ at }) => at > sample.at - hourMs), sample].slice(-mostInHour)

/** Samples of the same five minutes as one; restarts only grow, so the last one says them. */
export function averageOf(samples: readonly UsageSample[]): UsageSample | undefined {
  const last = samples.at(-1)
  if (last === undefined) return undefined
  const average = (part: 'cpu' | 'memory') =>
    samples.reduce((sum, sample) => sum + sample[part], 0) / samples.length
  return {
    at: slotOf(last.at),
    cpu: average('cpu'),
    memory: Math.round(average('memory')),
    restarts: last.restarts,
  }
}
