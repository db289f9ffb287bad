import type { V1Pod } from '@kubernetes/client-node'
import { SlipwayError } from '../../../../shared/domain/failure.ts'
import { templateLabel } from './objects.ts'

/** Why a pod of the registry is not ready. `isHopeless`: it will not be by itself. */
export interface RegistryObstacle {
  readonly error: SlipwayError
  readonly isHopeless: boolean
}

const again = 'Then install it again: it goes on from there.'

/** What keeps the pods of the newest template from being ready. Undefined: nothing that can be seen. */
export function findRegistryObstacle(
  pods: readonly V1Pod[],
  { app, wanted }: { app: string; wanted: string | undefined },
): RegistryObstacle | undefined {
  for (const pod of pods) {
    if (pod.metadata?.labels?.[templateLabel] !== wanted) continue
    const found = obstacleOf(pod, app)
    if (found !== undefined) return found
  }
  return undefined
}

/** Order is the specification: the first that applies. */
function obstacleOf(pod: V1Pod, app: string): RegistryObstacle | undefined {
  const scheduled = pod.status?.conditions?.find(one => one.type === 'PodScheduled')
  if (scheduled?.status === 'False' && scheduled.reason === 'Unschedulable') {
    return {
      isHopeless: false,
      error: new SlipwayError({
        code: 'unschedulable',
        message: `No node takes the registry: ${scheduled.message ?? ''}`,
        hint: `Make room for it, or for its volume. ${again}`,
      }),
    }
  }
  const { initContainerStatuses = [], containerStatuses = [] } = pod.status ?? {}
  const status = [...initContainerStatuses, ...containerStatuses].find(one => one.state?.waiting?.reason)
  const { reason, message = '' } = status?.state?.waiting ?? {}
  if (reason === 'ImagePullBackOff' || reason === 'InvalidImageName') {
    const option = status?.name === 'registry' ? '--registry-image' : '--registry-node-image'
    return {
      isHopeless: true,
      error: new SlipwayError({
        code: 'image_unavailable',
        message: `The nodes cannot pull ${status?.image}: ${message}`,
        hint: `Name another image with slipway cluster add CONTEXT ${option} REF. ${again}`,
      }),
    }
  }
  if (reason === 'CrashLoopBackOff') {
    const said = status?.lastState?.terminated?.message?.trim().split('\n').at(-1) ?? message
    return {
      isHopeless: true,
      error: new SlipwayError({
        code: 'start_exited',
        message: `The ${app === 'registry' ? 'registry' : 'path from a node'} ends when it starts: ${said}`,
        hint: `Mend what it names. ${again}`,
      }),
    }
  }
  return undefined
}
