import type { KubernetesObject, V1LimitRange, V1Namespace, V1ResourceQuota } from '@kubernetes/client-node'
import type { ClusterLimits } from '../../../../shared/domain/cluster-limits.ts'
import type { BuildOrder } from '../../driver.ts'
import { buildNamespace, labels, managed } from '../names.ts'
import { toCpus, toMebibytes } from '../release/tenant-bounds.ts'
import { type BuildTier, toSecurityLevel } from './tiers.ts'

export type BuildLimits = Pick<ClusterLimits, 'buildCpu' | 'buildMemory' | 'buildDisk' | 'buildLog'>

/** What a build may take of the cluster; as Kubernetes writes it. `disk`: layers, the checkout and the state of BuildKit. */
export const toBuildQuantities = ({ buildCpu, buildMemory, buildDisk }: BuildLimits) => ({
  cpu: toCpus(buildCpu),
  memory: toMebibytes(buildMemory),
  disk: toMebibytes(buildDisk),
})

/** GiB that BuildKit may have left of earlier builds when one begins. */
export const keptDisk = 2

/** Of the volume for that and for what a build adds. */
export const toVolumeSize = ({ buildDisk }: Pick<BuildLimits, 'buildDisk'>): string =>
  toMebibytes(buildDisk + keptDisk)

export const buildLabels = (order: Pick<BuildOrder, 'buildId' | 'deploymentId'>) => ({
  ...managed,
  [labels.build]: order.buildId,
  [labels.deployment]: order.deploymentId,
})

/** The namespace of one build and what bounds it. It ends with the build, and all in it with it. */
export function toBuildNamespace(
  order: Pick<BuildOrder, 'buildId' | 'deploymentId'>,
  { tier, limits }: { tier: BuildTier; limits: BuildLimits },
): KubernetesObject[] {
  const namespace = buildNamespace(order.buildId)
  const space: V1Namespace = {
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: {
      name: namespace,
      labels: {
        ...buildLabels(order),
        'pod-security.kubernetes.io/enforce': toSecurityLevel(tier),
      },
    },
  }
  return [
    space,
    ...toBuildBounds({ namespace, labels: buildLabels(order), limits, builds: 1, keepsJobs: false }),
  ]
}

/** What bounds a namespace in which so many builds run at once. */
export function toBuildBounds(facts: {
  namespace: string
  labels: Record<string, string>
  limits: BuildLimits
  builds: number
  /** Of builds that ended. */
  keepsJobs: boolean
}): KubernetesObject[] {
  const { namespace, labels: own, limits, builds } = facts
  const { cpu, memory, disk } = toBuildQuantities(limits)
  const all = toBuildQuantities({
    ...limits,
    buildCpu: limits.buildCpu * builds,
    buildMemory: limits.buildMemory * builds,
    buildDisk: limits.buildDisk * builds,
  })
  const metadata = { name: 'build', namespace, labels: own }
  const quota: V1ResourceQuota = {
    apiVersion: 'v1',
    kind: 'ResourceQuota',
    metadata,
    spec: {
      hard: {
        pods: String(builds),
        ...(facts.keepsJobs ? {} : { 'count/jobs.batch': String(builds) }),
        services: '0',
        persistentvolumeclaims: '1',
        'limits.cpu': all.cpu,
        'limits.memory': all.memory,
        'limits.ephemeral-storage': all.disk,
      },
    },
  }
  const range: V1LimitRange = {
    apiVersion: 'v1',
    kind: 'LimitRange',
    metadata,
    spec: {
      limits: [
        {
          type: 'Container',
          max: { cpu, memory, 'ephemeral-storage': disk },
        },
      ],
    },
  }
  return [quota, range]
}
