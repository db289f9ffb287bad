import type { V1Pod } from '@kubernetes/client-node'
import type { KubernetesApi } from '../api.ts'
import { type Kind, toPath } from '../objects.ts'
import { readLines } from '../read-lines.ts'

/** Deletes the namespace with all in it, and resolves when it is gone. */
export async function removeNamespace(api: KubernetesApi, name: string, signal: AbortSignal): Promise<void> {
  await api.remove('Namespace', { name })
  await untilGone(api, { kind: 'Namespace', name }, signal)
}

/** Resolves when the object is there no more. */
export async function untilGone(
  api: KubernetesApi,
  { kind, ...place }: { kind: Kind; namespace?: string; name: string },
  signal: AbortSignal,
): Promise<void> {
  for (;;) {
    const found = await api.get(kind, place)
    if (found === undefined) return
    const query = {
      watch: true,
      fieldSelector: `metadata.name=${place.name}`,
      resourceVersion: found.metadata?.resourceVersion,
      timeoutSeconds: 60,
    }
    const { name: _, ...where } = place
    const stream = await api.stream(toPath(kind, where), query, signal)
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
