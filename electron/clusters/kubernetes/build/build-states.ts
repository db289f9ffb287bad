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
import { buildNames } from './build-job.ts'
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

/** The claim in a build's namespace. */
const claimName = 'state'
/** Somebody else changed the volume meanwhile: it is looked at again. */
const mostTries = 5
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

  const find = (ownerId: string): Promise<V1PersistentVolume[]> =>
    orNothing(
      api.list<V1PersistentVolume>('PersistentVolume', {}, { labels: `${labels.buildState}=${ownerId}` }),
    )

  const change = (volume: V1PersistentVolume, spec: object, metadata: object = {}): Promise<void> =>
    api.patch(
      'PersistentVolume',
      { name: volume.metadata?.name ?? '' },
      { metadata: { ...metadata, resourceVersion: volume.metadata?.resourceVersion }, spec },
    )

  /** A volume says a moment later than its claim that nobody has it. The claim goes with the pod of a build that has ended. */
  const isFree = async ({ spec, status, metadata }: V1PersistentVolume): Promise<boolean> => {
    if (metadata?.deletionTimestamp !== undefined) return false
    if (status?.phase !== 'Bound') return true
    const { namespace = '', name = '' } = spec?.claimRef ?? {}
    const found = await api.get('PersistentVolumeClaim', { namespace, name })
    if (found?.metadata?.deletionTimestamp === undefined) return found === undefined
    const limit = AbortSignal.timeout(goneMs)
    try {
      await untilGone(api, { kind: 'PersistentVolumeClaim', namespace, name }, limit)
      return true
    } catch (error) {
      if (limit.aborted) return false
      throw error
    }
  }

  const findFree = async (volumes: readonly V1PersistentVolume[]): Promise<V1PersistentVolume[]> => {
    const areFree = await Promise.all(volumes.map(isFree))
    return volumes.filter((_, index) => areFree[index])
  }

  /** The user's volume, meant for this build alone from now on. Null: there is none yet; undefined: another build has it. */
  const claim = async ({ ownerId, namespace }: StateKey): Promise<V1PersistentVolume | null | undefined> => {
    const reference = { apiVersion: 'v1', kind: 'PersistentVolumeClaim', namespace, name: claimName }
    for (let tries = 0; tries < mostTries; tries++) {
      const volumes = await find(ownerId)
      if (volumes.length === 0) return null
      const [free] = await findFree(volumes)
      if (free === undefined) return undefined
      try {
        await change(free, { claimRef: { ...reference, uid: null, resourceVersion: null } })
        return free
      } catch (error) {
        if (!isConflict(error)) throw error
      }
    }
    return undefined
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

  const make = async (key: StateKey): Promise<KeptState | undefined> => {
    const { namespace } = key
    const place = { namespace, name: claimName }
    // Made before: whether anything was written there is not known.
    if ((await api.get('PersistentVolumeClaim', place)) !== undefined)
      return { claim: claimName, isNew: true }
    const volume = await claim(key)
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

  const leave = async ({ ownerId, namespace }: Pick<StateKey, 'ownerId' | 'namespace'>): Promise<void> => {
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
    await api.remove('PersistentVolumeClaim', place)
  }

  return {
    /** Undefined: a build begins without, since another has it, or the cluster has no volumes, or we no rights to them. */
    async take(key: StateKey): Promise<KeptState | undefined> {
      if (!deps.settings.keepsBuildState) return undefined
      return unlessForbidden(make(key))
    },

    /** Leaves the volume of an ended build to the next one of the user. Who may not look at volumes left nothing there. */
    async leave(key: Pick<StateKey, 'ownerId' | 'namespace'>): Promise<void> {
      await unlessForbidden(leave(key))
    },

    /** Deletes what no build uses now. */
    async drop(ownerId: string): Promise<void> {
      for (let tries = 0; tries < mostTries; tries++) {
        const [free] = await findFree(await find(ownerId))
        if (free === undefined) return
        const place = { kind: 'PersistentVolume', name: free.metadata?.name ?? '' } as const
        // The cluster deletes what is behind a volume whose claim is gone, not what nobody claimed yet.
        const uid = free.spec?.claimRef?.uid ?? randomUUID()
        try {
          await change(free, { persistentVolumeReclaimPolicy: 'Delete', claimRef: { uid } })
          await untilGone(api, place, AbortSignal.timeout(goneMs))
        } catch (error) {
          if (!isConflict(error)) throw error
        }
      }
    },
  }
}

/** Undefined: the cluster does not let us. */
const unlessForbidden = <T>(work: Promise<T>): Promise<T | undefined> =>
  work.catch(error => {
    if (isForbidden(error)) return undefined
    throw error
  })
