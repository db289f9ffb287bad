import type { CoreV1Event, V1Pod } from '@kubernetes/client-node'
import { expect, test } from 'vitest'
import { defaultLimits } from '../../../../shared/domain/cluster-limits.ts'
import { findObstacle } from './stuck.ts'

const pod = (status: V1Pod['status'], usesVolume = true): V1Pod => ({
  spec: {
    containers: [],
    volumes: usesVolume ? [{ name: 'kept', persistentVolumeClaim: { claimName: 'state' } }] : [],
  },
  ...(status && { status }),
})
const event = (reason: string, message: string): CoreV1Event => ({
  ...{ reason, message, metadata: {}, involvedObject: {} },
})
const unschedulable = (message: string) => ({
  conditions: [{ type: 'PodScheduled', status: 'False', reason: 'Unschedulable', message }],
})
const find = (one: V1Pod, ...events: CoreV1Event[]) => {
  const obstacle = findObstacle({ job: undefined, pod: one, events, isGone: false }, defaultLimits)
  return obstacle && [obstacle.isOfState === true, obstacle.failure.message]
}

test('a volume that cannot be had is told from a cluster that has no room', () => {
  const conflict = unschedulable('0/3 nodes are available: 3 node(s) had volume node affinity conflict.')
  expect(find(pod(conflict))).toEqual([true, expect.stringContaining('volume node affinity conflict')])
  expect(find(pod(unschedulable('0/3 nodes are available: 3 Insufficient cpu.')))).toEqual([
    false,
    expect.stringContaining('No node has room'),
  ])
  expect(find(pod(conflict, false))).toEqual([false, expect.any(String)])
})

test('a volume that another node has is in the way until something of the pod runs', () => {
  const attach = event('FailedAttachVolume', 'Multi-Attach error for volume "pvc-1"')
  expect(find(pod({}), attach)).toEqual([true, expect.stringContaining('Multi-Attach error')])
  expect(find(pod({}, false), attach)).toBeUndefined()
  const image = { name: 'fetch', image: 'git', imageID: '', ready: false, restartCount: 0 }
  const begun = { initContainerStatuses: [{ ...image, state: { running: {} } }] }
  expect(find(pod(begun), attach)).toBeUndefined()
})
