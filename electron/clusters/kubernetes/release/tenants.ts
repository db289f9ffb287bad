import { setTimeout as delay } from 'node:timers/promises'
import type { V1ResourceQuota } from '@kubernetes/client-node'
import { SlipwayError } from '../../../../shared/domain/failure.ts'
import type { KubernetesApi } from '../api.ts'
import { findClosedAddresses, isForbidden } from '../closed-addresses.ts'
import { findDns } from '../dns.ts'
import type { KubernetesContext } from '../kubernetes-deps.ts'
import { tenantNamespace } from '../names.ts'
import { toNumber } from '../quantity.ts'
import { findRouters } from './routers.ts'
import { quotaName } from './tenant-bounds.ts'
import { toTenantObjects } from './tenant-objects.ts'

type Deps = Pick<KubernetesContext, 'settings' | 'log'> & {
  readonly api: Pick<KubernetesApi, 'apply' | 'find' | 'get' | 'list'>
}

/** A changed quota holds within a moment; after ten seconds the release goes on, and is told what it meets. */
const mostLooks = 50
const betweenLooksMs = 200

/** The namespaces of users. Each is made, or brought up to date, when it is first needed. */
export function createTenants({ api, settings, log }: Deps) {
  const prepared = new Map<string, Promise<void>>()

  const prepare = async (ownerId: string): Promise<void> => {
    const namespace = tenantNamespace(ownerId)
    const [routers, closedAddresses, dns] = await Promise.all([
      findRouters({ api, settings }),
      findClosedAddresses(api),
      findDns(api),
    ])
    const [first, ...rest] = toTenantObjects({
      ...{ ownerId, namespace, routers, closedAddresses, dns },
      limits: settings,
    })
    try {
      await api.apply(first)
    } catch (error) {
      if (!isForbidden(error)) throw error
      // Whoever may not make namespaces works in one that an owner of the cluster prepared.
      await askForPrepared(namespace)
      log.warn({ namespace }, 'the namespace is used as it was prepared')
      return
    }
    const applied = await Promise.allSettled(rest.map(object => api.apply(object)))
    // Without one of them nobody is kept apart or bounded.
    for (const one of applied) if (one.status === 'rejected') throw one.reason
    const quota = applied.find(one => one.status === 'fulfilled' && one.value.kind === 'ResourceQuota')
    if (quota?.status === 'fulfilled') await untilQuotaHolds(quota.value)
  }

  /**
   * Pods are counted against the quota's status, which follows its spec. A release that came in between would be refused by the
   * quota of before.
   */
  const untilQuotaHolds = async (applied: V1ResourceQuota): Promise<void> => {
    const { namespace = '' } = applied.metadata ?? {}
    let quota: V1ResourceQuota | undefined = applied
    for (let looks = 0; quota !== undefined && !isInForce(quota) && looks < mostLooks; looks++) {
      await delay(betweenLooksMs)
      quota = await api.get<V1ResourceQuota>('ResourceQuota', { namespace, name: quotaName })
    }
  }

  /** Rights in a namespace are given there, so whoever may look into it has it. */
  const askForPrepared = async (namespace: string): Promise<void> => {
    await api.list('Deployment', { namespace }).catch(error => {
      if (!isForbidden(error)) throw error
      throw new SlipwayError(
        {
          code: 'cluster_denied',
          message: `You may not make the namespace ${namespace} in the cluster ${settings.context}, and nobody has prepared it for you.`,
          hint: `Ask whoever runs the cluster to apply what "slipway cluster rbac ${settings.context} member" prints.`,
        },
        error,
      )
    })
  }

  return {
    /** The owner's namespace, ready to be used. */
    async ensure(ownerId: string): Promise<string> {
      const known = prepared.get(ownerId) ?? prepare(ownerId)
      prepared.set(ownerId, known)
      known.catch(() => prepared.delete(ownerId))
      await known
      return tenantNamespace(ownerId)
    },
    /** It is looked at anew when it is needed next, such as when it turned out to be gone. */
    forget: (ownerId: string): void => void prepared.delete(ownerId),
    forgetNamespace: (namespace: string): void => {
      for (const ownerId of prepared.keys())
        if (tenantNamespace(ownerId) === namespace) prepared.delete(ownerId)
    },
  }
}

/** A new one has no status yet; then pods wait for it by themselves. */
function isInForce({ spec, status }: V1ResourceQuota): boolean {
  const counted = status?.hard
  if (counted === undefined) return true
  return Object.entries(spec?.hard ?? {}).every(([key, most]) => toNumber(counted[key]) === toNumber(most))
}
