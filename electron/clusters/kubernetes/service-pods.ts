import type { V1NetworkPolicyEgressRule, V1NetworkPolicyPort, V1Service } from '@kubernetes/client-node'
import type { KubernetesApi } from './api.ts'
import { isForbidden } from './closed-addresses.ts'
import { toPath } from './objects.ts'

/** Undefined: there is none, or it may not be read. */
export const findService = (
  api: Pick<KubernetesApi, 'find'>,
  place: { namespace: string; name: string },
): Promise<V1Service | undefined> =>
  api.find<V1Service>(toPath('Service', place)).catch(error => {
    if (!isForbidden(error)) throw error
    return undefined
  })

/** Labels of the pods behind it. Undefined: it names none, as one whose endpoints somebody writes by hand. */
export function selectorOf(service: V1Service): Record<string, string> | undefined {
  const { selector = {}, type } = service.spec ?? {}
  return type === 'ExternalName' || Object.keys(selector).length === 0 ? undefined : selector
}

/**
 * Where its port leads at the pods, since policies are about pods: the cluster has translated the address before. A Service without
 * an address of its own translates nothing.
 */
export function toPodPorts(service: V1Service, port: number): V1NetworkPolicyPort[] {
  const { ports = [], clusterIP } = service.spec ?? {}
  return ports
    .filter(one => one.port === port)
    .map(one => ({
      port: clusterIP === 'None' ? port : (one.targetPort ?? port),
      protocol: one.protocol ?? 'TCP',
    }))
}

/** Out to these pods of the namespace, at these ports. */
export const toPods = (
  { namespace, selector }: { namespace: string; selector: Record<string, string> },
  ports: V1NetworkPolicyPort[],
): V1NetworkPolicyEgressRule => ({ to: [toPeer(namespace, selector)], ports })

const toPeer = (namespace: string, selector: Record<string, string>) => ({
  namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': namespace } },
  podSelector: { matchLabels: selector },
})
