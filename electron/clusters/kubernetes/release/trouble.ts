import type { V1ContainerStateTerminated, V1Deployment, V1Pod } from '@kubernetes/client-node'
import { appStatus, findCondition, isActive, toMs } from './pods.ts'

/** Why a run does not become ready, as the objects tell it. */
export type Trouble = {
  /** It does not get better by itself. */
  readonly isDefinite: boolean
  /** The pod that shows it. */
  readonly pod?: V1Pod
} & (
  | { readonly kind: 'image'; readonly image: string; readonly detail: string }
  | { readonly kind: 'user' | 'settings' | 'command'; readonly detail: string }
  | {
      readonly kind: 'crash'
      readonly exitCode: number
      /** Its image names root, or a user by name: it runs as another one here. */
      readonly isOtherUser: boolean
      /** It is a database, whose user is its own. */
      readonly isOfAddOn: boolean
      readonly restarts: number
      readonly isRunning: boolean
    }
  | {
      readonly kind: 'memory'
      readonly limit: string
      readonly restarts: number
      readonly isRunning: boolean
    }
  /** `path`: where it is asked for more than a connection. */
  | {
      readonly kind: 'silent'
      readonly port: number
      readonly path?: string | undefined
      readonly limitMs: number
    }
  | {
      readonly kind: 'quota' | 'size' | 'refused' | 'unschedulable' | 'evicted' | 'late'
      readonly detail: string
    }
)

export interface TroubleFacts {
  readonly now: number
  readonly deployment: V1Deployment
  /** Of the run. */
  readonly pods: readonly V1Pod[]
  readonly limits: RolloutLimits
}

export interface RolloutLimits {
  /** How long an app may take to listen. */
  readonly startMs: number
  /** How long a pod may wait for a place. */
  readonly placeMs: number
}
export const defaultRolloutLimits: RolloutLimits = { startMs: 60_000, placeMs: 60_000 }

type Check = (facts: TroubleFacts) => Trouble | undefined

/** Order is the specification: the first that applies. */
const checks: readonly Check[] = [
  facts => firstOf(facts, findWaiting),
  facts => firstOf(facts, findCrash),
  facts => firstOf(facts, findSilence),
  findRefusal,
  facts => firstOf(facts, findNoPlace),
  findEviction,
  findDelay,
]

export function findTrouble(facts: TroubleFacts): Trouble | undefined {
  for (const check of checks) {
    const found = check(facts)
    if (found) return found
  }
  return undefined
}

/** When time alone will tell more; UTC milliseconds. */
export function nextLookAt({ pods, limits }: TroubleFacts): number | undefined {
  const times = pods.filter(isActive).flatMap(pod => {
    const status = appStatus(pod)
    const running = status?.started ? undefined : toMs(status?.state?.running?.startedAt)
    const unplaced = toMs(noPlaceSince(pod))
    return [
      ...(running === undefined ? [] : [running + limits.startMs]),
      ...(unplaced === undefined ? [] : [unplaced + limits.placeMs]),
    ]
  })
  return times.length === 0 ? undefined : Math.min(...times)
}

type PodCheck = (pod: V1Pod, facts: TroubleFacts) => Trouble | undefined

function firstOf(facts: TroubleFacts, check: PodCheck): Trouble | undefined {
  for (const pod of facts.pods.filter(isActive)) {
    const found = check(pod, facts)
    if (found) return { ...found, pod }
  }
  return undefined
}

function findWaiting(pod: V1Pod): Trouble | undefined {
  const status = appStatus(pod)
  const { reason, message: detail = '' } = status?.state?.waiting ?? {}
  const image = pod.spec?.containers[0]?.image ?? ''
  switch (reason) {
    case 'ErrImagePull':
      return {
        kind: 'image',
        isDefinite: /not found|unauthorized|forbidden|denied/i.test(detail),
        image,
        detail,
      }
    case 'ImagePullBackOff':
    case 'InvalidImageName':
    case 'ErrImageNeverPull':
      return { kind: 'image', isDefinite: true, image, detail }
    case 'CreateContainerConfigError':
      return { kind: /root|non-numeric/.test(detail) ? 'user' : 'settings', isDefinite: true, detail }
    case 'CreateContainerError':
    case 'RunContainerError':
      return { kind: 'command', isDefinite: true, detail }
    default:
      return undefined
  }
}

