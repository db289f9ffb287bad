import type { KubernetesContext } from '../kubernetes-deps.ts'
import { createRegistryClient } from '../registry.ts'

/** What an image is run as that names root, or a user by a name that only the image knows. */
const otherUser = 1000

/**
 * The user to run an image as, where it does not say by number that it is no root. Undefined: it does, or it cannot be read
 * from here, and the cluster will say what is wrong.
 */
export function createUserFinder({
  settings,
  registry: access,
  log,
}: Pick<KubernetesContext, 'settings' | 'registry' | 'log'>) {
  const client = access && createRegistryClient(access)
  const known = new Map<string, number | undefined>()

  /** The part below the registry's address, for images of the registry and of those that it mirrors. */
  const toRepository = (name: string): string | undefined => {
    if (access === undefined) return undefined
    const { address, pullAddress } = access.registry
    const prefixes = Object.entries(settings.mirrors)
      .filter(([, mirror]) => mirror === address)
      .map(([origin]) => origin)
    const prefix = [pullAddress ?? address, address, ...prefixes].find(one => name.startsWith(`${one}/`))
    return prefix === undefined ? undefined : name.slice(prefix.length + 1)
  }

  return async (image: string): Promise<number | undefined> => {
    if (known.has(image)) return known.get(image)
    const [, name = '', reference = 'latest'] =
      /^(.+?)(?:@(.+)|:([^/:]+))?$/.exec(image)?.flatMap(part => part ?? []) ?? []
    const repository = toRepository(name)
    if (client === undefined || repository === undefined) return undefined
    try {
      const user = toNumber(await client.user(repository, reference))
      known.set(image, user)
      return user
    } catch (error) {
      log.warn({ err: error, image }, 'the image could not be looked at')
      return undefined
    }
  }
}

function toNumber(user: string): number | undefined {
  const [name = ''] = user.split(':')
  return /^[1-9]\d*$/.test(name) ? undefined : otherUser
}
