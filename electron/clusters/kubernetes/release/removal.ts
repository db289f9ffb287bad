import type { KubernetesObject, V1Namespace } from '@kubernetes/client-node'
import { SlipwayError } from '../../../../shared/domain/failure.ts'
import { untilGone } from '../build/remove-namespace.ts'
import { isForbidden } from '../closed-addresses.ts'
import type { KubernetesContext } from '../kubernetes-deps.ts'
import { deploymentSelector, labels, managed, pullSecretName } from '../names.ts'
import type { Kind } from '../objects.ts'

/** What is deleted with a deployment, by label. */
const kindsOfDeployment = [
  ...(['Ingress', 'Service', 'Deployment', 'StatefulSet', 'Secret', 'PersistentVolumeClaim', 'Job'] as const),
] satisfies readonly Kind[]
/** Of databases, and of commands of releases: whoever may not look for them has none. */
const kindsOfSome: readonly Kind[] = ['StatefulSet', 'PersistentVolumeClaim', 'Job']
/** What goes with those. */
const kindsBelow = ['ReplicaSet', 'Pod'] as const satisfies readonly Kind[]
/** What people may have put into the namespace of a tenant, beside Slipway. */
const kindsOfOthers = [
  ...['Pod', 'Deployment', 'StatefulSet', 'DaemonSet', 'Job', 'CronJob', 'Service', 'Ingress', 'Secret'],
  ...['ConfigMap', 'PersistentVolumeClaim'],
] as readonly Kind[]
/** What the cluster takes for a namespace with nothing of worth in it. */
const namespaceMs = 60_000

/** The end of all that is there of a deployment. What hangs is said, and waited for without asking again and again. */
export function createRemoval(context: Pick<KubernetesContext, 'api' | 'changed' | 'log'>) {
  const { api } = context
  /** By deployment, the wait for what hangs. */
  const waits = new Map<string, AbortController>()

  const listAll = async (deploymentId: string, namespace: string, kinds: readonly Kind[]) => {
    const selectors = { labels: deploymentSelector(deploymentId) }
    const found = await Promise.all(
      kinds.map(async kind => {
        const objects = await api.list<KubernetesObject>(kind, { namespace }, selectors).catch(error => {
          if (kindsOfSome.includes(kind) && isForbidden(error)) return []
          throw error
        })
        return objects.map(object => ({ kind, object }))
      }),
    )
    return found.flat()
  }

  /** Looks again when it is gone. */
  const waitFor = (deploymentId: string, place: { kind: Kind; namespace?: string; name: string }): void => {
    waits.get(deploymentId)?.abort()
    const end = new AbortController()
    waits.set(deploymentId, end)
    void untilGone(api, place, end.signal)
      .then(() => context.changed(deploymentId))
      // The queue looks again, too.
      .catch(error => {
        if (!end.signal.aborted) context.log.warn({ deploymentId, err: error }, 'what hangs is not watched')
      })
  }

  return {
    /** What they hold outlives the deployment: nothing finds them by its label any more. Where they are, if there are any. */
    async keepVolumes(deploymentId: string, namespace: string): Promise<string | null> {
      const found = await listAll(deploymentId, namespace, ['PersistentVolumeClaim'])
      const names = found.map(({ object }) => object.metadata?.name ?? '')
      for (const name of names) {
        const marks = { [labels.deployment]: null, [labels.keptOf]: deploymentId }
        await api.patch('PersistentVolumeClaim', { namespace, name }, { metadata: { labels: marks } })
      }
      const selectors = { labels: `${labels.keptOf}=${deploymentId}` }
      const kept = await api.list('PersistentVolumeClaim', { namespace }, selectors).catch(error => {
        if (isForbidden(error)) return []
        throw error
      })
      const [first] = kept
      return first === undefined ? null : `the volume ${first.metadata?.name} in the namespace ${namespace}`
    },

    /** Asks for the end of all. */
    async begin(deploymentId: string, namespace: string): Promise<void> {
      waits.get(deploymentId)?.abort()
      for (const { kind, object } of await listAll(deploymentId, namespace, kindsOfDeployment))
        await api.remove(kind, { namespace, name: object.metadata?.name ?? '' })
    },

    /** Fails where something is there still, with what it waits for. */
    async finish(deploymentId: string, namespace: string): Promise<void> {
      const left = await listAll(deploymentId, namespace, [...kindsOfDeployment, ...kindsBelow])
      const [first] = left.toSorted((a, b) => countFinalizers(b.object) - countFinalizers(a.object))
      if (first === undefined) return
      const { kind, object } = first
      waitFor(deploymentId, { kind, namespace, name: object.metadata?.name ?? '' })
      throw toHanging(kind, object, left.length)
    },

    /** Objects, pods included. */
    count: async (deploymentId: string, namespace: string): Promise<number> =>
      (await listAll(deploymentId, namespace, [...kindsOfDeployment, ...kindsBelow])).length,

    /**
     * A user's namespace goes with what was last in it. False: it stays, since it holds something, or because we may not; where
     * something of it hangs, it fails.
     */
    async leaveNamespace(deploymentId: string, namespace: string): Promise<boolean> {
      try {
        if (!(await isOursAndEmpty(namespace))) return false
        await api.remove('Namespace', { name: namespace })
      } catch (error) {
        if (isForbidden(error)) return false
        throw error
      }
      const limit = AbortSignal.timeout(namespaceMs)
      await untilGone(api, { kind: 'Namespace', name: namespace }, limit).catch(error => {
        if (!limit.aborted) throw error
      })
      const left = await api.get<V1Namespace>('Namespace', { name: namespace })
      if (left === undefined) return true
      waitFor(deploymentId, { kind: 'Namespace', name: namespace })
      throw toHangingNamespace(left)
    },

    async dispose(): Promise<void> {
      for (const one of waits.values()) one.abort()
    },
  }

  async function isOursAndEmpty(namespace: string): Promise<boolean> {
    const found = await api.get<V1Namespace>('Namespace', { name: namespace })
    const marks = found?.metadata?.labels ?? {}
    // What an owner prepared for a member, rights included, is not ours to delete.
    if (marks[labels.managedBy] !== managed[labels.managedBy] || marks[labels.member] !== undefined)
      return false
    const inside = await Promise.all(kindsOfOthers.map(kind => api.list(kind, { namespace })))
    return inside.flat().every(({ metadata }) => isOfTenant(metadata))
  }
}

