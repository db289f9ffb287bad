import type { V1Job, V1Namespace, V1Pod } from '@kubernetes/client-node'
import { SlipwayError } from '../../../../shared/domain/failure.ts'
import type { BuildKey } from '../../driver.ts'
import type { KubernetesApi } from '../api.ts'
import { isMissing } from '../api-failure.ts'
import { isForbidden, orNothing } from '../closed-addresses.ts'
import { buildNamespace, deploymentSelector, labels, memberBuildNamespace } from '../names.ts'
import { objectNames } from './build-job.ts'
import { type BuildLimits, toBuildNamespace } from './build-namespace.ts'
import type { BuildStates } from './build-states.ts'
import type { KeptState } from './kept-state.ts'
import { untilGone, untilNoPods } from './remove-namespace.ts'
import type { BuildTier } from './tiers.ts'

/** Where a build is. `isShared`: in the namespace that an owner of the cluster prepared for somebody who may make none. */
export interface BuildPlace {
  readonly namespace: string
  readonly isShared: boolean
  /** Of earlier builds, where it is free. */
  readonly state?: KeptState | undefined
}

export type BuildPlaces = ReturnType<typeof createBuildPlaces>

export function createBuildPlaces({
  api,
  ownerIdOf,
  limits,
  states,
}: {
  api: KubernetesApi
  states: BuildStates
  ownerIdOf: (deploymentId: string) => string
  limits: BuildLimits
}) {
  /** Of deployments that were met, since removed ones are counted when their rows are gone. */
  const owners = new Map<string, string>()
  const toOwn = (buildId: string): BuildPlace => ({ namespace: buildNamespace(buildId), isShared: false })
  const toOwner = (deploymentId: string): string => {
    try {
      const ownerId = ownerIdOf(deploymentId)
      owners.set(deploymentId, ownerId)
      return ownerId
    } catch (error) {
      const known = owners.get(deploymentId)
      if (known === undefined) throw error
      return known
    }
  }
  const toShared = (deploymentId: string): BuildPlace => {
    const ownerId = toOwner(deploymentId)
    return { namespace: memberBuildNamespace(ownerId), isShared: true }
  }

  const findJob = async (buildId: string, { namespace }: BuildPlace): Promise<V1Job | undefined> => {
    const found = api.get<V1Job>('Job', { namespace, name: objectNames(buildId).job })
    const job = await found.catch(error => {
      if (isForbidden(error)) return undefined
      throw error
    })
    return job?.metadata?.deletionTimestamp === undefined ? job : undefined
  }

  /** False: there can be none, since we may make and delete none. */
  const removeOwn = async ({ namespace }: BuildPlace): Promise<boolean> => {
    try {
      await api.remove('Namespace', { name: namespace })
      return true
    } catch (error) {
      if (isForbidden(error)) return false
      throw error
    }
  }

  /** Deletes what is there of the build, in the background, whatever becomes of its volume. */
  const discard = async ({ buildId, deploymentId }: BuildKey): Promise<BuildPlace> => {
    const own = toOwn(buildId)
    const left = { buildId, ownerId: toOwner(deploymentId), namespace: own.namespace }
    let isOwn = true
    try {
      await states.leave(left)
    } finally {
      isOwn = await removeOwn(own)
    }
    if (isOwn) {
      await states.release(left)
      return own
    }
    const shared = toShared(deploymentId)
    const { namespace } = shared
    const names = objectNames(buildId)
    await api.remove('Job', { namespace, name: names.job })
    for (const name of [names.variables, names.git, names.registry])
      await api.remove('Secret', { namespace, name })
    await api.remove('ConfigMap', { namespace, name: names.configuration })
    return shared
  }

  return {
    async find({ buildId, deploymentId }: BuildKey): Promise<{ place: BuildPlace; job: V1Job } | undefined> {
      for (const place of [toOwn(buildId), toShared(deploymentId)]) {
        const job = await findJob(buildId, place)
        if (job !== undefined) return { place, job }
      }
      return undefined
    },

    /**
     * A namespace of its own with what bounds it, or the one that was prepared. `takesState`: what earlier builds left is used.
     */
    async open(
      key: BuildKey,
      { tier, takesState, signal }: { tier: BuildTier; takesState: boolean; signal: AbortSignal },
    ): Promise<BuildPlace> {
      const [first, ...rest] = toBuildNamespace(key, { tier, limits })
      try {
        if (first !== undefined) await api.apply(first)
      } catch (error) {
        if (isForbidden(error)) return toShared(key.deploymentId)
        throw error
      }
      for (const object of rest) await api.apply(object)
      const place = toOwn(key.buildId)
      if (!takesState) return place
      const ownerId = toOwner(key.deploymentId)
      return { ...place, state: await states.take({ ...key, ...place, ownerId }, signal) }
    },

    /** Every build of the deployment of which something is there. */
    async list(deploymentId: string): Promise<{ buildId: string; place: BuildPlace }[]> {
      const selector = { labels: `${deploymentSelector(deploymentId)},${labels.build}` }
      const shared = toShared(deploymentId)
      const [spaces, jobs] = await Promise.all([
        orNothing(api.list<V1Namespace>('Namespace', {}, selector)),
        orNothing(api.list<V1Job>('Job', { namespace: shared.namespace }, selector)),
      ])
      const idOf = (object: V1Namespace | V1Job) => object.metadata?.labels?.[labels.build] ?? []
      return [
        ...spaces.flatMap(idOf).map(buildId => ({ buildId, place: toOwn(buildId) })),
        ...jobs.flatMap(idOf).map(buildId => ({ buildId, place: shared })),
      ]
    },

    discard,

    /** Of deployments that were met, removed ones too. */
    ownerOf: toOwner,

    /** Of volumes with what builds of the deployment's owner left, which no build uses now. */
    countState: (deploymentId: string): Promise<number> => states.count(toOwner(deploymentId)),

    /** Nothing is left of earlier builds of the deployment's owner, but for what a build uses now. */
    dropState: (deploymentId: string, signal?: AbortSignal): Promise<void> =>
      states.drop(toOwner(deploymentId), signal),

    /** Resolves when nothing of the build is there any more. */
    async remove(key: BuildKey, signal: AbortSignal): Promise<void> {
      const { namespace, isShared } = await discard(key)
      if (!isShared) return untilGone(api, { kind: 'Namespace', name: namespace }, signal)
      await untilNoPods(api, { namespace, labels: `${labels.build}=${key.buildId}` }, signal)
    },

    pods: (buildId: string, { namespace }: BuildPlace): Promise<V1Pod[]> =>
      api.list<V1Pod>('Pod', { namespace }, { labels: `${labels.build}=${buildId}` }),
  }
}

/** What a refusal in the prepared namespace means. */
export function toPlaceFailure(error: unknown, { namespace, isShared }: BuildPlace): unknown {
  if (!isShared || !(isForbidden(error) || isMissing(error))) return error
  return new SlipwayError(
    {
      code: 'cluster_denied',
      message: `You may make no namespaces in this cluster, and there is none called ${namespace} where you may build.`,
      hint: 'Ask whoever runs the cluster to make you a member; the page of the cluster has what they apply. Images can be deployed without it.',
    },
    error,
  )
}
