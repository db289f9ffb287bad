import { type Failure, toFailure } from '../../shared/domain/failure.ts'
import type { Metrics, MetricsHistory, TrafficHistory, UsageSample } from '../../shared/domain/metrics.ts'
import type { Deployment } from '../../shared/domain/records.ts'
import { sizes } from '../../shared/domain/size.ts'
import type { ClusterDriver } from '../clusters/driver.ts'
import type { Reader } from '../database/reader.ts'
import type { Writer } from '../database/writer.ts'
import { averageOf, slotOf, withSample } from './usage-series.ts'

/** What somebody looks at is measured at each tick, all else that runs at every fourth. */
const tickMs = 15_000
const ticksAtRest = 4
const lookedAtMs = 60_000
const freshMs = 10_000
/** Where nothing measures, such as a cluster without the API, and nobody looks. */
const askAgainMs = 10 * 60_000
const atOnce = 4
const mostOfTop = 100
const dayMs = 24 * 3600_000

interface Kept {
  hour: UsageSample[]
  /** Of the five minutes that are not over. */
  slot: UsageSample[]
  now: Metrics['now']
  missing: Failure | null
  measuredAt: number
  lookedAt: number
  measuring: Promise<void> | undefined
}

/** What deployments take: the last hour in memory, the last day in the database. */
export function createMetrics(deps: {
  reader: Pick<Reader, 'usageOf'>
  writer: Pick<Writer, 'usage'>
  driver: Pick<ClusterDriver, 'measureUsage'>
  deploymentOf: (id: string) => Deployment | undefined
  trafficOf: (id: string) => TrafficHistory
  /** Ids of deployments with an instance that is ready. */
  running: () => readonly string[]
  now: () => number
  /** Whether it measures by itself, too. */
  measures: boolean
}) {
  const { reader, writer, driver, deploymentOf, trafficOf, running, now } = deps
  const all = new Map<string, Kept>()
  let ticks = 0
  let isDisposed = false

  const keptOf = (id: string): Kept => {
    const known = all.get(id)
    if (known !== undefined) return known
    // What an earlier Slipway measured within the hour.
    const hour = reader.usageOf(id).filter(({ at }) => at > now() - 3600_000)
    const made: Kept = {
      ...{ hour, slot: [], now: null, missing: null, measuredAt: 0, lookedAt: 0 },
      measuring: undefined,
    }
    all.set(id, made)
    return made
  }

  const closeSlot = (id: string, kept: Kept): void => {
    const over = averageOf(kept.slot)
    kept.slot = []
    if (over !== undefined && deploymentOf(id) !== undefined) writer.usage(id, over, now() - dayMs)
  }

  const measure = async (id: string): Promise<void> => {
    const kept = keptOf(id)
    const deployment = deploymentOf(id)
    if (deployment === undefined) return void all.delete(id)
    kept.measuredAt = now()
    if (deployment.health.ready === 0) return void Object.assign(kept, { now: null, missing: null })
    try {
      const instances = [...(await driver.measureUsage(id))]
      if (isDisposed) return
      kept.missing = null
      kept.now = null
      // A cluster has no figures yet of what has just begun.
      if (instances.length === 0) return
      const sample: UsageSample = {
        at: now(),
        cpu: instances.reduce((sum, one) => sum + one.cpu, 0),
        memory: instances.reduce((sum, one) => sum + one.memory, 0),
        restarts: deployment.health.restarts,
      }
      kept.now = { ...sample, instances }
      kept.hour = withSample(kept.hour, sample)
      const [first] = kept.slot
      if (first !== undefined && slotOf(first.at) !== slotOf(sample.at)) closeSlot(id, kept)
      kept.slot.push(sample)
    } catch (error) {
      Object.assign(kept, { now: null, missing: toFailure(error) })
    }
  }

  /** Whoever asks while it is measured waits for the same. */
  const measureOnce = (id: string): Promise<void> => {
    const kept = keptOf(id)
    kept.measuring ??= measure(id).finally(() => {
      kept.measuring = undefined
    })
    return kept.measuring
  }

  const measureAll = async (ids: readonly string[]): Promise<void> => {
    const queue = [...ids]
    const work = async () => {
      for (let id = queue.shift(); id !== undefined && !isDisposed; id = queue.shift()) await measureOnce(id)
    }
    await Promise.all(Array.from({ length: atOnce }, work))
  }

  const isDue = (id: string): boolean => {
    const { lookedAt, missing, measuredAt, measuring } = keptOf(id)
    if (measuring !== undefined) return false
    if (now() - lookedAt < lookedAtMs) return true
    return ticks % ticksAtRest === 0 && (missing === null || now() - measuredAt > askAgainMs)
  }

  const timer = deps.measures
    ? setInterval(() => {
        ticks++
        void measureAll(running().filter(isDue))
      }, tickMs)
    : undefined
  timer?.unref()

  const bringUpToDate = (ids: readonly string[]): Promise<void> => {
    const old = ids.filter(id => now() - keptOf(id).measuredAt > freshMs)
    for (const id of ids) keptOf(id).lookedAt = now()
    return measureAll(old)
  }

  const toMetrics = (deployment: Deployment): Metrics => {
    const { now: latest, missing } = keptOf(deployment.id)
    const { cpu, memory } = sizes[deployment.serving?.size ?? deployment.size]
    const isBounded = deployment.cluster.kind === 'kubernetes'
    const count = Math.max(latest?.instances.length ?? 0, 1)
    return {
      id: deployment.id,
      name: deployment.name,
      now: latest,
      cpuLimit: isBounded ? cpu.limit * count : null,
      memoryLimit: isBounded ? memory.limit * 1024 ** 2 * count : null,
      missing,
    }
  }

  return {
    async of(id: string): Promise<MetricsHistory | undefined> {
      if (deploymentOf(id) === undefined) return undefined
      await bringUpToDate([id])
      const deployment = deploymentOf(id)
      if (deployment === undefined) return undefined
      const { hour, slot } = keptOf(id)
      const current = averageOf(slot)
      const day = [...reader.usageOf(id), ...(current === undefined ? [] : [current])]
      return {
        ...toMetrics(deployment),
        hour: hour.filter(({ at }) => at > now() - 3600_000),
        day: day.filter(({ at }) => at > now() - dayMs),
        traffic: trafficOf(id),
      }
    },

    async top(): Promise<Metrics[]> {
      const ids = running()
      await bringUpToDate(ids.slice(0, mostOfTop))
      return ids
        .flatMap(id => deploymentOf(id) ?? [])
        .map(toMetrics)
        .sort((a, b) => (b.now?.memory ?? -1) - (a.now?.memory ?? -1))
        .slice(0, mostOfTop)
    },

    dispose(): void {
      clearInterval(timer)
      isDisposed = true
      for (const [id, kept] of all) closeSlot(id, kept)
    },
  }
}
