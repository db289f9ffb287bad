import type { KubernetesObject } from '@kubernetes/client-node'
import { ApiError } from '../api-failure.ts'
import type { KubernetesContext } from '../kubernetes-deps.ts'
import { type ObjectWatch, watchObjects } from '../watch-objects.ts'

const kinds = ['Certificate', 'Challenge'] as const

/** Tells when a certificate that somebody waits for has come further. Watches nothing while nobody does. */
export function createCertificateWatch({
  api,
  log,
  tell,
}: Pick<KubernetesContext, 'api' | 'log'> & { tell: (deploymentId: string) => void }) {
  /** By namespace. */
  const open = new Map<string, { waiting: Set<string>; watches: ObjectWatch<KubernetesObject>[] }>()

  const watch = (namespace: string, kind: (typeof kinds)[number], waiting: ReadonlySet<string>) => {
    const opened = watchObjects<KubernetesObject>({
      ...{ api, kind, namespace },
      onChange: () => {
        for (const id of waiting) tell(id)
      },
      onError: error => {
        // Some clusters have no such kind, and some people may not look.
        if (error instanceof ApiError && [403, 404].includes(error.status)) void opened.dispose()
        else log.warn({ namespace, kind, err: error }, 'a watch begins anew')
      },
    })
    return opened
  }

  const close = async (namespace: string): Promise<void> => {
    const found = open.get(namespace)
    open.delete(namespace)
    await Promise.all(found?.watches.map(one => one.dispose()) ?? [])
  }

  return {
    /** Whether a certificate of the deployment is on its way. */
    async note(deploymentId: string, namespace: string, isWaiting: boolean): Promise<void> {
      const found = open.get(namespace)
      if (isWaiting && found !== undefined) found.waiting.add(deploymentId)
      if (isWaiting && found === undefined) {
        const waiting = new Set([deploymentId])
        open.set(namespace, { waiting, watches: kinds.map(kind => watch(namespace, kind, waiting)) })
      }
      if (isWaiting || found === undefined) return
      found.waiting.delete(deploymentId)
      if (found.waiting.size === 0) await close(namespace)
    },
    async dispose(): Promise<void> {
      await Promise.all([...open.keys()].map(close))
    },
  }
}
