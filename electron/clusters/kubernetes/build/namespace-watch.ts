import type { CoreV1Event, V1Job, V1Pod } from '@kubernetes/client-node'
import type { KubernetesApi } from '../api.ts'
import { labels } from '../names.ts'
import { watchObjects } from '../watch-objects.ts'
import { objectNames } from './build-job.ts'

/** What is in a build's namespace now, as far as it was told. */
export interface BuildScene {
  readonly job: V1Job | undefined
  readonly pod: V1Pod | undefined
  readonly events: readonly CoreV1Event[]
  /** The Job is there no more: each build has one before it is watched. */
  readonly isGone: boolean
}

export interface NamespaceWatch {
  scene(): BuildScene
  /** The first answer of `read` that is not undefined, now or after a change. Rejects with the signal's reason. */
  until<T>(read: (scene: BuildScene) => T | undefined): Promise<T>
}

/**
 * Watches Job, pod and events of one build. Every connection begins with all that is there, so that a lost one loses nothing: nor
 * that the Job went meanwhile.
 */
export function watchNamespace(deps: {
  api: Pick<KubernetesApi, 'find' | 'stream'>
  namespace: string
  buildId: string
  signal: AbortSignal
  onError: (error: unknown) => void
}): NamespaceWatch {
  const { api, namespace, buildId, signal, onError } = deps
  let scene: BuildScene = { job: undefined, pod: undefined, events: [], isGone: false }
  const waiting = new Set<() => void>()
  const change = (part: Partial<BuildScene>) => {
    scene = { ...scene, ...part }
    for (const wake of [...waiting]) wake()
  }

  const ofBuild = { api, namespace, labels: `${labels.build}=${buildId}`, onError }
  const pods = watchObjects<V1Pod>({
    ...ofBuild,
    kind: 'Pod',
    onChange: (pod, isGone) => change({ pod: isGone ? asDeleted(pod) : pod }),
  })
  const jobs = watchObjects<V1Job>({
    ...ofBuild,
    kind: 'Job',
    // What it says of its pod means something to whoever knows the pod.
    onChange: (job, isGone) =>
      void pods.listed.then(() => change(isGone ? { job: undefined, isGone } : { job })),
  })
  const events = watchObjects<CoreV1Event>({
    ...{ api, namespace, onError },
    kind: 'Event',
    onChange: (event, isGone) => {
      if (isGone || !event.involvedObject.name?.startsWith(objectNames(buildId).job)) return
      const others = scene.events.filter(one => one.metadata?.uid !== event.metadata?.uid)
      change({ events: [...others, event].slice(-mostEvents) })
    },
  })
  void jobs.listed.then(() => {
    if (!signal.aborted && jobs.items().length === 0) change({ isGone: true })
  })
  const end = () => {
    for (const one of [jobs, pods, events]) void one.dispose()
  }
  if (signal.aborted) end()
  signal.addEventListener('abort', end, { once: true })

  return {
    scene: () => scene,
    until: read =>
      new Promise((resolve, reject) => {
        const settle = () => {
          waiting.delete(look)
          signal.removeEventListener('abort', look)
        }
        const look = () => {
          if (signal.aborted) {
            settle()
            return reject(signal.reason)
          }
          const found = read(scene)
          if (found === undefined) return
          settle()
          resolve(found)
        }
        waiting.add(look)
        signal.addEventListener('abort', look)
        look()
      }),
  }
}

const mostEvents = 100

const asDeleted = (pod: V1Pod): V1Pod => ({
  ...pod,
  metadata: { ...pod.metadata, deletionTimestamp: pod.metadata?.deletionTimestamp ?? new Date() },
})
