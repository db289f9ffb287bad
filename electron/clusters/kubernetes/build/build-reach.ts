import { lookup } from 'node:dns/promises'
import type { ClusterSettings, Registry } from '../../../../shared/domain/cluster.ts'
import type { KubernetesApi } from '../api.ts'
import { findClosedAddresses, findPodRanges } from '../closed-addresses.ts'
import { findDns } from '../dns.ts'
import { findService } from '../service-pods.ts'
import { type BuildReach, listDestinations, toServicePlace } from './build-network.ts'

/** Where builds may go, as far as the cluster and this computer tell. */
export async function findBuildReach(
  api: Pick<KubernetesApi, 'find' | 'list'>,
  build: {
    settings: Pick<ClusterSettings, 'mirrors' | 'buildEnvironment'>
    registry: Registry | null
    gitUrls: readonly string[]
  },
): Promise<BuildReach> {
  const [closedAddresses, podRanges, dns, destinations] = await Promise.all([
    findClosedAddresses(api),
    findPodRanges(api),
    findDns(api),
    Promise.all(
      listDestinations(build).map(async one => {
        const place = toServicePlace(one.host)
        if (place !== undefined) return { ...one, addresses: [], service: await findService(api, place) }
        const found = await lookup(one.host, { all: true }).catch(() => [])
        return { ...one, addresses: found.map(({ address }) => address) }
      }),
    ),
  ])
  return { closedAddresses, podRanges, dns, destinations }
}
