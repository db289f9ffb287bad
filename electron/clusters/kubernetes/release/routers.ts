import type { V1NetworkPolicyPeer, V1Pod } from '@kubernetes/client-node'
import type { KubernetesApi } from '../api.ts'
import { orNothing } from '../closed-addresses.ts'
import type { KubernetesContext } from '../kubernetes-deps.ts'
import { labels } from '../names.ts'
import { findIngressController } from './ingress-controller.ts'

type Deps = Pick<KubernetesContext, 'settings'> & { readonly api: Pick<KubernetesApi, 'find' | 'list'> }

/** The pods of the ingress controller; where they cannot be found, whatever is no tenant and no build. */
export async function findRouters({ api, settings }: Deps): Promise<V1NetworkPolicyPeer[]> {
  const name = await findIngressController({ api, settings })
  const pods =
    name === undefined
      ? []
      : await orNothing(api.list<V1Pod>('Pod', {}, { labels: `app.kubernetes.io/name=${name}` }))
  const namespaces = new Set(pods.flatMap(pod => pod.metadata?.namespace ?? []))
  if (name === undefined || namespaces.size === 0) {
    return [
      { namespaceSelector: { matchExpressions: [{ key: labels.managedBy, operator: 'DoesNotExist' }] } },
    ]
  }
  const onNodes = pods.filter(pod => pod.spec?.hostNetwork).flatMap(pod => pod.status?.hostIP ?? [])
  return [
    ...[...namespaces].sort().map(namespace => ({
      namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': namespace } },
      podSelector: { matchLabels: { 'app.kubernetes.io/name': name } },
    })),
    ...[...new Set(onNodes)].sort().map(toBlock),
  ]
}

const toBlock = (address: string): V1NetworkPolicyPeer => ({
  ipBlock: { cidr: `${address}/${address.includes(':') ? 128 : 32}` },
})
