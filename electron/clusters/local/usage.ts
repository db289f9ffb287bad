import { setTimeout as delay } from 'node:timers/promises'
import { SlipwayError } from '../../../shared/domain/failure.ts'
import type { Instance, InstanceUsage } from '../driver.ts'
import { listUsage, type ProcessUsage, treeOf } from './process-usage.ts'

/** Of one that nobody has looked at before: as short as ticks of 10 ms allow. */
const firstLookMs = 250
/** Those who ask for several deployments at a time share one look at all processes. */
const sharedMs = 100

interface Look {
  readonly at: number
  readonly processes: readonly ProcessUsage[]
}

/** Nobody asks for it any more. */
const forgetMs = 10 * 60_000

/** What the processes of an app take: CPU since it was looked at last. */
export function createUsage({
  observe,
  isInContainer,
}: {
  observe: (deploymentId: string) => Promise<readonly Instance[]>
  isInContainer: (deploymentId: string) => boolean
}) {
  /** By pid of the instance's leader. */
  const earlier = new Map<number, Look>()
  let last: Look | undefined

  const lookAtAll = (): Look => {
    const at = performance.now()
    if (last === undefined || at - last.at > sharedMs) last = { at, processes: listUsage() }
    return last
  }
  const look = (leader: number): Look => {
    const { at, processes } = lookAtAll()
    return { at, processes: treeOf(leader, processes) }
  }

  const measure = async (leader: number): Promise<InstanceUsage | undefined> => {
    const before = earlier.get(leader) ?? look(leader)
    if (performance.now() - before.at < firstLookMs) await delay(firstLookMs)
    const now = look(leader)
    if (now.processes.length === 0) {
      earlier.delete(leader)
      return undefined
    }
    for (const [pid, { at }] of earlier) if (now.at - at > forgetMs) earlier.delete(pid)
    earlier.set(leader, now)
    const known = new Map(before.processes.map(one => [one.pid, one.cpuMs]))
    const spentMs = now.processes.reduce(
      (sum, one) => sum + Math.max(one.cpuMs - (known.get(one.pid) ?? 0), 0),
      0,
    )
    return {
      name: String(leader),
      cpu: spentMs / (now.at - before.at),
      memory: now.processes.reduce((sum, one) => sum + one.memory, 0),
    }
  }

  return async (deploymentId: string): Promise<readonly InstanceUsage[]> => {
    if (isInContainer(deploymentId)) throw inContainer
    const instances = await observe(deploymentId)
    const leaders = instances
      .filter(one => one.state === 'ready')
      .map(one => Number(one.name))
      .filter(pid => pid > 0)
    const found = await Promise.all(leaders.map(measure))
    return found.flatMap(one => one ?? [])
  }
}

const inContainer = new SlipwayError({
  code: 'unavailable',
  message: 'There are no figures: the app runs in a container, which is no process of Slipway.',
  hint: 'docker stats, or podman stats, shows what it takes.',
})
