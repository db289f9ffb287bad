import type { V1NetworkPolicyPeer, V1Pod } from '@kubernetes/client-node'
import { SlipwayError } from '../../../../shared/domain/failure.ts'
import type { KubernetesApi } from '../api.ts'
import { findClosedAddresses, isForbidden, orNothing } from '../closed-addresses.ts'
import type { KubernetesContext } from '../kubernetes-deps.ts'
import { labels, tenantNamespace } from '../names.ts'
import { findIngressController } from './ingress-controller.ts'
import { toTenantObjects } from './tenant-objects.ts'

type Deps = Pick<KubernetesContext, 'settings' | 'log'> & {
  readonly api: Pick<KubernetesApi, 'apply' | 'find' | 'list'>
}

/** The namespaces of users. Each is made, or brought up to date, when it is first needed. */
export function createTenants({ api, settings, log }: Deps) {
  const prepared = new Map<string, Promise<void>>()

  const prepare = async (ownerId: string): Promise<void> => {
    const namespace = tenantNamespace(ownerId)
    const [routers, closedAddresses] = await Promise.all([findRouters(), findClosedAddresses(api)])
    const [first, ...rest] = toTenantObjects({
      ...{ ownerId, namespace, routers, closedAddresses },
      limits: settings,
    })
    try {
      await api.apply(first)
    } catch (error) {
      if (!isForbidden(error)) throw error
      // Whoever may not make namespaces works in one that an owner of the cluster prepared.
      await askForPrepared(namespace)
      log.warn({ namespace }, 'the namespace is used as it was prepared')
      return
    }
    const applied = await Promise.allSettled(rest.map(object => api.apply(object)))
    // Without one of them nobody is kept apart or bounded.
    for (const one of applied) if (one.status === 'rejected') throw one.reason
  }

  /** Rights in a namespace are given there, so whoever may look into it has it. */
  const askForPrepared = async (namespace: string): Promise<void> => {
    await api.list('Deployment', { namespace }).catch(error => {
      if (!isForbidden(error)) throw error
      throw new SlipwayError(
        {
          code: 'cluster_denied',
          message: `You may not make the namespace ${namespace} in the cluster ${settings.context}, and nobody has prepared it for you.`,
          hint: `Ask whoever runs the cluster to apply what "slipway cluster rbac ${settings.context} member" prints.`,
        },
        error,
      )
    })
  }

  /** The pods of the ingress controller; where they cannot be found, whatever is no tenant and no build. */
  const findRouters = async (): Promise<V1NetworkPolicyPeer[]> => {
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

  return {
    /** The owner's namespace, ready to be used. */
    async ensure(ownerId: string): Promise<string> {
      const known = prepared.get(ownerId) ?? prepare(ownerId)
      prepared.set(ownerId, known)
      known.catch(() => prepared.delete(ownerId))
      await known
      return tenantNamespace(ownerId)
    },
    /** It is looked at anew when it is needed next, such as when it turned out to be gone. */
    forget: (ownerId: string): void => void prepared.delete(ownerId),
  }
}

const toBlock = (address: string): V1NetworkPolicyPeer => ({
  ipBlock: { cidr: `${address}/${address.includes(':') ? 128 : 32}` },
})
