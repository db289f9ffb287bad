import type { KubernetesObject, V1Ingress, V1Pod, V1Secret } from '@kubernetes/client-node'
import type { Difference } from '../../../../shared/domain/drift.ts'
import type { DriftOrder, ReleaseOrder } from '../../driver.ts'
import { isForbidden } from '../closed-addresses.ts'
import type { KubernetesContext } from '../kubernetes-deps.ts'
import { deploymentSelector, labels, releaseSecretName } from '../names.ts'
import type { Kind } from '../objects.ts'
import { toApplyFailure } from './apply-failure.ts'
import { toDisruptionBudget } from './disruption.ts'
import type { FieldPath } from './field-paths.ts'
import { findChanges, type PlacedDifference, toWhole, withFields } from './find-differences.ts'
import { type ReleaseFacts, toDeployment, toSecret, toService } from './manifests.ts'
import { isActive } from './pods.ts'
import { toPointer, without } from './repaired-object.ts'
import type { createRoutes } from './routes.ts'

const kinds = [
  'Secret',
  'Deployment',
  'Service',
  'Ingress',
  'PodDisruptionBudget',
  'Pod',
] as const satisfies readonly Kind[]

/** What Slipway would make, and what is there in its place. */
interface Pair {
  readonly wanted: KubernetesObject | undefined
  readonly live: KubernetesObject | undefined
  readonly differences: readonly PlacedDifference[]
}

/** What others have changed of a release that was applied, and the way back. */
export function createDrift(
  context: Pick<KubernetesContext, 'api' | 'describe' | 'settings'>,
  {
    routes,
    toFacts,
  }: {
    routes: ReturnType<typeof createRoutes>
    toFacts: (order: ReleaseOrder) => Promise<ReleaseFacts>
  },
) {
  const { api, describe, settings } = context
  /** By deployment, how often something about it was heard. */
  const heard = new Map<string, number>()
  const known = new Map<string, { wish: string; heard: number | undefined; found: readonly Difference[] }>()
  const hear = (deploymentId: string): void =>
    void heard.set(deploymentId, (heard.get(deploymentId) ?? 0) + 1)

  const toWanted = async (order: ReleaseOrder): Promise<KubernetesObject[]> => {
    const facts = await toFacts(order)
    const { deploymentId } = order
    const ingress = routes.wanted(deploymentId, facts.namespace)
    return [
      toSecret(facts),
      toDeployment(facts),
      ...(order.isWorker ? [] : [toService(facts)]),
      ...(ingress === undefined ? [] : [ingress]),
      ...(order.instances === 1
        ? []
        : [toDisruptionBudget(deploymentId, facts.namespace, describe(deploymentId))]),
    ]
  }

  /** Undefined for a kind that may not be seen. */
  const listKind = async (kind: Kind, deploymentId: string, namespace: string) => {
    const selectors = { labels: deploymentSelector(deploymentId) }
    const found = await api.list<KubernetesObject>(kind, { namespace }, selectors).catch(error => {
      if (!isForbidden(error)) throw error
      return undefined
    })
    return found?.map(object => ({ ...object, kind }))
  }

  const look = async (order: ReleaseOrder): Promise<Pair[]> => {
    const wanted = await toWanted(order)
    const namespace = wanted[0]?.metadata?.namespace ?? ''
    const lists = await Promise.all(kinds.map(kind => listKind(kind, order.deploymentId, namespace)))
    const seen = kinds.filter((_, at) => lists[at] !== undefined) as readonly (string | undefined)[]
    const live = lists.flatMap(list => list ?? [])
    const isSame = (one: KubernetesObject, other: KubernetesObject) =>
      one.kind === other.kind && one.metadata?.name === other.metadata?.name
    const pairs = wanted
      .filter(one => seen.includes(one.kind))
      .map(one =>
        toPair(
          one,
          live.find(other => isSame(one, other)),
        ),
      )
    const extra = live.filter(one => !wanted.some(other => isSame(one, other)) && isExtra(one))
    return [
      ...pairs,
      ...extra.map(one => ({ wanted: undefined, live: one, differences: [toWhole('extra', one)] })),
    ]
  }

  const applyOne = async (object: KubernetesObject) => {
    await api.apply(object, { isForced: true }).catch(error => {
      throw toApplyFailure(error, object, settings.context)
    })
  }

  /** What was added goes out; what was changed or taken comes back. */
  const repairOne = async (
    { wanted, live, differences }: Pair,
    kept: readonly FieldPath[],
  ): Promise<void> => {
    if (wanted === undefined) return removeOne(live)
    if (wanted.kind === 'Secret') {
      await removeOne(live)
      return applyOne(wanted)
    }
    const added = differences.filter(one => one.is === 'added')
    if (live !== undefined && added.length > 0) {
      const { resourceVersion } = live.metadata ?? {}
      await api.edit(live, [
        { op: 'test', path: '/metadata/resourceVersion', value: resourceVersion },
        // The last of a list first, so that the others keep their places.
        ...added.toReversed().map(one => ({ op: 'remove', path: toPointer(live, one.path) })),
      ])
    }
    if (wanted.kind !== 'Ingress') return applyOne(without(withFields(wanted), kept))
    const { namespace = '', labels: own } = wanted.metadata ?? {}
    await routes.apply(own?.[labels.deployment] ?? '', namespace, one => without<V1Ingress>(one, kept))
  }

  const removeOne = async (live: KubernetesObject | undefined): Promise<void> => {
    const { name = '', namespace = '' } = live?.metadata ?? {}
    if (live?.kind !== undefined) await api.remove(live.kind as Kind, { namespace, name })
  }

  return {
    /** Something other than the state of pods may be different. */
    hear: (object: KubernetesObject): void => {
      const deploymentId = object.metadata?.labels?.[labels.deployment]
      if (deploymentId !== undefined) hear(deploymentId)
    },

    async find(wish: DriftOrder): Promise<readonly Difference[]> {
      // The objects of a database are of other kinds, which are not compared.
      if (wish.addOn !== undefined) return []
      const { deploymentId, variableNames, ...rest } = wish
      const text = JSON.stringify([wish, describe(deploymentId)])
      const before = known.get(deploymentId)
      const now = heard.get(deploymentId)
      if (before?.wish === text && before.heard === now) return before.found
      const variables = Object.fromEntries(variableNames.map(name => [name, '']))
      const pairs = await look({ ...rest, deploymentId, variables, secrets: [] })
      const found = pairs.flatMap(one => one.differences).map(({ path: _, ...difference }) => difference)
      known.set(deploymentId, { wish: text, heard: now, found })
      return found
    },

    async repair(order: ReleaseOrder, kept: readonly string[]): Promise<void> {
      hear(order.deploymentId)
      for (const pair of await look(order)) {
        const isKept = ({ key }: Difference) => kept.includes(key)
        const differences = pair.differences.filter(one => !isKept(one))
        const keptPaths = pair.differences.filter(isKept).map(one => one.path)
        if (differences.length > 0) await repairOne({ ...pair, differences }, keptPaths)
      }
      hear(order.deploymentId)
    },
  }
}

