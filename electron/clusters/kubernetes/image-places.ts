import { registrySchema } from '../../../shared/domain/cluster.ts'
import type { ImageName } from '../../../shared/domain/image.ts'
import type { ImagePlace } from '../image-reader.ts'
import { isPlain, withoutScheme } from './build/builder.ts'
import type { KubernetesContext } from './kubernetes-deps.ts'
import { hostOf, type RegistryAccess } from './registry/access.ts'
import { toPublicAccess } from './registry/public-access.ts'
import { createRegistryClient, type RegistryClient } from './registry.ts'

/**
 * The registries that have an image of this name for the cluster, in the order in which nodes ask them: its own, what mirrors the
 * image's, and that one itself.
 */
export function createImagePlaces({
  settings,
  registry: own,
}: Pick<KubernetesContext, 'settings' | 'registry'>) {
  const clients = new Map<string, RegistryClient>()

  const toPlace = (access: RegistryAccess, repository: string): ImagePlace => {
    const { address } = access.registry
    const client = clients.get(address) ?? createRegistryClient(access)
    clients.set(address, client)
    const isOwn = hostOf(address) === hostOf(own?.registry.address ?? '')
    return { name: address, isOwn, describe: reference => client.describe(repository, reference) }
  }

  return ({ registry, repository }: ImageName): ImagePlace[] => {
    if (own !== undefined && hostsOf(own).includes(registry)) return [toPlace(toWhole(own), repository)]
    const mirror = settings.mirrors[registry]
    const mirrored = mirror === undefined ? [] : [toPlace(toMirror(mirror, own), repository)]
    return [...mirrored, toPlace(toPublicAccess(registry), repository)]
  }
}

const hostsOf = ({ registry }: RegistryAccess): string[] =>
  [registry.address, registry.pullAddress ?? registry.address].map(hostOf)

/** The registry, and not only the part of it that is set for builds. */
const toWhole = (own: RegistryAccess): RegistryAccess => ({
  ...own,
  registry: {
    ...own.registry,
    address: hostOf(own.registry.address),
    hostAddress: own.registry.hostAddress === null ? null : hostOf(own.registry.hostAddress),
  },
})

/** With the login and the certificates of the cluster's registry, where that is the mirror. */
function toMirror(mirror: string, own: RegistryAccess | undefined): RegistryAccess {
  const address = withoutScheme(mirror)
  if (own !== undefined && own.registry.address === address) return own
  return {
    ...toPublicAccess(address),
    registry: registrySchema.parse({
      address,
      hostAddress: null,
      isPlainHttp: isPlain(mirror, own?.registry ?? { isPlainHttp: false }),
    }),
  }
}
