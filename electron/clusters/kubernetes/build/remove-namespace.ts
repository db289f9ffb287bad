import type { V1Namespace } from '@kubernetes/client-node'
import type { KubernetesApi } from '../api.ts'
import { toPath } from '../objects.ts'
import { readLines } from '../read-lines.ts'

/** Deletes the namespace with all in it, and resolves when it is gone. */
export async function removeNamespace(api: KubernetesApi, name: string, signal: AbortSignal): Promise<void> {
  await api.remove('Namespace', { name })
  for (;;) {
    const space = await api.get<V1Namespace>('Namespace', { name })
    if (space === undefined) return
    const query = {
      watch: true,
      fieldSelector: `metadata.name=${name}`,
      resourceVersion: space.metadata?.resourceVersion,
      timeoutSeconds: 60,
    }
    const stream = await api.stream(toPath('Namespace'), query, signal)
    for await (const lines of readLines(stream)) {
      if (lines.some(line => (JSON.parse(line) as { type: string }).type === 'DELETED')) return
    }
  }
}