/** An app that ended once may have waited for another one. The second time is a loop. */
function findCrash(pod: V1Pod, { limits, deployment }: TroubleFacts): Trouble | undefined {
  const status = appStatus(pod)
  const ended = status?.state?.terminated ?? status?.lastState?.terminated
  if (status === undefined || ended === undefined) return undefined
  const restarts = status.restartCount
  const isRunning = status.state?.running !== undefined
  const isDefinite = restarts >= (isRunning ? 2 : 1) && status.started !== true
  if (isNeverStarted(ended)) return { kind: 'command', isDefinite, detail: ended.message ?? '' }
  if (ended.reason === 'OOMKilled') {
    const limit = pod.spec?.containers[0]?.resources?.limits?.memory ?? ''
    return { kind: 'memory', isDefinite, limit, restarts, isRunning }
  }
  // The kubelet itself ends what does not listen in time, whenever nobody looks.
  const ranMs = (toMs(ended.finishedAt) ?? 0) - (toMs(ended.startedAt) ?? 0)
  if (ranMs >= limits.startMs && isRunning && !status.started) return undefined
  const isOfAddOn = deployment.kind === 'StatefulSet'
  const isOtherUser = !isOfAddOn && pod.spec?.securityContext?.runAsUser !== undefined
  const whose = { isOtherUser, isOfAddOn }
  return { kind: 'crash', isDefinite, exitCode: ended.exitCode, restarts, isRunning, ...whose }
}

const isNeverStarted = (ended: V1ContainerStateTerminated): boolean =>
  ended.reason === 'StartError' || ended.reason === 'ContainerCannotRun'

function findSilence(pod: V1Pod, { now, limits }: TroubleFacts): Trouble | undefined {
  const status = appStatus(pod)
  const startedAt = toMs(status?.state?.running?.startedAt)
  if (startedAt === undefined || status?.started) return undefined
  if (now - startedAt < limits.startMs) return undefined
  const port = pod.spec?.containers[0]?.ports?.[0]?.containerPort ?? 0
  const path = pod.spec?.containers[0]?.startupProbe?.httpGet?.path
  return { kind: 'silent', isDefinite: true, port, path, limitMs: limits.startMs }
}

/** The cluster admits no pod; or no more of them, which may change when others have gone. */
function findRefusal({ deployment, pods }: TroubleFacts): Trouble | undefined {
  const refused = deployment.status?.conditions?.find(
    one => one.type === 'ReplicaFailure' && one.status === 'True',
  )
  const active = pods.filter(isActive).length
  if (refused === undefined || active >= (deployment.spec?.replicas ?? 1)) return undefined
  const detail = refused.message ?? ''
  if (/exceeded quota/.test(detail)) return { kind: 'quota', isDefinite: active === 0, detail }
  if (/maximum \w+ usage per /.test(detail)) return { kind: 'size', isDefinite: active === 0, detail }
  return { kind: 'refused', isDefinite: active === 0 && /forbidden|invalid/i.test(detail), detail }
}

function noPlaceSince(pod: V1Pod): Date | string | undefined {
  const scheduled = findCondition(pod, 'PodScheduled')
  return scheduled?.status === 'False' && scheduled.reason === 'Unschedulable'
    ? scheduled.lastTransitionTime
    : undefined
}

function findNoPlace(pod: V1Pod, { now, limits }: TroubleFacts): Trouble | undefined {
  const since = toMs(noPlaceSince(pod))
  if (since === undefined) return undefined
  const detail = findCondition(pod, 'PodScheduled')?.message ?? ''
  return { kind: 'unschedulable', isDefinite: now - since >= limits.placeMs, detail }
}

function findEviction({ pods }: TroubleFacts): Trouble | undefined {
  const evicted = pods.find(pod => pod.status?.reason === 'Evicted')
  if (evicted === undefined || pods.some(isActive)) return undefined
  return { kind: 'evicted', isDefinite: false, detail: evicted.status?.message ?? '' }
}

function findDelay({ deployment }: TroubleFacts): Trouble | undefined {
  const progressing = deployment.status?.conditions?.find(one => one.type === 'Progressing')
  if (progressing?.reason !== 'ProgressDeadlineExceeded') return undefined
  return { kind: 'late', isDefinite: true, detail: progressing.message ?? '' }
}
