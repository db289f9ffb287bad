import { loadYaml, type V1ConfigMap } from '@kubernetes/client-node'
import { z } from 'zod'
import { type ClusterSettings, type Registry, registrySchema } from '../../../shared/domain/cluster.ts'
import { createApi } from './api.ts'
import { openContext } from './kubeconfig.ts'

const announcementSchema = z.object({
  host: z.string().optional(),
  hostFromClusterNetwork: z.string().optional(),
  hostFromContainerRuntime: z.string().optional(),
})

/** The registry that the cluster announces (KEP-1755), as kind, k3d and Tilt do. Such registries speak plain http. */
export async function findAnnouncedRegistry(
  cluster: Pick<ClusterSettings, 'context' | 'kubeconfig'>,
): Promise<Registry | undefined> {
  const map = await createApi(openContext(cluster)).get<V1ConfigMap>('ConfigMap', {
    namespace: 'kube-public',
    name: 'local-registry-hosting',
  })
  const text = map?.data?.['localRegistryHosting.v1']
  if (text === undefined) return undefined
  const said = announcementSchema.safeParse(loadYaml(text)).data
  return registrySchema.safeParse({
    address: said?.hostFromClusterNetwork ?? said?.hostFromContainerRuntime ?? said?.host,
    hostAddress: said?.host ?? null,
    isPlainHttp: true,
  }).data
}
