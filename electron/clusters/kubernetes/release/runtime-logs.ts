import { setTimeout as delay } from 'node:timers/promises'
import type { V1ContainerStateTerminated, V1Pod } from '@kubernetes/client-node'
import type { LogRef, NewLogLine } from '../../../../shared/domain/log.ts'
import { isMissing } from '../api-failure.ts'
import { NodeLogError, readContainerLog } from '../container-log.ts'
import type { KubernetesContext } from '../kubernetes-deps.ts'
import { labels } from '../names.ts'
import { containerName } from './manifests.ts'
import type { Mask, Masks } from './masks.ts'
import { appStatus, deploymentOf, toMs } from './pods.ts'

const settleMs = 10_000
const retryMs = { first: 500, most: 20_000 }

/** One container that ran or runs in a pod: the first, or one that was started again in its place. */
interface Round {
  readonly pod: V1Pod
  readonly log: LogRef
  /** One for all containers of the pod: their times follow each other. */
  readonly source: string
  readonly restarts: number
}

/**
 * What the pods print, in the logs of their deployments. Each line comes there once: the position in the container's log is
 * kept with the lines, and whoever follows next goes on there.
 */
export function createRuntimeLogs(
  { api, logs, log: ownLog }: Pick<KubernetesContext, 'api' | 'logs' | 'log'>,
  masks: Masks,
) {
  const followers = new Map<string, Follower>()

  interface Follower {
    readonly deploymentId: string
    readonly end: AbortController
    /** As it was heard of last. */
    pod: V1Pod
    isGone: boolean
    /** All that its last container printed is kept. */
    isRead: boolean
    wake: () => void
    tellRead: () => void
    running: Promise<void>
  }

  const isOver = ({ pod, isGone }: Follower, restarts: number): boolean => {
    const status = appStatus(pod)
    return isGone || (status?.restartCount ?? 0) > restarts || status?.state?.terminated !== undefined
  }

  /** Every container of the pod, one after the other, until there is no next one. */
  const follow = async (follower: Follower): Promise<void> => {
    const { signal } = follower.end
    const isAtEnd = ({ isGone }: Follower) => isGone || signal.aborted
    const releaseId = follower.pod.metadata?.labels?.[labels.release] ?? ''
    const namespace = follower.pod.metadata?.namespace ?? ''
    const first = appStatus(follower.pod)?.restartCount ?? 0
    for (let restarts = Math.max(first - 1, 0); !isAtEnd(follower); restarts++) {
      await until(follower, () => hasBegun(follower.pod, restarts))
      follower.isRead = false
      let failures = 0
      while (!signal.aborted) {
        const wasOver = isOver(follower, restarts)
        try {
          const mask = await masks.of(namespace, releaseId)
          await readRound(toRound(follower.pod, restarts), mask, signal)
          if (wasOver) break
          failures = 0
        } catch (error) {
          if (signal.aborted || isMissing(error)) return
          ownLog.warn({ err: error, pod: follower.pod.metadata?.name }, 'a log could not be read')
          // A container that was collected has no log any more.
          if (wasOver && (isLogGone(error) || failures > 3)) break
        }
        if (!wasOver && isOver(follower, restarts)) continue
        const ms = Math.min(retryMs.first * 2 ** failures++, retryMs.most)
        await delay(ms, undefined, { signal }).catch(() => undefined)
      }
      if (isOver(follower, restarts)) {
        follower.isRead = true
        follower.tellRead()
      }
      await until(follower, () => (appStatus(follower.pod)?.restartCount ?? 0) > restarts)
      const ended = appStatus(follower.pod)?.lastState?.terminated
      const isNext = appStatus(follower.pod)?.restartCount === restarts + 1
      if (ended !== undefined && isNext && !isAtEnd(follower))
        await noteEnd(toRound(follower.pod, restarts), ended)
    }
  }

  const readRound = async (round: Round, mask: Mask, signal: AbortSignal): Promise<void> => {
    const { pod, log, source, restarts } = round
    const isPrevious = (appStatus(pod)?.restartCount ?? 0) > restarts
    let stored = (await logs.lastMark(log, source)) ?? 0
    const target = {
      namespace: pod.metadata?.namespace ?? '',
      pod: pod.metadata?.name ?? '',
      container: containerName,
      after: stored,
      isPrevious,
    }
    // What was read last is in what is asked for again, unless the cluster has dropped it since.
    let isResumed = hadBegun(pod, isPrevious, stored)
    for await (const batch of readContainerLog(api, target, signal)) {
      const [first] = batch
      const gap = isResumed && first !== undefined && first.position > stored ? [toGap(stored, first.at)] : []
      isResumed &&= first === undefined
      const news = batch.filter(line => line.position > stored)
      const last = news.at(-1)
      if (last === undefined) continue
      const lines = news.map(
        ({ at, text }): NewLogLine => ({
          ...{ at, stream: 'stdout', text: mask(text), isPartial: false },
          instance: toShortName(pod),
        }),
      )
      await logs.append(log, [...gap, ...lines], { source, position: last.position })
      stored = last.position
    }
  }

  const noteEnd = async (
    { pod, log, source, restarts }: Round,
    ended: V1ContainerStateTerminated,
  ): Promise<void> => {
    const mark = { source: `${source}/ends`, position: restarts + 1 }
    if (((await logs.lastMark(log, mark.source)) ?? 0) >= mark.position) return
    const why = ended.reason === 'OOMKilled' ? 'took more memory than its limit' : 'ended'
    const text = `The app ${why} (exit code ${ended.exitCode}); the cluster starts it again`
    const at = toMs(ended.finishedAt) ?? 0
    const line = { at, stream: 'platform', text, isPartial: false, instance: toShortName(pod) } as const
    await logs.append(log, [line], mark)
  }

  const until = (follower: Follower, isMet: () => boolean): Promise<void> =>
    new Promise(resolve => {
      const look = () => {
        if (!isMet() && !follower.isGone && !follower.end.signal.aborted) return
        follower.wake = () => undefined
        resolve()
      }
      follower.wake = look
      look()
    })

  const stop = async (follower: Follower): Promise<void> => {
    follower.end.abort()
    follower.wake()
    await follower.running
  }

  /** A pod came, changed or went. One that went is read to its end. */
  const see = (pod: V1Pod, isGone: boolean): void => {
    const uid = pod.metadata?.uid ?? ''
    const deploymentId = deploymentOf(pod)
    if (deploymentId === undefined) return
    const known = followers.get(uid)
    if (known !== undefined) {
      known.pod = pod
      known.isGone ||= isGone
      known.wake()
      return
    }
    if (isGone) return
    const follower: Follower = {
      deploymentId,
      end: new AbortController(),
      pod,
      isGone: false,
      isRead: false,
      wake: () => undefined,
      tellRead: () => undefined,
      running: Promise.resolve(),
    }
    followers.set(uid, follower)
    follower.running = follow(follower)
      .catch(error => {
        if (!follower.end.signal.aborted)
          ownLog.warn({ err: error, pod: pod.metadata?.name }, 'a log could not be kept')
      })
      .finally(() => {
        if (follower.isGone || follower.end.signal.aborted) followers.delete(uid)
      })
  }

  return {
    see,

    /** Resolves when all that a pod printed which has ended is kept, or could not be read within a few seconds. */
    async settle(pod: V1Pod): Promise<void> {
      see(pod, false)
      const follower = followers.get(pod.metadata?.uid ?? '')
      if (follower === undefined || follower.isRead) return
      const read = new Promise<void>(resolve => {
        follower.tellRead = resolve
      })
      const end = new AbortController()
      const limit = delay(settleMs, undefined, { signal: end.signal }).catch(() => undefined)
      await Promise.race([read, follower.running, limit])
      end.abort()
    },

    /** Nothing more is written to the log of the deployment. */
    async end(deploymentId: string): Promise<void> {
      await Promise.all([...followers.values()].filter(one => one.deploymentId === deploymentId).map(stop))
    },

    async dispose(): Promise<void> {
      await Promise.all([...followers.values()].map(stop))
    },
  }
}

