import { randomUUID } from 'node:crypto'
import type {
  V1PersistentVolume,
  V1PersistentVolumeClaim,
  V1Pod,
  V1StorageClass,
} from '@kubernetes/client-node'
import type { ClusterSettings } from '../../../../shared/domain/cluster.ts'
import type { KubernetesApi } from '../api.ts'
import { isConflict } from '../api-failure.ts'
import { isForbidden, orNothing } from '../closed-addresses.ts'
import { labels, managed } from '../names.ts'
import { isDefaultClass } from '../storage-class.ts'
import { containerOf } from './build-failure.ts'
import { buildNames, objectNames } from './build-job.ts'
import { type BuildLimits, buildLabels, toVolumeSize } from './build-namespace.ts'
import type { KeptState } from './kept-state.ts'
import { untilGone } from './remove-namespace.ts'

export type BuildStates = ReturnType<typeof createBuildStates>

interface StateKey {
  readonly buildId: string
  readonly deploymentId: string
  readonly ownerId: string
  /** Of the build. */
  readonly namespace: string
}

type LeavingKey = Pick<StateKey, 'buildId' | 'ownerId' | 'namespace'>

/** `namespace`: of the build that would have a volume. */
interface Seeker {
  readonly namespace?: string
  readonly signal: AbortSignal
}

/** The claim in a build's namespace. */
const claimName = 'state'
const mostTries = 5
/** For what is deleted to be gone. */
const goneMs = 20_000

/**
 * What BuildKit has of the builds of a user, in one volume that outlives the namespaces of builds: one build at a time claims it,
 * and leaves it to the next. No user ever gets the volume of another.
 */
