import type { V1Namespace, V1Pod } from '@kubernetes/client-node'
import type { KubernetesApi } from '../api.ts'
import { toPath } from '../objects.ts'
import { readLines } from '../read-lines.ts'

/** Deletes the namespace with all in it, and resolves when it is gone. */
export async function removeNamespace(api: KubernetesApi, name: string, signal: AbortSignal): Promise<void> {
  await api.remove('Namespace', { name })
  await untilNoNamespace(api, name, signal)
}

/** Resolves when the namespace is gone. */
export async function untilNoNamespace(api: KubernetesApi, name: string, signal: AbortSignal): Promise<void> {
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

/** Resolves when no pod that the selector names is there any more. */
export async function untilNoPods(
  api: KubernetesApi,
  { namespace, labels }: { namespace: string; labels: string },
  signal: AbortSignal,
): Promise<void> {
  for (;;) {
    if ((await api.list<V1Pod>('Pod', { namespace }, { labels })).length === 0) return
    const query = { watch: true, labelSelector: labels, timeoutSeconds: 5 }
    const stream = await api.stream(toPath('Pod', { namespace }), query, signal)
    for await (const lines of readLines(stream)) {
      if (lines.some(line => (JSON.parse(line) as { type: string }).type === 'DELETED')) break
    }
  }
}