/** Whether the container had begun when it printed what was read last, as far as the API's whole seconds tell. */
function hadBegun(pod: V1Pod, isPrevious: boolean, position: number): boolean {
  const status = appStatus(pod)
  const state = isPrevious ? status?.lastState : status?.state
  const startedAt = toMs((state?.running ?? state?.terminated)?.startedAt)
  return startedAt !== undefined && startedAt + 1000 <= position / 1000
}

/** What tells the pods of one deployment apart: the end of their names. */
const toShortName = ({ metadata }: V1Pod): string => metadata?.name?.split('-').at(-1) ?? ''

/** `position`: of the last line before it. `until`: UTC milliseconds. */
function toGap(position: number, until: number): NewLogLine {
  const at = Math.floor(position / 1000)
  const [from, to] = [at, until].map(ms => new Date(ms).toISOString().replace('T', ' ').replace('Z', ''))
  const text = `From ${from} to ${to} UTC lines are missing: the cluster dropped them before they were read`
  return { at, stream: 'platform', text, isPartial: false }
}

const isLogGone = (error: unknown): boolean => error instanceof NodeLogError && error.isGone

const hasBegun = (pod: V1Pod, restarts: number): boolean => {
  const status = appStatus(pod)
  if (status === undefined || status.restartCount < restarts) return false
  if (status.restartCount > restarts) return true
  return status.state?.running !== undefined || status.state?.terminated !== undefined
}

function toRound(pod: V1Pod, restarts: number): Round {
  const id = deploymentOf(pod) ?? ''
  return {
    pod,
    log: { kind: 'runtime', id },
    source: `${pod.metadata?.uid}/${containerName}`,
    restarts,
  }
}
