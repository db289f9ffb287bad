import type { ClusterChanges, ClusterSettings } from '../../shared/domain/cluster.ts'
import type { InstalledRegistry, RegistryStep } from '../../shared/domain/cluster-registry.ts'
import { SlipwayError } from '../../shared/domain/failure.ts'
import type { Reader } from '../database/reader.ts'
import type { RegistryPasswords } from './registry-passwords.ts'

// What knows the client is loaded when it is needed: it takes its time.
const open = async (settings: ClusterSettings) =>
  (await import('../clusters/kubernetes/registry/installed-registry.ts')).openInstalledRegistry(settings)

/** The registry that Slipway installs in a cluster that has none. */
export function createClusterRegistry(deps: {
  reader: Reader
  registryPasswords: Pick<RegistryPasswords, 'read'>
  find: (id: string) => ClusterSettings
  update: (id: string, changes: ClusterChanges) => Promise<void>
}) {
  const { reader, registryPasswords, find, update } = deps

  /** The names of those whose images are there. */
  const usersOf = (id: string): string[] => {
    const settings = find(id)
    const pullAddress = settings.registry?.isInstalled ? settings.registry.pullAddress : null
    if (pullAddress === null) return []
    return reader
      .deploymentsOn(id)
      .filter(one => reader.artifactsOf(one.id).some(artifact => artifact.startsWith(`${pullAddress}/`)))
      .map(one => one.name)
  }

  /** Pods that none of these deployments has. */
  const findOtherPods = async (id: string, own: Awaited<ReturnType<typeof open>>): Promise<string[]> => {
    const known = new Set(reader.deploymentsOn(id).map(one => one.id))
    const pods = await own.listPods()
    return pods.flatMap(({ name, deploymentId }) => (known.has(deploymentId ?? '') ? [] : name))
  }

  const readPassword = (settings: ClusterSettings): Promise<string | undefined> =>
    registryPasswords.read(settings).catch(error => {
      // It is not in the store any more: the cluster has it, or gets another.
      if (error instanceof SlipwayError && error.failure.code === 'secrets_unavailable') return undefined
      throw error
    })

  return {
    async show(id: string): Promise<InstalledRegistry> {
      const own = await open(find(id))
      try {
        const [listed, otherPods] = await Promise.all([own.list(), findOtherPods(id, own)])
        return { ...listed, deployments: usersOf(id), otherPods }
      } catch (error) {
        throw own.toFailure(error)
      } finally {
        await own.dispose()
      }
    },

    /**
     * What is wanted is written first: whatever breaks off, the next call goes on, and a removal finds what was made.
     */
    async *install(id: string, signal: AbortSignal | undefined): AsyncGenerator<RegistryStep> {
      const settings = find(id)
      if (settings.registry !== null && !settings.registry.isInstalled) throw hasAnother(settings)
      const own = await open(settings)
      try {
        const known = settings.registry === null ? undefined : await readPassword(settings)
        const password = known ?? (await own.choosePassword())
        if (known === undefined) {
          const { registry, user: registryUser } = own
          await update(id, { registry, registryUser, registryPassword: password, registryCa: null })
        }
        yield* own.install(password, signal)
      } catch (error) {
        throw own.toFailure(error)
      } finally {
        await own.dispose()
      }
    },

    /** Refused while images are used, unless their loss is agreed to. */
    async *remove(
      id: string,
      { losesImages, signal }: { losesImages: boolean; signal: AbortSignal | undefined },
    ): AsyncGenerator<RegistryStep> {
      const settings = find(id)
      const own = await open(settings)
      try {
        const names = losesImages ? [] : [...usersOf(id), ...(await findOtherPods(id, own))]
        if (names.length > 0) throw isUsed(names)
        yield* own.remove(signal)
        if (settings.registry?.isInstalled) await update(id, { registry: null, registryUser: null })
      } catch (error) {
        throw own.toFailure(error)
      } finally {
        await own.dispose()
      }
    },
  }
}

const hasAnother = ({ context, registry }: ClusterSettings): SlipwayError =>
  new SlipwayError({
    code: 'conflict',
    message: `The cluster has a registry already: ${registry?.address}.`,
    hint: `To install one in its place, take it out of the settings first: slipway cluster add ${context} --registry ""`,
  })

const isUsed = (names: readonly string[]): SlipwayError =>
  new SlipwayError({
    code: 'conflict',
    message: `The images of ${names.join(', ')} are in it, and would be lost.`,
    hint: 'They run on until a node has to pull them again. Remove them first, or say that the images may go.',
  })
