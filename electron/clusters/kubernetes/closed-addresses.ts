import type { V1Node } from '@kubernetes/client-node'
import type { KubernetesApi } from './api.ts'
import { ApiError } from './api-failure.ts'

/** Where pods, services, nodes and metadata are: nothing of the internet. */
export const privateIpv4 = [
  '10.0.0.0/8',
  '100.64.0.0/10',
  '169.254.0.0/16',
  '172.16.0.0/12',
  '192.168.0.0/16',
]
export const privateIpv6 = ['fc00::/7', 'fe80::/10']

/** Addresses that neither apps nor builds may reach, wherever they are: those of nodes and of the API server. */
export async function findClosedAddresses(api: Pick<KubernetesApi, 'list' | 'find'>): Promise<string[]> {
  const [nodes, endpoints] = await Promise.all([
    orNothing(api.list<V1Node>('Node', {})),
    api
      .find<{ subsets?: { addresses?: { ip: string }[] }[] }>(
        '/api/v1/namespaces/default/endpoints/kubernetes',
      )
      .catch(ignoreForbidden),
  ])
  const ofNodes = nodes.flatMap(node =>
    (node.status?.addresses ?? []).filter(one => one.type.endsWith('IP')).map(one => one.address),
  )
  const ofApi = (endpoints?.subsets ?? []).flatMap(one => one.addresses ?? []).map(one => one.ip)
  return [...new Set([...ofNodes, ...ofApi])].sort()
}

/** Where the pods of nodes are, as far as nodes say. */
export async function findPodRanges(api: Pick<KubernetesApi, 'list'>): Promise<string[]> {
  const nodes = await orNothing(api.list<V1Node>('Node', {}))
  return [...new Set(nodes.flatMap(node => node.spec?.podCIDRs ?? node.spec?.podCIDR ?? []))].sort()
}

export const isForbidden = (error: unknown): boolean => error instanceof ApiError && error.status === 403

function ignoreForbidden(error: unknown): undefined {
  if (!isForbidden(error)) throw error
}

/** What may not be read counts as not there. */
export const orNothing = async <T>(found: Promise<T[]>): Promise<T[]> =>
  (await found.catch(ignoreForbidden)) ?? []
