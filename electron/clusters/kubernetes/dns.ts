import type { V1NetworkPolicyEgressRule, V1Service } from '@kubernetes/client-node'
import type { KubernetesApi } from './api.ts'
import { findService, selectorOf, toPodPorts, toPods } from './service-pods.ts'

/** Where clusters have their DNS: nearly all, and OpenShift, which has it at another port of its pods. */
const places = [
  { namespace: 'kube-system', name: 'kube-dns' },
  { namespace: 'openshift-dns', name: 'dns-default' },
]

/** What NodeLocal DNSCache answers at on every node. Where it is used, it answers at the address of the Service too. */
const nodeLocalAddress = '169.254.20.10'

const port = 53
const atDns = ['UDP', 'TCP'].map(protocol => ({ port, protocol }))

/** Out to the DNS of the cluster. Where no Service tells which pods that is, to those that are labelled as most clusters do. */
export async function findDns(api: Pick<KubernetesApi, 'find'>): Promise<V1NetworkPolicyEgressRule[]> {
  const found = await Promise.all(
    places.map(async place => ({
      namespace: place.namespace,
      service: await findService(api, place),
    })),
  )
  return toDns(found)
}

/** `service`: undefined where there is none, or it may not be read. */
export function toDns(
  found: readonly { namespace: string; service: V1Service | undefined }[],
): V1NetworkPolicyEgressRule[] {
  const toDnsPods = found.flatMap(({ namespace, service }) => {
    const selector = service && selectorOf(service)
    return service === undefined || selector === undefined
      ? []
      : [toPods({ namespace, selector }, toPodPorts(service, port))]
  })
  const addresses = found.flatMap(({ service }) =>
    (service?.spec?.clusterIPs ?? [service?.spec?.clusterIP ?? 'None']).filter(one => one !== 'None'),
  )
  return [
    ...(toDnsPods.length === 0 ? usual : toDnsPods),
    { to: [nodeLocalAddress, ...addresses].map(toBlock), ports: atDns },
  ]
}

const usual = [toPods({ namespace: 'kube-system', selector: { 'k8s-app': 'kube-dns' } }, atDns)]

const toBlock = (address: string) => ({
  ipBlock: { cidr: `${address}/${address.includes(':') ? 128 : 32}` },
})
