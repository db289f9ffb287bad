import type { KubernetesObject } from '@kubernetes/client-node'
import { SlipwayError } from '../../../shared/domain/failure.ts'
import type { Amounts } from '../../../shared/domain/survey.ts'
import type { InstanceUsage } from '../driver.ts'
import type { KubernetesApi } from './api.ts'
import { ApiError } from './api-failure.ts'
import type { KubernetesContext } from './kubernetes-deps.ts'
import { labels, managed } from './names.ts'
import { toPath } from './objects.ts'
import { toNumber } from './quantity.ts'

export interface PodMetrics extends KubernetesObject {
  readonly containers?: readonly { readonly usage?: { readonly cpu?: string; readonly memory?: string } }[]
}
interface Page {
  readonly items: readonly PodMetrics[]
}

/** Those who ask for several deployments of a user at a time share one request. The API has a new figure every 15 s at the most. */
const freshMs = 5000

/** What pods take, as the metrics API of the cluster says: one request for all that a user runs. */
export function createUsage(
  { api, now, settings }: Pick<KubernetesContext, 'api' | 'now' | 'settings'>,
  placeOf: (deploymentId: string) => string,
) {
  /** By namespace. */
  const asked = new Map<string, { readonly at: number; readonly items: Promise<Page['items']> }>()

  const find = (namespace: string): Promise<Page['items']> => {
    const known = asked.get(namespace)
    if (known !== undefined && now() - known.at < freshMs) return known.items
    const items = readUsage({ api, settings }, { namespace })
    asked.set(namespace, { at: now(), items })
    items.catch(() => asked.delete(namespace))
    return items
  }

  return async (deploymentId: string): Promise<readonly InstanceUsage[]> => {
    const items = await find(placeOf(deploymentId))
    return items
      .filter(item => item.metadata?.labels?.[labels.deployment] === deploymentId)
      .map(item => ({ name: item.metadata?.name ?? '', ...toUse(item) }))
  }
}

/** Of all that is Slipway's in the namespace, or anywhere if none is named. Throws why there are no figures. */
export async function readUsage(
  { api, settings }: Pick<KubernetesContext, 'settings'> & { api: Pick<KubernetesApi, 'find'> },
  place: { namespace?: string },
  signal?: AbortSignal,
): Promise<readonly PodMetrics[]> {
  const labelSelector = `${labels.managedBy}=${managed[labels.managedBy]}`
  const path = toPath('PodMetrics', place)
  const page = await api.find<Page>(path, { labelSelector }, { signal }).catch(error => {
    if (error instanceof ApiError && error.status === 403) throw toDenied(settings.context, error)
    // The API is announced, and nothing answers behind it.
    if (error instanceof ApiError && error.status === 503) throw toMissing(settings.context, error)
    throw error
  })
  if (page === undefined) throw toMissing(settings.context)
  return page.items
}

export const toUse = ({ containers = [] }: PodMetrics): Amounts => ({
  cpu: containers.reduce((sum, one) => sum + toNumber(one.usage?.cpu), 0),
  memory: containers.reduce((sum, one) => sum + toNumber(one.usage?.memory), 0),
})

const toMissing = (context: string, cause?: unknown) =>
  new SlipwayError(
    {
      code: 'unavailable',
      message: `There are no figures: the cluster ${context} has no metrics API.`,
      hint: 'Whoever runs the cluster can install metrics-server: kubectl apply -f https://github.com/kubernetes-sigs/metrics-server/releases/latest/download/components.yaml',
    },
    cause,
  )

const toDenied = (context: string, cause: unknown) =>
  new SlipwayError(
    {
      code: 'cluster_denied',
      message: `You may not read what pods take in the cluster ${context}.`,
      hint: `Ask whoever runs the cluster to apply anew what "slipway cluster rbac ${context}" prints.`,
    },
    cause,
  )
