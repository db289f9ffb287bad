import type { V1Deployment, V1Pod, V1ReplicaSet } from '@kubernetes/client-node'
import type { Failure } from '../../../../shared/domain/failure.ts'
import type { Instance } from '../../driver.ts'
import { appStatus, isActive, isReady, isSameRun, portOfPod, type RunKey, toMs, toRunKey } from './pods.ts'

/** What is there of a deployment. */
export interface RolloutObjects {
  readonly deployment: V1Deployment
  readonly replicaSets: readonly V1ReplicaSet[]
  readonly pods: readonly V1Pod[]
}

/** What should run, by the labels of the Deployment's template; undefined for one that is scaled to zero. */
export function toTarget({ deployment }: RolloutObjects): RunKey | undefined {
  if ((deployment.spec?.replicas ?? 1) === 0) return undefined
  return toRunKey(deployment.spec?.template.metadata?.labels)
}

export const podsOf = ({ pods }: RolloutObjects, run: RunKey): V1Pod[] =>
  pods.filter(pod => isSameRun(toRunKey(pod.metadata?.labels), run))

/** All of it runs as it should, and nothing else does. */
export function isComplete({ deployment, replicaSets }: RolloutObjects): boolean {
  const { replicas = 1 } = deployment.spec ?? {}
  const { updatedReplicas = 0, availableReplicas = 0, replicas: there = 0 } = deployment.status ?? {}
  const target = toRunKey(deployment.spec?.template.metadata?.labels)
  return (
    hasBeenComplete(deployment) &&
    updatedReplicas === replicas &&
    there === replicas &&
    availableReplicas === replicas &&
    target !== undefined &&
    olderSets({ replicaSets, target }).length === 0
  )
}

/** The rollout came to its end at some time; what is not ready since then is the kubelet's to bring back. */
export function hasBeenComplete({ metadata, status }: V1Deployment): boolean {
  const progressing = status?.conditions?.find(one => one.type === 'Progressing')
  return (
    progressing?.reason === 'NewReplicaSetAvailable' &&
    (status?.observedGeneration ?? 0) >= (metadata?.generation ?? 1)
  )
}

/** ReplicaSets of other runs that still have pods to run. */
function olderSets({ replicaSets, target }: { replicaSets: readonly V1ReplicaSet[]; target: RunKey }) {
  return replicaSets.filter(
    one =>
      (one.spec?.replicas ?? 0) > 0 && !isSameRun(toRunKey(one.spec?.template?.metadata?.labels), target),
  )
}

/**
 * The run that should be there, always, and older ones that still serve. `failure`: why the target does not become ready;
 * `isEnded`: and never will.
 */
export function toInstances(
  objects: RolloutObjects,
  trouble: { failure: Failure; isEnded: boolean } | undefined,
): Instance[] {
  const target = toTarget(objects)
  if (target === undefined) return []
  const ready = isComplete(objects) ? podsOf(objects, target).filter(isReady) : []
  const older = olderSets({ replicaSets: objects.replicaSets, target }).flatMap(set => {
    const run = toRunKey(set.spec?.template?.metadata?.labels)
    return run === undefined
      ? []
      : podsOf(objects, run)
          .filter(isReady)
          .map(pod => toReady(pod, run))
  })
  if (ready.length > 0) return [...ready.map(pod => toReady(pod, target)), ...older]
  return [toPending(objects, target, trouble), ...older]
}

function toReady(pod: V1Pod, run: RunKey): Instance {
  const status = appStatus(pod)
  const startedAt = toMs(status?.state?.running?.startedAt) ?? toMs(pod.metadata?.creationTimestamp) ?? 0
  const since = pod.status?.conditions?.find(one => one.type === 'Ready')?.lastTransitionTime
  return {
    ...run,
    state: 'ready',
    name: pod.metadata?.name ?? '',
    startedAt,
    readyAt: toMs(since) ?? startedAt,
    exitedAt: null,
    port: portOfPod(pod),
    fixedPort: null,
    restarts: status?.restartCount ?? 0,
    failure: null,
  }
}

function toPending(
  objects: RolloutObjects,
  run: RunKey,
  trouble: { failure: Failure; isEnded: boolean } | undefined,
): Instance {
  const { deployment } = objects
  const pod = podsOf(objects, run).find(isActive)
  const progressing = deployment.status?.conditions?.find(one => one.type === 'Progressing')
  const wasReady = hasBeenComplete(deployment)
  const isEnded = trouble?.isEnded === true && !wasReady
  const createdAt = toMs(pod?.metadata?.creationTimestamp ?? deployment.metadata?.creationTimestamp) ?? 0
  return {
    ...run,
    state: isEnded ? 'exited' : 'starting',
    name: pod?.metadata?.name ?? '',
    startedAt: createdAt,
    readyAt: wasReady ? (toMs(progressing?.lastUpdateTime) ?? createdAt) : null,
    exitedAt: isEnded ? createdAt : null,
    port: null,
    fixedPort: null,
    restarts: pod === undefined ? 0 : (appStatus(pod)?.restartCount ?? 0),
    failure: trouble?.failure ?? null,
  }
}
