import { SlipwayError } from '../../../../shared/domain/failure.ts'
import { parseImage } from '../../../../shared/domain/image.ts'
import type { KubernetesContext } from '../kubernetes-deps.ts'
import { cacheRepositoryOf, repositoryOf } from '../names.ts'
import { toPullName } from '../registry/access.ts'
import { createRegistryClient } from '../registry.ts'

/** The images of deployments in the cluster's registry. */
export function createImages(context: Pick<KubernetesContext, 'registry' | 'describe' | 'log' | 'placesOf'>) {
  const { registry: access } = context
  const client = access && createRegistryClient(access)

  /** What cannot be asked or done now is done at the next occasion: images are no reason for anything else to fail. */
  const orElse = async <T>(otherwise: T, deploymentId: string, work: () => Promise<T>): Promise<T> => {
    try {
      return await work()
    } catch (error) {
      context.log.warn({ err: error, deploymentId }, 'the registry could not be asked')
      return otherwise
    }
  }

  const orFailure = <T>(work: () => Promise<T>): Promise<T> =>
    work().catch(error => {
      if (error instanceof SlipwayError) throw error
      throw new SlipwayError(
        {
          code: 'cluster_unreachable',
          message: `The registry ${access?.registry.address} cannot be asked for the images that are left.`,
          hint: 'See whether it runs. Slipway goes on when it answers.',
        },
        error,
      )
    })

  /** Deletes the images that `isKept` does not keep. One digest may have several tags. */
  const removeAll = async (
    repository: string,
    isKept: (image: { tag: string; digest: string }) => boolean,
  ): Promise<void> => {
    const images = (await client?.tags(repository)) ?? []
    const kept = new Set(images.filter(isKept).map(image => image.digest))
    const unwanted = new Set(images.map(image => image.digest).filter(digest => !kept.has(digest)))
    for (const digest of unwanted) if (!(await client?.remove(repository, digest))) return
  }

  const repositoryFor = (deploymentId: string): string =>
    repositoryOf(context.describe(deploymentId).owner.id, deploymentId)

  /** Of an image that is not ours: whatever becomes of it, it is nobody's here to delete. */
  const isInPlace = async (text: string): Promise<boolean | undefined> => {
    const image = parseImage(text)
    if (image === undefined) return false
    const places = context.placesOf(image)
    const found = await Promise.allSettled(places.map(place => place.describe(image.reference)))
    if (found.some(one => one.status === 'fulfilled' && one.value !== undefined)) return true
    return found.every(one => one.status === 'fulfilled') ? false : undefined
  }

  return {
    has: (deploymentId: string, artifact: string): Promise<boolean | undefined> =>
      orElse<boolean | undefined>(undefined, deploymentId, async () => {
        const digest = /@(sha256:[0-9a-f]+)$/.exec(artifact)?.[1]
        if (digest === undefined) return access === undefined ? undefined : false
        const repository = repositoryFor(deploymentId)
        if (!artifact.endsWith(`/${repository}@${digest}`)) return isInPlace(artifact)
        if (access === undefined || client === undefined) return undefined
        if (artifact !== `${toPullName(access.registry, repository)}@${digest}`) return false
        return client.has(repository, digest)
      }),

    keepOnly: (deploymentId: string, artifacts: readonly string[]): Promise<void> =>
      orElse(undefined, deploymentId, () =>
        removeAll(repositoryFor(deploymentId), image =>
          artifacts.some(one => one.endsWith(`@${image.digest}`)),
        ),
      ),

    /** With the cache of builds. Fails where the registry cannot be asked: nothing would come back to them. */
    removeAll: (repository: string): Promise<void> =>
      orFailure(async () => {
        for (const one of [repository, cacheRepositoryOf(repository)]) await removeAll(one, () => false)
      }),

    /** Of tags that are there. */
    count: (repository: string): Promise<number> =>
      orFailure(async () => {
        const all = [repository, cacheRepositoryOf(repository)].map(one => client?.tags(one) ?? [])
        return (await Promise.all(all)).flat().length
      }),
  }
}