function toPair(wanted: KubernetesObject, live: KubernetesObject | undefined): Pair {
  const differences =
    live === undefined
      ? [toWhole('missing', wanted)]
      : wanted.kind === 'Secret'
        ? findOtherSecret(wanted, live)
        : findChanges(wanted, live)
  return { wanted, live, differences }
}

/** Ours cannot be changed, so that another one stands in its place. What it holds is not compared: it is not read for that. */
function findOtherSecret(wanted: V1Secret, live: V1Secret): PlacedDifference[] {
  const toNames = ({ data }: V1Secret) =>
    Object.keys(data ?? {})
      .sort()
      .join(' ')
  if (live.immutable === true && toNames(wanted) === toNames(live)) return []
  const whole = toWhole('missing', live)
  return [{ ...whole, key: `${whole.key}${live.metadata?.uid}`, is: 'changed', field: 'content' }]
}

/** Not of something else, and neither a certificate, nor what an earlier release runs with. */
function isExtra(object: KubernetesObject): boolean {
  const { metadata, kind } = object
  if ((metadata?.ownerReferences ?? []).length > 0 || metadata?.deletionTimestamp !== undefined) return false
  if (kind === 'Pod') return isActive(object as V1Pod)
  if (kind !== 'Secret') return true
  const releaseId = metadata?.labels?.[labels.release]
  const isOfRelease = releaseId !== undefined && metadata?.name === releaseSecretName(releaseId)
  const isCertificate = Object.keys(metadata?.annotations ?? {}).some(one =>
    one.startsWith('cert-manager.io/'),
  )
  return !isOfRelease && !isCertificate
}
