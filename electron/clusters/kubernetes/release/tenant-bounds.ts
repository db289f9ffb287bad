import type { KubernetesObject, V1LimitRange, V1ResourceQuota } from '@kubernetes/client-node'
import type { ClusterLimits, tenantLimits } from '../../../../shared/domain/cluster-limits.ts'

export type TenantLimits = Pick<ClusterLimits, (typeof tenantLimits)[number]>

/** What containers get that say nothing, such as those that answer a certificate's challenge. */
const unsaid = { cpu: 1, memory: 0.5 }
const unsaidRequests = { cpu: '50m', memory: '64Mi' }

export const toCpus = (cpus: number): string => `${Math.round(cpus * 1000)}m`
export const toMebibytes = (gibibytes: number): string => `${Math.round(gibibytes * 1024)}Mi`

export const quotaName = 'slipway'

/** What all instances of a user may take together; half of the memory may be set aside for them. */
export const toQuota = ({ quotaPods, quotaCpu, quotaMemory }: TenantLimits): Record<string, string> => ({
  pods: String(quotaPods),
  'requests.cpu': toCpus(quotaCpu),
  'requests.memory': toMebibytes(quotaMemory / 2),
  'limits.memory': toMebibytes(quotaMemory),
  'services.loadbalancers': '0',
  // cert-manager's answers to challenges are such services.
  'services.nodeports': '20',
})

/** The objects that bound a user's namespace. */
export function toTenantBounds(facts: {
  namespace: string
  labels: Record<string, string>
  limits: TenantLimits
}): KubernetesObject[] {
  const { namespace, labels, limits } = facts
  const metadata = { name: quotaName, namespace, labels }
  const quota: V1ResourceQuota = {
    apiVersion: 'v1',
    kind: 'ResourceQuota',
    metadata,
    spec: { hard: toQuota(limits) },
  }
  const { instanceCpu, instanceMemory } = limits
  const range: V1LimitRange = {
    apiVersion: 'v1',
    kind: 'LimitRange',
    metadata,
    spec: {
      limits: [
        {
          type: 'Container',
          max: { cpu: toCpus(instanceCpu), memory: toMebibytes(instanceMemory) },
          defaultRequest: unsaidRequests,
          _default: {
            cpu: toCpus(Math.min(unsaid.cpu, instanceCpu)),
            memory: toMebibytes(Math.min(unsaid.memory, instanceMemory)),
          },
        },
      ],
    },
  }
  return [quota, toPlainLimits(range)]
}

/** The client's types call it `_default`; the API does not. */
function toPlainLimits(limits: V1LimitRange): KubernetesObject {
  const plain = (limits.spec?.limits ?? []).map(({ _default, ...rest }) => ({ ...rest, default: _default }))
  return { ...limits, spec: { limits: plain } } as KubernetesObject
}
