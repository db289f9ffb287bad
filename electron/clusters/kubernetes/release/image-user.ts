import { parseImage } from '../../../../shared/domain/image.ts'
import type { KubernetesContext } from '../kubernetes-deps.ts'

/** What an image is run as that names root, or a user by a name that only the image knows. */
const otherUser = 1000

/**
 * The user to run an image as, where it does not say by number that it is no root. Undefined: it does, or it cannot be read
 * from here, and the cluster will say what is wrong.
 */
export function createUserFinder({ placesOf, log }: Pick<KubernetesContext, 'placesOf' | 'log'>) {
  const known = new Map<string, number | undefined>()

  return async (text: string): Promise<number | undefined> => {
    if (known.has(text)) return known.get(text)
    const image = parseImage(text)
    for (const place of image === undefined ? [] : placesOf(image)) {
      try {
        const facts = await place.describe(image?.reference ?? '')
        if (facts?.user === undefined) continue
        const user = toNumber(facts.user)
        known.set(text, user)
        return user
      } catch (error) {
        log.warn({ err: error, image: text, registry: place.name }, 'the image could not be looked at')
      }
    }
    return undefined
  }
}

function toNumber(user: string): number | undefined {
  const [name = ''] = user.split(':')
  return /^[1-9]\d*$/.test(name) ? undefined : otherUser
}
