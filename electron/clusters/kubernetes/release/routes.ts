import type { KubernetesObject, V1Ingress } from '@kubernetes/client-node'
import { toHost } from '../../../../shared/domain/cluster.ts'
import type { Domain } from '../../../../shared/domain/domain.ts'
import { isForbidden, orNothing } from '../closed-addresses.ts'
import type { KubernetesContext } from '../kubernetes-deps.ts'
import { appName, deploymentSelector, labels } from '../names.ts'
import { toPath } from '../objects.ts'
import { toApplyFailure } from './apply-failure.ts'
import { createCertificateWatch } from './certificate-watch.ts'
import { withFields } from './find-differences.ts'
import { requireFreeHosts } from './host-claims.ts'
import { findRedirect } from './ingress-controller.ts'
import { certificateName, toIngress } from './manifests.ts'

interface Conditions {
  readonly conditions?: readonly { type: string; status: string; message?: string }[]
}
interface Certificate extends KubernetesObject {
  readonly status?: Conditions
}
interface Challenge extends KubernetesObject {
  readonly spec?: { readonly dnsName?: string }
  readonly status?: { readonly reason?: string; readonly state?: string }
}

/** The hosts that lead to apps: one Ingress for each deployment. */
export function createRoutes(context: KubernetesContext) {
  const { api, settings, describe } = context
  /** Looked for once: it belongs to the cluster. */
  const redirects = new Map<string, ReturnType<typeof findRedirect>>()

  const certificates = createCertificateWatch({ ...context, tell: id => context.noteDomains?.(id) })

  const redirectOf = (namespace: string) => {
    if (settings.issuer === null) return Promise.resolve({ annotations: {}, object: undefined })
    const found = redirects.get(namespace) ?? findRedirect(context, namespace)
    redirects.set(namespace, found)
    found.catch(() => redirects.delete(namespace))
    return found
  }

  const applyOne = async (object: V1Ingress, repaired?: (ingress: V1Ingress) => V1Ingress) => {
    const isForced = repaired !== undefined
    await api.apply(repaired?.(object) ?? object, { isForced }).catch(error => {
      throw toApplyFailure(error, object, settings.context)
    })
  }

  /** False: it is not allowed. */
  const isApplied = async (object: KubernetesObject): Promise<boolean> => {
    try {
      await api.apply(object)
      return true
    } catch (error) {
      if (isForbidden(error)) return false
      throw toApplyFailure(error, object, settings.context)
    }
  }

  return {
    /** Fails when something else in the cluster has a host of the deployment. */
    async requireFree(deploymentId: string, namespace: string): Promise<void> {
      await requireFreeHosts(api, { deploymentId, ingress: toOne(deploymentId, namespace) })
    },

    /** As the records say, but for its annotations. */
    wanted: (deploymentId: string, namespace: string) => toOne(deploymentId, namespace),

    /** What the records say now. `repaired`: but for what is kept, and whatever others have set. */
    async apply(
      deploymentId: string,
      namespace: string,
      repaired?: (ingress: V1Ingress) => V1Ingress,
    ): Promise<void> {
      const deployment = describe(deploymentId)
      const redirect = await redirectOf(namespace)
      // An Ingress that names an object which is not there would not be served at all.
      const isThere = redirect.object === undefined || (await isApplied(redirect.object))
      const ingress = toOne(deploymentId, namespace, isThere ? redirect.annotations : {})
      if (ingress !== undefined) await applyOne(withFields(ingress), repaired)
      else await api.remove('Ingress', { namespace, name: appName(deployment, deploymentId) })
      const needed = new Set(ingress?.spec?.tls?.flatMap(one => one.secretName ?? []))
      await removeCertificates(deploymentId, namespace, name => !needed.has(name))
    },

    async observe(deploymentId: string, namespace: string): Promise<Domain[]> {
      const deployment = describe(deploymentId)
      const app = appName(deployment, deploymentId)
      const own = toHost(deployment.name, settings)
      const [ingress, challenges] = await Promise.all([
        api.get<V1Ingress>('Ingress', { namespace, name: app }),
        settings.issuer === null ? [] : findChallenges(namespace),
      ])
      const entry = ingress?.status?.loadBalancer?.ingress?.[0]
      const scheme = settings.issuer === null ? 'http' : 'https'
      const hosts = [...(own === undefined ? [] : [own]), ...deployment.hosts]
      const domains = await Promise.all(
        hosts.map(async host => ({
          host,
          isOwn: host === own,
          url: `${scheme}://${host}/`,
          record: toRecord(entry),
          certificate: await certificateOf(host, { app, namespace, challenges }),
        })),
      )
      const isWaiting = domains.some(one => one.certificate.state === 'waiting')
      await certificates.note(deploymentId, namespace, isWaiting)
      return domains
    },

    /** Nobody waits for certificates of the deployment any more. */
    forget: (deploymentId: string, namespace: string) => certificates.note(deploymentId, namespace, false),

    dispose: certificates.dispose,
  }

  function toOne(deploymentId: string, namespace: string, redirect: Readonly<Record<string, string>> = {}) {
    return toIngress({ deploymentId, deployment: describe(deploymentId), namespace, settings, redirect })
  }

  /** The Secrets of certificates outlive them. */
  async function removeCertificates(
    deploymentId: string,
    namespace: string,
    isUnneeded: (name: string) => boolean,
  ): Promise<void> {
    const ofHosts = { labels: `${deploymentSelector(deploymentId)},!${labels.release}` }
    const found = await api.list('Secret', { namespace }, ofHosts)
    const names = found.flatMap(one => one.metadata?.name ?? []).filter(isUnneeded)
    await Promise.all(names.map(name => api.remove('Secret', { namespace, name })))
  }

  /** Only some issuers have them. */
  async function findChallenges(namespace: string): Promise<readonly Challenge[]> {
    const path = toPath('Challenge', { namespace })
    return orNothing(api.find<{ items: Challenge[] }>(path).then(found => found?.items ?? []))
  }

  async function certificateOf(
    host: string,
    place: { app: string; namespace: string; challenges: readonly Challenge[] },
  ): Promise<Domain['certificate']> {
    if (settings.issuer === null) return { state: 'none', detail: 'No issuer is set for the cluster.' }
    const name = certificateName(place.app, host)
    const asked = api.get<Certificate>('Certificate', { namespace: place.namespace, name })
    const [found] = await orNothing(asked.then(one => [one]))
    const ready = found?.status?.conditions?.find(one => one.type === 'Ready')
    if (ready?.status === 'True') return { state: 'ready', detail: '' }
    const challenge = place.challenges.find(one => one.spec?.dnsName === host)?.status?.reason
    return { state: 'waiting', detail: challenge || ready?.message || 'It is being asked for.' }
  }
}

function toRecord(entry: { ip?: string; hostname?: string } | undefined): Domain['record'] {
  if (entry?.hostname !== undefined) return { type: 'CNAME', value: entry.hostname }
  if (entry?.ip === undefined) return null
  return { type: entry.ip.includes(':') ? 'AAAA' : 'A', value: entry.ip }
}