export function createBuildStates(deps: {
  api: KubernetesApi
  settings: Pick<ClusterSettings, 'keepsBuildState'> & Pick<BuildLimits, 'buildDisk'>
}) {
  const { api } = deps

  const findAll = (ownerId: string): Promise<V1PersistentVolume[]> =>
    orNothing(
      api.list<V1PersistentVolume>('PersistentVolume', {}, { labels: `${labels.buildState}=${ownerId}` }),
    )

  const find = async (ownerId: string): Promise<V1PersistentVolume[]> =>
    (await findAll(ownerId)).filter(one => !isLeaving(one))

  const change = (volume: V1PersistentVolume, spec: object, metadata: object = {}): Promise<void> =>
    api.patch(
      'PersistentVolume',
      { name: volume.metadata?.name ?? '' },
      { metadata: { ...metadata, resourceVersion: volume.metadata?.resourceVersion }, spec },
    )

  /** Nobody has it, and nobody is about to claim it. A claim goes with the pod of a build that has ended, which is waited for. */
  const isFree = async (
    { spec, metadata }: V1PersistentVolume,
    { namespace: own, signal }: Seeker,
  ): Promise<boolean> => {
    if (metadata?.deletionTimestamp !== undefined) return false
    const { namespace = '', name = '' } = spec?.claimRef ?? {}
    if (namespace === '') return true
    const found = await api.get('PersistentVolumeClaim', { namespace, name })
    if (found !== undefined) {
      if (found.metadata?.deletionTimestamp === undefined) return false
      try {
        await untilGone(api, { kind: 'PersistentVolumeClaim', namespace, name }, signal)
      } catch (error) {
        if (signal.aborted) return false
        throw error
      }
    }
    if (namespace === own) return true
    // A build that was given the volume claims it a moment later.
    const meant = await api.get('Namespace', { name: namespace })
    return meant === undefined || meant.metadata?.deletionTimestamp !== undefined
  }

  const findFree = async (
    volumes: readonly V1PersistentVolume[],
    seeker: Seeker,
  ): Promise<V1PersistentVolume[]> => {
    const areFree = await Promise.all(volumes.map(one => isFree(one, seeker)))
    return volumes.filter((_, index) => areFree[index])
  }

  /** The user's volume, meant for this build alone from now on. Null: there is none yet; undefined: another build has it. */
  const claim = async (
    { ownerId, namespace }: StateKey,
    signal: AbortSignal,
  ): Promise<V1PersistentVolume | null | undefined> => {
    const reference = { apiVersion: 'v1', kind: 'PersistentVolumeClaim', namespace, name: claimName }
    const volumes = await find(ownerId)
    if (volumes.length === 0) return null
    const [free] = await findFree(volumes, { namespace, signal })
    if (free === undefined) return undefined
    await change(free, { claimRef: { ...reference, uid: null, resourceVersion: null } })
    return free
  }

  /** A build has begun, so the volume was given to it. */
  const isUsed = async (namespace: string): Promise<boolean> => {
    const pods = await api.list<V1Pod>('Pod', { namespace })
    const states = pods.map(pod => containerOf(pod, buildNames.build)?.state)
    return states.some(state => (state?.running ?? state?.terminated) !== undefined)
  }

  const findClass = async (): Promise<string | undefined> => {
    const classes = await orNothing(api.list<V1StorageClass>('StorageClass', {}))
    return classes.find(isDefaultClass)?.metadata?.name
  }

  const make = async (key: StateKey, signal: AbortSignal): Promise<KeptState | undefined> => {
    const { namespace } = key
    const place = { namespace, name: claimName }
    // Made before: whether anything was written there is not known.
    if ((await api.get('PersistentVolumeClaim', place)) !== undefined)
      return { claim: claimName, isNew: true }
    const volume = await again(() => claim(key, signal))
    if (volume === undefined) return undefined
    const storageClassName = volume === null ? await findClass() : (volume.spec?.storageClassName ?? '')
    if (storageClassName === undefined) return undefined
    // The size of builds may be another one than when the volume was made.
    const storage = volume?.spec?.capacity?.storage ?? toVolumeSize(deps.settings)
    await api.apply<V1PersistentVolumeClaim>({
      apiVersion: 'v1',
      kind: 'PersistentVolumeClaim',
      metadata: { ...place, labels: buildLabels(key) },
      spec: {
        accessModes: ['ReadWriteOnce'],
        storageClassName,
        resources: { requests: { storage } },
        ...(volume === null ? {} : { volumeName: volume.metadata?.name ?? '' }),
      },
    })
    return { claim: claimName, isNew: volume === null }
  }

  const leave = async ({ ownerId, namespace }: LeavingKey): Promise<void> => {
    const place = { namespace, name: claimName }
    const found = await api.get<V1PersistentVolumeClaim>('PersistentVolumeClaim', place)
    if (found === undefined) return
    const name = found.spec?.volumeName
    const volume =
      name === undefined ? undefined : await api.get<V1PersistentVolume>('PersistentVolume', { name })
    const isOurs = volume?.metadata?.labels?.[labels.buildState] !== undefined
    // Of two that were made at the same time, one is enough: the other goes with its claim.
    if (volume !== undefined && !isOurs && (await isUsed(namespace)) && (await find(ownerId)).length === 0)
      await change(
        volume,
        { persistentVolumeReclaimPolicy: 'Retain' },
        { labels: { ...managed, [labels.buildState]: ownerId } },
      )
  }

  /** A claim goes with the last pod that names it, for which a namespace that is deleted takes seconds. It is told by its Job. */
  const release = async ({ namespace, buildId }: LeavingKey): Promise<void> => {
    await api.remove('PersistentVolumeClaim', { namespace, name: claimName })
    await api.remove('Job', { namespace, name: objectNames(buildId).job })
  }

  const drop = async (ownerId: string, signal: AbortSignal): Promise<void> => {
    const all = await findAll(ownerId)
    const free = await findFree(
      all.filter(one => !isLeaving(one)),
      { signal },
    )
    for (const volume of free) {
      // The cluster deletes what is behind a volume whose claim is gone, not what nobody claimed yet.
      const uid = volume.spec?.claimRef?.uid ?? randomUUID()
      await change(volume, { persistentVolumeReclaimPolicy: 'Delete', claimRef: { uid } })
    }
    for (const { metadata } of [...all.filter(isLeaving), ...free])
      await untilGone(api, { kind: 'PersistentVolume', name: metadata?.name ?? '' }, signal)
  }

  return {
    /** Undefined: a build begins without, since another has it, or the cluster has no volumes, or we no rights to them. */
    async take(key: StateKey, signal: AbortSignal): Promise<KeptState | undefined> {
      if (!deps.settings.keepsBuildState) return undefined
      return unlessForbidden(make(key, toLimit(signal)))
    },

    /** Keeps the volume of an ended build for the next one of the user. Who may not look at volumes left nothing there. */
    async leave(key: LeavingKey): Promise<void> {
      await unlessForbidden(again(() => leave(key)))
    },

    /**
     * Lets go of a volume that was left, sooner than the cluster does with the namespace. That has to be on its way out by then:
     * without a claim in it, it would look like one whose build is about to claim the volume.
     */
    async release(key: LeavingKey): Promise<void> {
      await unlessForbidden(release(key))
    },

    /** Of those that `drop` would delete. */
    async count(ownerId: string): Promise<number> {
      const seeker = { signal: toLimit() }
      const free = await unlessForbidden(find(ownerId).then(volumes => findFree(volumes, seeker)))
      return free?.length ?? 0
    },

    /** Deletes what no build uses now. What takes the cluster long goes by itself. */
    async drop(ownerId: string, signal?: AbortSignal): Promise<void> {
      const limit = toLimit(signal)
      await unlessForbidden(again(() => drop(ownerId, limit))).catch(error => {
        if (!limit.aborted || signal?.aborted) throw error
      })
    },
  }
}

/** Deleted by the cluster as soon as it can. */
const isLeaving = ({ spec }: V1PersistentVolume): boolean => spec?.persistentVolumeReclaimPolicy === 'Delete'

const toLimit = (signal?: AbortSignal): AbortSignal =>
  AbortSignal.any([AbortSignal.timeout(goneMs), ...(signal === undefined ? [] : [signal])])

/** As often as somebody else changed the volume meanwhile. Undefined: too often. */
async function again<T>(work: () => Promise<T>): Promise<T | undefined> {
  for (let tries = 0; tries < mostTries; tries++) {
    try {
      return await work()
    } catch (error) {
      if (!isConflict(error)) throw error
    }
  }
  return undefined
}

/** Undefined: the cluster does not let us. */
const unlessForbidden = <T>(work: Promise<T>): Promise<T | undefined> =>
  work.catch(error => {
    if (isForbidden(error)) return undefined
    throw error
  })
