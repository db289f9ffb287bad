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

/**
 * The rollout came to its end at some time; what is not ready since then is the kubelet's to bring back. Another number of
 * instances begins no new one, though the cluster takes a moment to see it.
 */
export function hasBeenComplete({ deployment, replicaSets }: Omit<RolloutObjects, 'pods'>): boolean {
  const { metadata, status } = deployment
  const progressing = status?.conditions?.find(one => one.type === 'Progressing')
  if (progressing?.reason !== 'NewReplicaSetAvailable') return false
  if ((status?.observedGeneration ?? 0) >= (metadata?.generation ?? 1)) return true
  const target = toRunKey(deployment.spec?.template.metadata?.labels)
  const revision = revisionOf(deployment)
  return (
    target !== undefined &&
    revision !== undefined &&
    replicaSets.some(
      set =>
        revisionOf(set) === revision && isSameRun(toRunKey(set.spec?.template?.metadata?.labels), target),
    )
  )
}

/** The number that the cluster gives to each template; the Deployment's is of the one that it has seen last. */
const revisionOf = ({ metadata }: V1Deployment | V1ReplicaSet): string | undefined =>
  metadata?.annotations?.['deployment.kubernetes.io/revision']

/** Nothing of another run is there any more either. */
const hasArrived = (objects: RolloutObjects, target: RunKey): boolean =>
  hasBeenComplete(objects) && olderSets({ replicaSets: objects.replicaSets, target }).length === 0

/** ReplicaSets of other runs that still have pods to run. */
function olderSets({ replicaSets, target }: { replicaSets: readonly V1ReplicaSet[]; target: RunKey }) {
  return replicaSets.filter(
    one =>
      (one.spec?.replicas ?? 0) > 0 && !isSameRun(toRunKey(one.spec?.template?.metadata?.labels), target),
  )
}

/**
 * The run that should be there, always, and older ones that still serve. Before the rollout has come to its end, the target
 * is one instance that is not ready; after it, those that are ready, then one for each that lacks. `failure`: why the target
 * does not become ready; `isEnded`: and never will.
 */
export function toInstances(
  objects: RolloutObjects,
  trouble: { failure: Failure; isEnded: boolean } | undefined,
): Instance[] {
  const target = toTarget(objects)
  if (target === undefined) return []
  const ready = hasArrived(objects, target) ? podsOf(objects, target).filter(isReady) : []
  const outOf = objects.deployment.spec?.replicas ?? 1
  const older = olderSets({ replicaSets: objects.replicaSets, target }).flatMap(set => {
    const run = toRunKey(set.spec?.template?.metadata?.labels)
    return run === undefined
      ? []
      : podsOf(objects, run)
          .filter(isReady)
          .map(pod => toReady(pod, run))
  })
  if (ready.length === 0) return [{ ...toPending(objects, target, trouble), outOf }, ...older]
  const lacking = podsOf(objects, target).filter(pod => isActive(pod) && !isReady(pod))
  const pending = Array.from({ length: Math.max(outOf - ready.length, 0) }, (_, at) =>
    toPending(objects, target, trouble, lacking[at]),
  )
  return [
    ...[...ready.map(pod => toReady(pod, target)), ...pending].map(one => ({ ...one, outOf })),
    ...older,
  ]
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
  pod = podsOf(objects, run).find(isActive),
): Instance {
  const { deployment } = objects
  const progressing = deployment.status?.conditions?.find(one => one.type === 'Progressing')
  const wasReady = hasBeenComplete(objects)
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
