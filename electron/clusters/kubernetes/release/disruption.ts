import type { V1PodDisruptionBudget } from '@kubernetes/client-node'
import { isForbidden } from '../closed-addresses.ts'
import type { DeploymentFacts, KubernetesContext } from '../kubernetes-deps.ts'
import { appName, deploymentSelector, labels } from '../names.ts'
import { withFields } from './find-differences.ts'
import { toLabels } from './manifests.ts'

/**
 * Whoever empties a node takes one instance at a time. Of a single instance there is none: it would keep nodes from being
 * emptied. Where a member has no right to it, since an older Slipway printed the roles, apps run without.
 */
export function createDisruptionBudgets({
  api,
  describe,
  log,
}: Pick<KubernetesContext, 'api' | 'describe' | 'log'>) {
  const unlessForbidden = async <T>(deploymentId: string, work: Promise<T>): Promise<T | undefined> =>
    work.catch(error => {
      if (!isForbidden(error)) throw error
      log.warn({ deploymentId, err: error }, 'there is no right to disruption budgets')
      return undefined
    })

  const find = (deploymentId: string, namespace: string) =>
    api.list('PodDisruptionBudget', { namespace }, { labels: deploymentSelector(deploymentId) })

  const remove = async (deploymentId: string, namespace: string): Promise<void> => {
    const found = (await unlessForbidden(deploymentId, find(deploymentId, namespace))) ?? []
    await Promise.all(
      found.map(one => api.remove('PodDisruptionBudget', { namespace, name: one.metadata?.name ?? '' })),
    )
  }

  return {
    async apply(deploymentId: string, namespace: string, instances: number): Promise<void> {
      if (instances === 1) return remove(deploymentId, namespace)
      const budget = toDisruptionBudget(deploymentId, namespace, describe(deploymentId))
      await unlessForbidden(deploymentId, api.apply(withFields(budget)))
    },
    remove,
    async count(deploymentId: string, namespace: string): Promise<number> {
      return (await unlessForbidden(deploymentId, find(deploymentId, namespace)))?.length ?? 0
    },
  }
}

export const toDisruptionBudget = (
  deploymentId: string,
  namespace: string,
  deployment: DeploymentFacts,
): V1PodDisruptionBudget => ({
  apiVersion: 'policy/v1',
  kind: 'PodDisruptionBudget',
  metadata: {
    name: appName(deployment, deploymentId),
    namespace,
    labels: toLabels(deploymentId, deployment),
  },
  spec: {
    // As a number that holds for any count of instances, so that scaling needs no other one.
    maxUnavailable: 1,
    selector: { matchLabels: { [labels.deployment]: deploymentId } },
    // An app that does not start keeps nobody from emptying its node.
    unhealthyPodEvictionPolicy: 'AlwaysAllow',
  },
})
