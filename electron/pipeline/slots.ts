import { clusterLimits } from '../../shared/domain/cluster-limits.ts'
import type { User } from '../../shared/domain/records.ts'
import type { Reader } from '../database/reader.ts'

/** Why a queued build does not begin: as many builds as may be at once are under way. `name`: of whom they are. */
export type Wait =
  | { readonly for: 'user'; readonly name: string; readonly count: number }
  | { readonly for: 'cluster'; readonly count: number }

/** Builds that are under way on a cluster, and how many may be at once. `owner`: of the build that would begin. */
export interface SlotFacts {
  readonly owner: User
  readonly running: readonly { readonly ownerId: string }[]
  readonly limits: { readonly builds: number; readonly buildsPerUser: number }
}

/** Undefined: it may begin. Pure. */
export function decideWait({ owner, running, limits }: SlotFacts): Wait | undefined {
  const own = running.filter(one => one.ownerId === owner.id).length
  if (own >= limits.buildsPerUser) return { for: 'user', name: owner.name, count: own }
  return running.length >= limits.builds ? { for: 'cluster', count: running.length } : undefined
}

/** `waits for another build of ana` */
export function toWaitText(wait: Wait): string {
  const whose = wait.for === 'user' ? ` of ${wait.name}` : ''
  return wait.count === 1
    ? `waits for another build${whose}`
    : `waits for one of ${wait.count} builds${whose}`
}

/** As many at once as are set for the deployment's cluster; on this computer, as `builds` says. */
export function findWait(
  reader: Pick<Reader, 'clusterSettings' | 'runningBuilds' | 'ownerOf'>,
  { id, clusterId }: { readonly id: string; readonly clusterId: string },
  { builds }: { readonly builds: number },
): Wait | undefined {
  const owner = reader.ownerOf(id)
  if (owner === undefined) return undefined
  return decideWait({
    owner,
    running: reader.runningBuilds(clusterId),
    limits: reader.clusterSettings(clusterId) ?? { builds, buildsPerUser: clusterLimits.buildsPerUser.most },
  })
}
