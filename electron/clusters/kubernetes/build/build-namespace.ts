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
  const { cpu, memory, disk } = toBuildQuantities(limits)
  const namespace = buildNamespace(order.buildId)
  const within = (name: string) => ({ name, namespace, labels: buildLabels(order) })
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
  const quota: V1ResourceQuota = {
    apiVersion: 'v1',
    kind: 'ResourceQuota',
    metadata: within('build'),
    spec: {
      hard: {
        pods: '1',
        'count/jobs.batch': '1',
        services: '0',
        persistentvolumeclaims: '1',
        'limits.cpu': cpu,
        'limits.memory': memory,
        'limits.ephemeral-storage': disk,
      },
    },
  }
  const range: V1LimitRange = {
    apiVersion: 'v1',
    kind: 'LimitRange',
    metadata: within('build'),
    spec: {
      limits: [
        {
          type: 'Container',
          max: { cpu, memory, 'ephemeral-storage': disk },
        },
      ],
    },
  }
  return [space, quota, range]
}
