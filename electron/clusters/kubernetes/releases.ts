import type { KubernetesObject, V1Deployment, V1Pod, V1ReplicaSet, V1Secret } from '@kubernetes/client-node'
import type { CommandKey, CommandObservation, CommandOrder, Instance, ReleaseOrder } from '../driver.ts'
import { isMissing } from './api-failure.ts'
import type { KubernetesContext } from './kubernetes-deps.ts'
import { appName, deploymentSelector, labels, managed, tenantNamespace } from './names.ts'
import type { Kind } from './objects.ts'
import { toAddOnService, toStatefulSet, toVolume } from './release/add-on-manifests.ts'
import { createAddOns } from './release/add-ons.ts'
import { toApplyFailure } from './release/apply-failure.ts'
import { createCommands } from './release/commands.ts'
import { createDisruptionBudgets } from './release/disruption.ts'
import { createDrift } from './release/drift.ts'
import { isScaledByItself, withFields } from './release/find-differences.ts'
import { createUserFinder } from './release/image-user.ts'
import { createLooks } from './release/looks.ts'
import { type ReleaseFacts, toDeployment, toSecret, toService, withChange } from './release/manifests.ts'
import { createMasks } from './release/masks.ts'
import { deploymentOf, isActive, isSameRun, type RunKey, toRunKey } from './release/pods.ts'
import { createPullSecret } from './release/pull-secret.ts'
import { toRecordAnnotation } from './release/record-annotation.ts'
import { createRemoval } from './release/removal.ts'
import { hasBeenComplete, podsOf, type RolloutObjects, toInstances, toTarget } from './release/rollout.ts'
import { createRoutes } from './release/routes.ts'
import { createRuntimeLogs } from './release/runtime-logs.ts'
import { createTenants } from './release/tenants.ts'
import { defaultRolloutLimits, findTrouble, nextLookAt } from './release/trouble.ts'
import { createTroubleReport } from './release/trouble-report.ts'
import { type ObjectWatch, watchObjects } from './watch-objects.ts'

/** Beside pods. */
const watchedKinds = ['Deployment', 'Service', 'Ingress', 'Secret'] as const satisfies readonly Kind[]

/** The grace of a pod, and what the cluster takes to notice. */
const stopMs = 60_000

