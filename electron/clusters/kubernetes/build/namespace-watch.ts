import { setTimeout as delay } from 'node:timers/promises'
import type { CoreV1Event, KubernetesObject, V1Job, V1Pod } from '@kubernetes/client-node'
import type { KubernetesApi } from '../api.ts'
import { labels } from '../names.ts'
import { type Kind, toPath } from '../objects.ts'
import { readLines } from '../read-lines.ts'
import { objectNames } from './build-job.ts'

/** What is in a build's namespace now, as far as it was told. */
export interface BuildScene {
  readonly job: V1Job | undefined
  readonly pod: V1Pod | undefined
  readonly events: readonly CoreV1Event[]
  /** The Job was there and is there no more. */
  readonly isGone: boolean
}

export interface NamespaceWatch {
  scene(): BuildScene
  /** The first answer of `read` that is not undefined, now or after a change. Rejects with the signal's reason. */
  until<T>(read: (scene: BuildScene) => T | undefined): Promise<T>
}

const retryMs = 1000

/** Watches Job, pod and events of one build. Every connection begins with all that is there, so that a lost one loses nothing. */
export function watchNamespace(deps: {
  api: KubernetesApi
  namespace: string
  buildId: string
  signal: AbortSignal
  onError: (error: unknown) => void
}): NamespaceWatch {
  const { api, namespace, buildId, signal } = deps
  let scene: BuildScene = { job: undefined, pod: undefined, events: [], isGone: false }
  const waiting = new Set<() => void>()
  const change = (part: Partial<BuildScene>) => {
    scene = { ...scene, ...part }
    for (const wake of [...waiting]) wake()
  }

  const watch = async <T extends KubernetesObject>(
    kind: Kind,
    onChange: (type: string, object: T) => void,
  ) => {
    while (!signal.aborted) {
      try {
        const labelSelector = kind === 'Event' ? undefined : `${labels.build}=${buildId}`
        const query = { watch: true, timeoutSeconds: 280, labelSelector }
        const stream = await api.stream(toPath(kind, { namespace }), query, signal)
        for await (const lines of readLines(stream)) {
          for (const line of lines) {
            const { type, object } = JSON.parse(line) as { type: string; object: T }
            if (type !== 'ERROR' && type !== 'BOOKMARK') onChange(type, object)
          }
        }
      } catch (error) {
        if (signal.aborted) return
        deps.onError(error)
      }
      await delay(retryMs, undefined, { signal }).catch(() => undefined)
    }
  }

  void watch<V1Job>('Job', (type, job) => {
    change(type === 'DELETED' ? { job: undefined, isGone: true } : { job })
  })
  void watch<V1Pod>('Pod', (type, pod) => {
    if (type !== 'DELETED') change({ pod })
  })
  void watch<CoreV1Event>('Event', (_, event) => {
    if (!event.involvedObject.name?.startsWith(objectNames(buildId).job)) return
    const others = scene.events.filter(one => one.metadata?.uid !== event.metadata?.uid)
    change({ events: [...others, event].slice(-mostEvents) })
  })

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
