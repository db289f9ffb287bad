import { loadYaml, type V1ConfigMap, type V1SelfSubjectAccessReview } from '@kubernetes/client-node'
import { z } from 'zod'
import { type ClusterSettings, type Registry, registrySchema } from '../../../shared/domain/cluster.ts'
import { createApi } from './api.ts'
import { ApiError, toClusterFailure, toNoApi } from './api-failure.ts'
import { openContext } from './kubeconfig.ts'

type Target = Pick<ClusterSettings, 'context' | 'kubeconfig' | 'mayStart'>

/** Such as `v1.36.3`. Throws why the cluster cannot be used, in words for people. */
export async function askVersion(target: Target): Promise<string> {
  const said = await translated(target, async () => {
    const found = await createApi(openContext(target)).find<{ gitVersion?: string }>('/version')
    // Every API has it: what knows nothing of it is something else that speaks http.
    if (found?.gitVersion === undefined) throw toNoApi(target.context)
    return found.gitVersion
  })
  return said ?? ''
}

/** Whether the person may bound what users take: an owner of the cluster may, a member may not. */
export async function mayBoundUsers(target: Target): Promise<boolean> {
  const review = await translated(target, () =>
    createApi(openContext(target)).ask<V1SelfSubjectAccessReview>(
      '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews',
      {
        apiVersion: 'authorization.k8s.io/v1',
        kind: 'SelfSubjectAccessReview',
        spec: { resourceAttributes: { resource: 'resourcequotas', verb: 'patch' } },
      },
    ),
  )
  return review?.status?.allowed === true
}

const announcementSchema = z.object({
  host: z.string().optional(),
  hostFromClusterNetwork: z.string().optional(),
  hostFromContainerRuntime: z.string().optional(),
})

/**
 * The registry that the cluster announces (KEP-1755), as kind, k3d and Tilt do. Such registries speak plain http. Undefined
 * where there is none, or one may not look.
 */
export async function findAnnouncedRegistry(target: Target): Promise<Registry | undefined> {
  const map = await translated(target, () =>
    createApi(openContext(target)).get<V1ConfigMap>('ConfigMap', {
      namespace: 'kube-public',
      name: 'local-registry-hosting',
    }),
  )
  const text = map?.data?.['localRegistryHosting.v1']
  if (text === undefined) return undefined
  const said = announcementSchema.safeParse(loadYaml(text)).data
  return registrySchema.safeParse({
    address: said?.hostFromClusterNetwork ?? said?.hostFromContainerRuntime ?? said?.host,
    hostAddress: said?.host ?? null,
    isPlainHttp: true,
  }).data
}

async function translated<T>({ context }: Target, ask: () => Promise<T>): Promise<T | undefined> {
  try {
    return await ask()
  } catch (error) {
    // Who may not look does not see it.
    if (error instanceof ApiError && error.status === 403) return undefined
    throw toClusterFailure(error, context)
  }
}