/** Releases in the cluster: a Deployment, its Service, Ingress and the Secret of each release. */
export function createReleases(context: KubernetesContext) {
  const { api, settings, describe, now, log } = context
  const limits = context.rolloutLimits ?? defaultRolloutLimits
  const tenants = createTenants(context)
  const routes = createRoutes(context)
  const removal = createRemoval(context)
  const pullSecret = createPullSecret(context)
  const findUser = createUserFinder(context)
  const budgets = createDisruptionBudgets(context)
  const addOns = createAddOns(context)
  const masks = createMasks(context)
  const report = createTroubleReport(context, masks)
  const runtimeLogs = createRuntimeLogs(context, masks)
  /** By namespace. */
  const watches = new Map<string, { pods: ObjectWatch<V1Pod>; others: ObjectWatch<KubernetesObject>[] }>()
  /** Where deployments are, for when their rows are gone. */
  const places = new Map<string, string>()
  /** Deployments whose hosts lead to them as records and settings say, and whether that is nowhere. Forgotten at each start. */
  const routed = new Map<string, boolean>()
  const looks = createLooks(context)

  const placeOf = (deploymentId: string): string => {
    const known = places.get(deploymentId)
    if (known !== undefined) return known
    const namespace = tenantNamespace(describe(deploymentId).owner.id)
    places.set(deploymentId, namespace)
    return namespace
  }

  const watchNamespace = (namespace: string) => {
    const known = watches.get(namespace)
    if (known !== undefined) return known
    const onError = (error: unknown) => log.warn({ namespace, err: error }, 'a watch begins anew')
    const tell = (object: KubernetesObject) => {
      const deploymentId = deploymentOf(object)
      if (deploymentId !== undefined) context.changed(deploymentId)
    }
    const common = { api, namespace, labels: `${labels.managedBy}=${managed[labels.managedBy]}`, onError }
    const watchOthers = (kind: (typeof watchedKinds)[number]) =>
      watchObjects<KubernetesObject>({
        ...{ ...common, kind, isOnlyMetadata: kind !== 'Deployment' },
        onChange: object => {
          drift.hear(object)
          tell(object)
        },
      })
    const made = {
      pods: watchObjects<V1Pod>({
        ...common,
        kind: 'Pod',
        onChange: (pod, isGone) => {
          runtimeLogs.see(pod, isGone)
          // Those of a ReplicaSet come and go by themselves.
          if (pod.metadata?.ownerReferences === undefined) drift.hear(pod)
          tell(pod)
        },
      }),
      others: watchedKinds.map(watchOthers),
    }
    watches.set(namespace, made)
    return made
  }

  const read = async (deploymentId: string): Promise<RolloutObjects | undefined> => {
    const namespace = placeOf(deploymentId)
    watchNamespace(namespace)
    if (describe(deploymentId).addOn) return addOns.read(deploymentId, namespace)
    const selectors = { labels: deploymentSelector(deploymentId) }
    const [deployments, replicaSets, pods] = await Promise.all([
      api.list<V1Deployment>('Deployment', { namespace }, selectors),
      api.list<V1ReplicaSet>('ReplicaSet', { namespace }, selectors),
      api.list<V1Pod>('Pod', { namespace }, selectors),
    ])
    const own = appName(describe(deploymentId), deploymentId)
    const deployment = deployments.find(one => one.metadata?.name === own)
    return deployment && { deployment, replicaSets, pods }
  }

  const toFacts = async (order: ReleaseOrder): Promise<ReleaseFacts> => ({
    order,
    deployment: describe(order.deploymentId),
    namespace: placeOf(order.deploymentId),
    runAsUser: order.addOn === undefined ? await findUser(order.artifact) : undefined,
    hasPullSecret: settings.registry !== null && settings.registryUser !== null,
    startLimitMs: limits.startMs,
    annotations: toRecordAnnotation(order.record, settings),
  })

  const drift = createDrift(context, { routes, toFacts })
  const commands = createCommands(context, {
    limits,
    placeOf,
    report,
    settleLog: runtimeLogs.settle,
    untilNoPod: (namespace, is, limitMs) =>
      watchNamespace(namespace).pods.until(pods => !pods.some(is), limitMs),
  })

  const observe = async (deploymentId: string): Promise<readonly Instance[]> => {
    const objects = await read(deploymentId)
    const target = objects && toTarget(objects)
    looks.set(deploymentId, undefined)
    if (objects !== undefined) await boundTenant(deploymentId)
    if (objects === undefined || target === undefined) return []
    await bringUpToDate(deploymentId)
    const facts = { now: now(), deployment: objects.deployment, pods: podsOf(objects, target), limits }
    const trouble = findTrouble(facts)
    looks.set(deploymentId, trouble?.isDefinite ? undefined : nextLookAt(facts))
    if (trouble === undefined) return toInstances(objects, undefined)
    const failure = await report(trouble)
    return toInstances(objects, { failure, isEnded: trouble.isDefinite })
  }

  /** What users may take may have been set anew since their namespace was made. */
  const boundTenant = async (deploymentId: string): Promise<void> => {
    const ownerId = describe(deploymentId).owner.id
    await tenants
      .ensure(ownerId)
      .catch(error => log.warn({ ownerId, err: error }, 'a namespace is not up to date'))
  }

  /** Its hosts lead to it; to a worker leads nothing any more. */
  const applyRoutes = async (deploymentId: string, namespace: string): Promise<void> => {
    const deployment = describe(deploymentId)
    const { isWorker = false } = deployment
    await routes.apply(deploymentId, namespace)
    if (isWorker) await api.remove('Service', { namespace, name: appName(deployment, deploymentId) })
    routed.set(deploymentId, isWorker)
  }

  /** What was asked for while the cluster did not answer, or set for it since. */
  const bringUpToDate = async (deploymentId: string): Promise<void> => {
    const { addOn, isWorker = false, owner } = describe(deploymentId)
    if (routed.get(deploymentId) === isWorker || addOn) return
    routed.set(deploymentId, isWorker)
    const namespace = placeOf(deploymentId)
    await Promise.all([
      applyRoutes(deploymentId, namespace).catch(error =>
        log.warn({ deploymentId, err: error }, 'its hosts do not lead to it'),
      ),
      pullSecret
        .apply({ ownerId: owner.id, namespace })
        .catch(error => log.warn({ deploymentId, err: error }, 'nodes may pull its image with an old login')),
    ])
  }

  const changeDeployment = async (
    found: V1Deployment,
    change: Parameters<typeof withChange>[1],
  ): Promise<void> => {
    if (found.kind === 'StatefulSet') return addOns.scale(found, change.replicas)
    const object = withChange(found, change)
    // Whatever others have set: a person asks for it. But for what scales by itself, which would only set it again.
    await api.apply(object, { isForced: !isScaledByItself(found) }).catch(error => {
      throw toApplyFailure(error, object, settings.context)
    })
  }

  const waitForNoPods = async (deploymentId: string): Promise<void> => {
    const isOurs = (pod: V1Pod) => pod.metadata?.labels?.[labels.deployment] === deploymentId
    const namespace = placeOf(deploymentId)
    await watchNamespace(namespace).pods.until(pods => !pods.some(isOurs), stopMs)
  }

  /** Secrets of releases that the cluster cannot run again. */
  const collectSecrets = async (order: ReleaseOrder, namespace: string): Promise<void> => {
    const selectors = { labels: deploymentSelector(order.deploymentId) }
    const [secrets, replicaSets] = await Promise.all([
      api.list<V1Secret>('Secret', { namespace }, { labels: `${selectors.labels},${labels.release}` }),
      api.list<V1ReplicaSet>('ReplicaSet', { namespace }, selectors),
    ])
    const needed = new Set(
      replicaSets.flatMap(set => set.spec?.template?.metadata?.labels?.[labels.release] ?? []),
    )
    const unneeded = secrets.filter(one => {
      const releaseId = one.metadata?.labels?.[labels.release] ?? ''
      return releaseId !== order.releaseId && !needed.has(releaseId)
    })
    await Promise.all(
      unneeded.map(one => api.remove('Secret', { namespace, name: one.metadata?.name ?? '' })),
    )
  }

  return {
    async startCommand(order: CommandOrder): Promise<void> {
      const { owner } = describe(order.deploymentId)
      const namespace = await tenants.ensure(owner.id)
      watchNamespace(namespace)
      const facts = await toFacts(order)
      const secret = toSecret(facts)
      await pullSecret.apply({ ownerId: owner.id, namespace })
      await api.apply(secret).catch(error => {
        if (isMissing(error)) tenants.forget(owner.id)
        throw toApplyFailure(error, secret, settings.context)
      })
      await commands.start(order, facts)
    },
    async observeCommand(command: CommandKey): Promise<CommandObservation> {
      watchNamespace(placeOf(command.deploymentId))
      return commands.observe(command)
    },
    cancelCommand: commands.cancel,

    async apply(order: ReleaseOrder): Promise<void> {
      const deployment = describe(order.deploymentId)
      const namespace = await tenants.ensure(deployment.owner.id)
      const { addOn } = order
      if (addOn === undefined) await routes.requireFree(order.deploymentId, namespace)
      watchNamespace(namespace)
      const facts = await toFacts(order)
      const apply = async (object: KubernetesObject) => {
        await api.apply(object).catch(error => {
          // The namespace that was there is gone: the next try makes it anew.
          if (isMissing(error)) tenants.forget(deployment.owner.id)
          throw toApplyFailure(error, object, settings.context)
        })
      }
      await pullSecret.apply({ ownerId: deployment.owner.id, namespace })
      await apply(toSecret(facts))
      if (addOn !== undefined) {
        const whole = { ...facts, addOn }
        await Promise.all([apply(toVolume(whole)), apply(toAddOnService(whole))])
        await apply(toStatefulSet(whole))
        await collectSecrets(order, namespace)
        return
      }
      await Promise.all([
        apply(withFields(toDeployment(facts))),
        // What serves until a worker takes its place is reached by the Service that is there.
        order.isWorker ? undefined : apply(withFields(toService(facts))),
        applyRoutes(order.deploymentId, namespace),
        budgets.apply(order.deploymentId, namespace, order.instances),
        collectSecrets(order, namespace),
      ])
    },

    observe,
    placeOf,
    findDrift: drift.find,

    async repair(order: ReleaseOrder, kept: readonly string[]): Promise<void> {
      await tenants.ensure(describe(order.deploymentId).owner.id)
      await drift.repair(order, kept)
    },

    async scale(deploymentId: string, instances: number): Promise<void> {
      const objects = await read(deploymentId)
      if (objects === undefined || toTarget(objects) === undefined) return
      await changeDeployment(objects.deployment, { replicas: instances, earlier: undefined })
      await budgets.apply(deploymentId, placeOf(deploymentId), instances)
    },

    async stop(deploymentId: string, isKept: (instance: Instance) => boolean): Promise<void> {
      const objects = await read(deploymentId)
      const target = objects && toTarget(objects)
      if (objects === undefined || target === undefined) return
      const instances = toInstances(objects, undefined)
      const isTarget = (one: RunKey) => isSameRun(one, target)
      // One that has failed is not told from one that starts here, so both are asked for.
      const faces = instances.filter(isTarget).flatMap(one => [one, { ...one, state: 'exited' as const }])
      if (faces.every(isKept)) return
      const kept = hasBeenComplete(objects) ? undefined : instances.find(one => !isTarget(one) && isKept(one))
      const earlier =
        kept &&
        objects.replicaSets.find(set => isSameRun(toRunKey(set.spec?.template?.metadata?.labels), kept))
      const replicas = objects.deployment.spec?.replicas ?? 1
      if (earlier !== undefined) return changeDeployment(objects.deployment, { replicas, earlier })
      await changeDeployment(objects.deployment, { replicas: 0, earlier: undefined })
      await waitForNoPods(deploymentId)
    },

    /** Where its volume is, if that was to be kept and there is one. */
    async remove(deploymentId: string, { keepsVolume }: { keepsVolume: boolean }): Promise<string | null> {
      const namespace = placeOf(deploymentId)
      looks.set(deploymentId, undefined)
      await routes.forget(deploymentId, namespace)
      await commands.cancel(deploymentId)
      const kept = keepsVolume ? await removal.keepVolumes(deploymentId, namespace) : null
      await removal.begin(deploymentId, namespace)
      await budgets.remove(deploymentId, namespace)
      await waitForNoPods(deploymentId)
      await removal.finish(deploymentId, namespace)
      await runtimeLogs.end(deploymentId)
      return kept
    },

    /** Of a removed deployment: its owner's namespace goes with what was last in it. */
    async leave(deploymentId: string): Promise<void> {
      if (context.hasOthers?.(deploymentId)) return
      const namespace = placeOf(deploymentId)
      if (!(await removal.leaveNamespace(deploymentId, namespace))) return
      tenants.forgetNamespace(namespace)
      const watched = watches.get(namespace)
      watches.delete(namespace)
      await Promise.all([watched?.pods.dispose(), ...(watched?.others ?? []).map(one => one.dispose())])
    },

    async list(): Promise<readonly string[]> {
      const selectors = { labels: `${labels.managedBy}=${managed[labels.managedBy]}` }
      const found = await api.list<V1Deployment>('Deployment', {}, selectors)
      return [...new Set(found.flatMap(one => one.metadata?.labels?.[labels.deployment] ?? []))]
    },

    async count(deploymentId: string): Promise<number> {
      const namespace = placeOf(deploymentId)
      return (await removal.count(deploymentId, namespace)) + (await budgets.count(deploymentId, namespace))
    },

    /** The hosts of the deployment lead to it from now on, as its records say. */
    async applyDomains(deploymentId: string): Promise<void> {
      const namespace = placeOf(deploymentId)
      const found = await api.list('Deployment', { namespace }, { labels: deploymentSelector(deploymentId) })
      // The first release brings them.
      if (found.length === 0) return
      await routes.requireFree(deploymentId, namespace)
      await routes.apply(deploymentId, namespace)
    },

    observeDomains: (deploymentId: string) => routes.observe(deploymentId, placeOf(deploymentId)),

    /** Pods of the deployment as they were last heard of. */
    async podsOf(deploymentId: string): Promise<V1Pod[]> {
      const { pods } = watchNamespace(placeOf(deploymentId))
      await pods.listed
      return pods
        .items()
        .filter(pod => pod.metadata?.labels?.[labels.deployment] === deploymentId && isActive(pod))
    },

    async dispose(): Promise<void> {
      looks.dispose()
      commands.dispose()
      const open = [...watches.values()]
      watches.clear()
      await Promise.all(open.flatMap(one => [one.pods, ...one.others]).map(one => one.dispose()))
      await Promise.all([runtimeLogs.dispose(), routes.dispose(), removal.dispose()])
    },
  }
}
