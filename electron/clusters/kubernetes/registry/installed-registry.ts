import type { ClusterSettings } from '../../../../shared/domain/cluster.ts'
import type { RegistryStep } from '../../../../shared/domain/cluster-registry.ts'
import { SlipwayError } from '../../../../shared/domain/failure.ts'
import { createApi } from '../api.ts'
import { ApiError, toClusterFailure } from '../api-failure.ts'
import { openContext } from '../kubeconfig.ts'
import { createPassword, findInstalledPassword, installRegistry } from './install.ts'
import { listPodsFromRegistry, listRegistry, removeRegistry } from './inventory.ts'
import { installed, installedRegistry } from './names.ts'

/** The registry that Slipway installs in one cluster, for as long as somebody looks at it, makes or removes it. */
export function openInstalledRegistry(settings: ClusterSettings) {
  const api = createApi(openContext(settings))
  return {
    /** How builds, nodes and this computer reach it, once it is there. */
    registry: installedRegistry,
    user: installed.user,
    list: () => listRegistry(api, settings),
    listPods: () => listPodsFromRegistry(api),
    /** Of one that is there already, else a new one that nobody has to type. */
    choosePassword: async () => (await findInstalledPassword(api)) ?? createPassword(),
    install: (password: string, signal: AbortSignal | undefined): AsyncGenerator<RegistryStep> =>
      installRegistry(api, { settings, password }, signal),
    remove: (signal: AbortSignal | undefined): AsyncGenerator<RegistryStep> => removeRegistry(api, signal),
    /** In words for people. */
    toFailure: (error: unknown): unknown => toRegistryFailure(error, settings),
    dispose: () => api.dispose(),
  }
}

function toRegistryFailure(error: unknown, { context }: ClusterSettings): unknown {
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
