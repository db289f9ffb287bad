import type { V1Secret } from '@kubernetes/client-node'
import type { KubernetesContext } from '../kubernetes-deps.ts'
import { labels, managed, pullSecretName } from '../names.ts'
import { toDockerConfig } from '../registry/access.ts'

/** The Secret with which nodes pull. It keeps its name, so that a new password reaches what runs already. */
export function createPullSecret({ api, registry }: Pick<KubernetesContext, 'api' | 'registry'>) {
  return {
    /** As it is set for the cluster now; none where the registry asks for no login. */
    async apply({ ownerId, namespace }: { ownerId: string; namespace: string }): Promise<void> {
      const login = await registry?.login()
      if (registry === undefined || login === undefined) {
        await api.remove('Secret', { namespace, name: pullSecretName })
        return
      }
      await api.apply<V1Secret>({
        apiVersion: 'v1',
        kind: 'Secret',
        type: 'kubernetes.io/dockerconfigjson',
        metadata: { name: pullSecretName, namespace, labels: { ...managed, [labels.user]: ownerId } },
        data: {
          '.dockerconfigjson': Buffer.from(toDockerConfig(registry.registry, login)).toString('base64'),
        },
      })
    },
  }
}
