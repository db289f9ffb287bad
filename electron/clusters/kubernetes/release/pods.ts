import type { KubernetesObject, V1ContainerStatus, V1Pod } from '@kubernetes/client-node'
import { labels } from '../names.ts'
import { containerName } from './manifests.ts'

/** Which run of which release a pod or a ReplicaSet's pods are. */
export interface RunKey {
  readonly releaseId: string
  readonly run: number
}

export function toRunKey(found: Readonly<Record<string, string>> | undefined): RunKey | undefined {
  const releaseId = found?.[labels.release]
  const run = Number(found?.[labels.run])
  return releaseId === undefined || !Number.isInteger(run) ? undefined : { releaseId, run }
}

export const isSameRun = (one: RunKey | undefined, other: RunKey): boolean =>
  one?.releaseId === other.releaseId && one.run === other.run

/** Whose it is: an instance, or the command of a release. */
export const deploymentOf = ({ metadata }: KubernetesObject): string | undefined =>
  metadata?.labels?.[labels.deployment] ?? metadata?.labels?.[labels.commandOf]

export const appStatus = (pod: V1Pod): V1ContainerStatus | undefined =>
  pod.status?.containerStatuses?.find(one => one.name === containerName)

/** Neither ended nor about to. */
export const isActive = (pod: V1Pod): boolean =>
  pod.metadata?.deletionTimestamp === undefined &&
  pod.status?.phase !== 'Failed' &&
  pod.status?.phase !== 'Succeeded'

export const isReady = (pod: V1Pod): boolean =>
  isActive(pod) && findCondition(pod, 'Ready')?.status === 'True'

export const findCondition = (pod: V1Pod, type: string) =>
  pod.status?.conditions?.find(one => one.type === type)

export const portOfPod = (pod: V1Pod): number | null =>
  pod.spec?.containers.find(one => one.name === containerName)?.ports?.[0]?.containerPort ?? null

/** UTC milliseconds of a time of the API, which comes as text. */
export const toMs = (time: Date | string | undefined): number | undefined =>
  time === undefined ? undefined : new Date(time).getTime()