/** What belongs to the namespace itself. */
const isOfTenant = (metadata: KubernetesObject['metadata']): boolean =>
  metadata?.name === 'kube-root-ca.crt' ||
  (metadata?.name === pullSecretName && metadata.labels?.[labels.managedBy] === managed[labels.managedBy])

const countFinalizers = ({ metadata }: KubernetesObject): number => metadata?.finalizers?.length ?? 0

function toHanging(kind: Kind, { metadata }: KubernetesObject, count: number): SlipwayError {
  const name = `${kind} ${metadata?.name}`
  const others = count === 1 ? '' : ` ${count - 1} more ${count === 2 ? 'is' : 'are'} there.`
  const finalizers = metadata?.finalizers ?? []
  return new SlipwayError({
    code: 'removal_hangs',
    message:
      finalizers.length === 0
        ? `The ${name} does not end.${others}`
        : `The ${name} is held by the finalizer ${finalizers.join(', ')}.${others}`,
    hint:
      finalizers.length === 0
        ? 'Often its node does not answer. Slipway goes on when it is gone.'
        : `Whatever set it in the cluster has to let go: ${toOwner(finalizers[0] ?? '')} Slipway goes on by itself then.`,
  })
}

/** A finalizer begins with the domain of what set it. */
const toOwner = (finalizer: string): string => {
  const [domain = '', name] = finalizer.split('/')
  return name === undefined ? 'see whether it works.' : `see whether what belongs to ${domain} works.`
}

/** The cluster says itself what is in the way. */
function toHangingNamespace({ metadata, status }: V1Namespace): SlipwayError {
  const said = status?.conditions?.filter(one => one.status === 'True').map(one => one.message ?? '') ?? []
  return new SlipwayError({
    code: 'removal_hangs',
    message: `The namespace ${metadata?.name} does not end. ${said.join(' ')}`.trim(),
    hint: 'Slipway goes on by itself when it is gone.',
  })
}
