import type { V1Secret } from '@kubernetes/client-node'
import { createTextMask } from '../../masking.ts'
import type { KubernetesContext } from '../kubernetes-deps.ts'
import { releaseSecretName } from '../names.ts'
import { secretNamesAnnotation } from './manifests.ts'

export type Mask = (text: string) => string

/** What hides the secrets of a release in what its pods print. The values are in the cluster, beside the pods. */
export function createMasks({ api }: Pick<KubernetesContext, 'api'>) {
  const known = new Map<string, Promise<Mask>>()

  const read = async (namespace: string, releaseId: string): Promise<Mask> => {
    const secret = await api.get<V1Secret>('Secret', { namespace, name: releaseSecretName(releaseId) })
    if (secret === undefined) throw new Error(`release ${releaseId} has no Secret`)
    const names = secret.metadata?.annotations?.[secretNamesAnnotation]?.split(' ') ?? []
    return createTextMask(names.map(name => Buffer.from(secret.data?.[name] ?? '', 'base64').toString()))
  }

  return {
    /** Rejects while the secrets are not known: then nothing may be shown. */
    of(namespace: string, releaseId: string): Promise<Mask> {
      const found = known.get(releaseId) ?? read(namespace, releaseId)
      if (known.size >= 100) known.clear()
      known.set(releaseId, found)
      found.catch(() => known.delete(releaseId))
      return found
    },
  }
}
export type Masks = ReturnType<typeof createMasks>
