import type { ClusterSettings } from '../../../../shared/domain/cluster.ts'
import { SlipwayError } from '../../../../shared/domain/failure.ts'
import { createApi, type KubernetesApi } from '../api.ts'
import { ApiError, toClusterFailure } from '../api-failure.ts'
import { openContext } from '../kubeconfig.ts'

/** The cluster's API for as long as somebody installs, looks at or removes a registry. */
export function openCluster(settings: ClusterSettings): KubernetesApi {
  return createApi(openContext(settings))
}

/** In words for people. */
export function toRegistryFailure(error: unknown, { context }: ClusterSettings): unknown {
  if (error instanceof SlipwayError || (error instanceof Error && error.name === 'AbortError')) return error
  if (error instanceof ApiError && error.status === 403) {
    return new SlipwayError(
      {
        code: 'cluster_denied',
        message: `You may not install or remove a registry in ${context}: ${error.message}`,
        hint: `An owner may: slipway cluster rbac ${context} owner prints what whoever runs the cluster applies.`,
      },
      error,
    )
  }
  return toClusterFailure(error, context)
}
