import type {
  KubernetesObject,
  V1Deployment,
  V1Job,
  V1PersistentVolume,
  V1PersistentVolumeClaim,
  V1Pod,
  V1StatefulSet,
} from '@kubernetes/client-node'
import {
  type Amounts,
  addAmounts,
  byName,
  foundOf,
  mostDeployments,
  noAmounts,
  type Part,
  type SurveyedDeployment,
  type SurveyedThings,
  type SurveyedVolumes,
  volumePurposes,
} from '../../../../shared/domain/survey.ts'
import { labels } from '../names.ts'
import { toNumber } from '../quantity.ts'
import { installed } from '../registry/names.ts'
import { isReady } from '../release/pods.ts'
import { toAmounts } from './amounts.ts'

/** What a pod takes, by the deployment whose instance it is; none for builds and a registry. */
export interface PodUse extends Amounts {
  readonly deploymentId: string | undefined
}

/** Of Slipway, as the cluster lists it. */
export interface FoundThings {
  readonly scope: SurveyedThings['scope']
  readonly apps: readonly V1Deployment[]
  readonly databases: readonly V1StatefulSet[]
  readonly jobs: readonly V1Job[]
  /** That neither ended. */
  readonly pods: readonly V1Pod[]
  readonly claims: readonly V1PersistentVolumeClaim[]
  /** With what builds leave. */
  readonly states: readonly V1PersistentVolume[]
  readonly use: Part<readonly PodUse[]>
}

export function toThings(found: FoundThings): SurveyedThings {
  const { apps, databases, pods, jobs, use } = found
  const isOfDeployment = ({ metadata }: KubernetesObject) =>
    metadata?.labels?.[labels.deployment] !== undefined && metadata.deletionTimestamp === undefined
  const podsOf = groupBy(pods, deploymentOf)
  const uses = foundOf(use)
  const usesOf = uses && groupBy(uses, one => one.deploymentId)
  const toDeployment = (one: V1Deployment | V1StatefulSet, isDatabase: boolean): SurveyedDeployment => {
    const { id, name } = toKey(one)
    const own = podsOf.get(id) ?? []
    return {
      id,
      name,
      isDatabase,
      instances: one.spec?.replicas ?? 1,
      ready: own.filter(isReady).length,
      requests: sum(own, 'requests'),
      limits: sum(own, 'limits'),
      use: usesOf === undefined ? null : (usesOf.get(id) ?? []).reduce<Amounts>(addAmounts, noAmounts),
    }
  }
  const deployments = [
    ...apps.filter(isOfDeployment).map(one => toDeployment(one, false)),
    ...databases.filter(isOfDeployment).map(one => toDeployment(one, true)),
  ].sort(byName)
  return {
    scope: found.scope,
    deployments: deployments.slice(0, mostDeployments),
    count: deployments.length,
    instances: deployments.reduce((all, one) => all + one.ready, 0),
    builds: jobs.filter(isRunning).length,
    volumes: toVolumes(found),
    requests: sum(pods, 'requests'),
    limits: sum(pods, 'limits'),
    use: 'missing' in use ? use : { found: use.found.reduce<Amounts>(addAmounts, noAmounts) },
  }
}

/** Of an instance; pods of builds bear the label of their deployment, too. */
export const deploymentOf = ({ metadata }: KubernetesObject): string | undefined =>
  metadata?.labels?.[labels.release] === undefined ? undefined : metadata.labels[labels.deployment]

const toKey = ({ metadata }: KubernetesObject) => ({
  id: metadata?.labels?.[labels.deployment] ?? '',
  name: metadata?.labels?.[labels.name] ?? metadata?.name ?? '',
})

/** Until it has ended one way or the other, whether or not its pod has begun. */
const isRunning = ({ metadata, status }: V1Job): boolean =>
  metadata?.labels?.[labels.build] !== undefined &&
  metadata.deletionTimestamp === undefined &&
  !(status?.conditions ?? []).some(
    one => (one.type === 'Complete' || one.type === 'Failed') && one.status === 'True',
  )

const sum = (pods: readonly V1Pod[], side: 'requests' | 'limits'): Amounts =>
  pods.map(pod => toAmounts(pod, side)).reduce(addAmounts, noAmounts)

function toVolumes({ claims, states }: FoundThings): SurveyedVolumes[] {
  const sizes = [
    ...claims.flatMap(claim => {
      const purpose = toPurpose(claim)
      const size = claim.status?.capacity?.storage ?? claim.spec?.resources?.requests?.storage
      return purpose === undefined ? [] : { purpose, bytes: toNumber(size) }
    }),
    ...states.map(({ spec }) => ({
      purpose: 'build-state' as const,
      bytes: toNumber(spec?.capacity?.storage),
    })),
  ]
  return volumePurposes.flatMap(purpose => {
    const own = sizes.filter(one => one.purpose === purpose)
    return own.length === 0
      ? []
      : { purpose, count: own.length, bytes: own.reduce((all, one) => all + one.bytes, 0) }
  })
}

/** Claims of build states come and go with builds: their volumes are counted. */
function toPurpose({ metadata }: V1PersistentVolumeClaim): SurveyedVolumes['purpose'] | undefined {
  const marks = metadata?.labels ?? {}
  if (metadata?.namespace === installed.namespace) return 'registry'
  if (marks[labels.keptOf] !== undefined) return 'kept'
  return marks[labels.deployment] !== undefined && marks[labels.build] === undefined ? 'database' : undefined
}

function groupBy<T>(items: readonly T[], keyOf: (item: T) => string | undefined): Map<string, T[]> {
  const groups = new Map<string, T[]>()
  for (const item of items) {
    const key = keyOf(item)
    if (key === undefined) continue
    const group = groups.get(key)
    if (group === undefined) groups.set(key, [item])
    else group.push(item)
  }
  return groups
}
