import type { KubernetesObject, V1LimitRange, V1Namespace, V1ResourceQuota } from '@kubernetes/client-node'
import type { BuildOrder } from '../../driver.ts'
import { buildNamespace, labels, managed } from '../names.ts'
import { type BuildTier, toSecurityLevel } from './tiers.ts'

/** What a build may take of the cluster. */
export const buildLimits = {
  cpu: '2',
  memory: '4Gi',
  /** Layers, the checkout and the state of BuildKit. */
  disk: '4Gi',
} as const

export const buildLabels = (order: Pick<BuildOrder, 'buildId' | 'deploymentId'>) => ({
  ...managed,
  [labels.build]: order.buildId,
  [labels.deployment]: order.deploymentId,
})

/** The namespace of one build and what bounds it. It ends with the build, and all in it with it. */
export function toBuildNamespace(
  order: Pick<BuildOrder, 'buildId' | 'deploymentId'>,
  tier: BuildTier,
): KubernetesObject[] {
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
        persistentvolumeclaims: '0',
        'limits.cpu': buildLimits.cpu,
        'limits.memory': buildLimits.memory,
        'limits.ephemeral-storage': buildLimits.disk,
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
          max: { cpu: buildLimits.cpu, memory: buildLimits.memory, 'ephemeral-storage': buildLimits.disk },
        },
      ],
    },
  }
  return [space, quota, range]
}
