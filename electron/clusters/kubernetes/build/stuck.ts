import type { Failure } from '../../../../shared/domain/failure.ts'
import type { BuildLimits } from './build-namespace.ts'
import { toSentence } from './limit-failures.ts'
import type { BuildScene } from './namespace-watch.ts'

/** Why a build does not get on. `isPatient`: it may by itself, and is given some time. */
export interface Obstacle {
  readonly failure: Failure
  readonly isPatient: boolean
  /** It is the volume with what earlier builds left. */
  readonly isOfState?: boolean
}

const ofVolumes = ['FailedMount', 'FailedAttachVolume']
const hopeless = ['InvalidImageName', 'ErrImageNeverPull', 'CreateContainerConfigError', 'ImagePullBackOff']

/** What keeps the pod from starting. Undefined: nothing does. */
export function findObstacle({ pod, events }: BuildScene, limits: BuildLimits): Obstacle | undefined {
  if (pod === undefined) {
    const refused = events.findLast(event => event.reason === 'FailedCreate')
    return refused === undefined ? undefined : toRefusal(refused.message ?? '', limits)
  }
  const { initContainerStatuses = [], containerStatuses = [] } = pod.status ?? {}
  const statuses = [...initContainerStatuses, ...containerStatuses]
  const volume = pod.spec?.volumes?.find(one => one.persistentVolumeClaim !== undefined)
  const hasBegun = statuses.some(({ state }) => (state?.running ?? state?.terminated) !== undefined)
  const scheduled = pod.status?.conditions?.find(one => one.type === 'PodScheduled')
  const isUnschedulable = scheduled?.status === 'False' && scheduled.reason === 'Unschedulable'
  if (volume !== undefined && !hasBegun) {
    const why =
      isUnschedulable && /volume/i.test(scheduled.message ?? '')
        ? scheduled.message
        : events.findLast(event => ofVolumes.includes(event.reason ?? ''))?.message
    if (why !== undefined) return toVolumeObstacle(why)
  }
  if (isUnschedulable) return toNoNode(toSentence(scheduled.message ?? ''))
  for (const { image, state } of statuses) {
    const reason = state?.waiting?.reason
    if (reason === undefined || !hopeless.includes(reason)) continue
    const why = events.findLast(event => event.reason === 'Failed' && event.message?.includes(image))?.message
    return {
      isPatient: false,
      failure: {
        code: 'image_unavailable',
        message: `The nodes cannot pull ${image}, which builds need: ${toSentence(shorten(why ?? state?.waiting?.message ?? reason))}.`,
        hint: 'Set another builder image or git image for the cluster, or let its nodes reach that registry.',
      },
    }
  }
  return undefined
}

/** Such as `0/2 nodes are available: 1 Insufficient cpu, 1 node(s) had untolerated taint(s)`: what room helps with comes first. */
function toNoNode(why: string): Obstacle {
  const isRoom = /Insufficient|Too many pods/i.test(why)
  return {
    isPatient: true,
    failure: {
      code: 'unschedulable',
      message: `No node ${isRoom ? 'has room for' : 'takes'} the build: ${why}.`,
      hint: isRoom
        ? 'A build asks for a quarter of a CPU and 512 MiB. Make room on the nodes, then deploy again.'
        : 'Ask whoever runs the cluster for a node that takes pods without tolerations or selectors of their own, then deploy again.',
    },
  }
}

const toVolumeObstacle = (why: string): Obstacle => ({
  isPatient: true,
  isOfState: true,
  failure: {
    code: 'unschedulable',
    message: `The volume with what earlier builds left cannot be had: ${toSentence(shorten(why))}.`,
    hint: 'Deploy again without the cache, which does without it.',
  },
})

function toRefusal(message: string, limits: BuildLimits): Obstacle {
  if (/exceeded quota/.test(message)) {
    return {
      isPatient: true,
      failure: {
        code: 'quota_exceeded',
        message: `A quota of the cluster does not let the build begin: ${toSentence(message)}.`,
        hint: `A build may take ${limits.buildCpu} CPUs and ${limits.buildMemory} GiB. Ask whoever runs the cluster for more room.`,
      },
    }
  }
  return {
    isPatient: false,
    failure: {
      code: 'cluster_unfit',
      message: `The cluster does not let the build's pod be made: ${toSentence(message)}.`,
      hint: /violates PodSecurity/.test(message)
        ? 'Ask whoever runs the cluster to label the namespace pod-security.kubernetes.io/enforce=baseline, as builds need it. Images that are there already can be deployed without.'
        : 'Ask whoever runs the cluster to allow it; the page of the cluster says what builds need.',
    },
  }
}

/** Of an error that wraps others, the innermost. */
const shorten = (text: string): string =>
  text
    .split(/: (?=[a-z])/)
    .slice(-2)
    .join(': ')
