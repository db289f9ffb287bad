import type { V1Job, V1Namespace, V1Pod } from '@kubernetes/client-node'
import type { BuildKey, BuildObservation, BuildOrder } from '../driver.ts'
import { containerOf } from './build/build-failure.ts'
import { buildNames } from './build/build-job.ts'
import { readBuildRecord } from './build/build-record.ts'
import { type BuildTask, createBuildTask } from './build/build-task.ts'
import { createImages } from './build/images.ts'
import { removeNamespace } from './build/remove-namespace.ts'
import type { BuildTier } from './build/tiers.ts'
import type { KubernetesContext } from './kubernetes-deps.ts'
import { buildNamespace, deploymentSelector, labels } from './names.ts'

/** Builds in the cluster: one Job in a namespace of its own, which ends with the build. */
export function createBuilds(context: KubernetesContext) {
  const { api } = context
  const images = createImages(context)
  const tier: { current: BuildTier } = { current: context.firstBuildTier ?? 'unprivileged' }
  /** By build id; ended ones stay, since their failure may be nowhere else. */
  const tasks = new Map<string, BuildTask>()

  const keep = (task: BuildTask): BuildTask => {
    tasks.set(task.key.buildId, task)
    return task
  }

  /** The build as an earlier Slipway left it in the cluster. */
  const adopt = async (key: BuildKey): Promise<BuildTask | undefined> => {
    const namespace = buildNamespace(key.buildId)
    const job = await api.get<V1Job>('Job', { namespace, name: buildNames.job })
    if (job === undefined || job.metadata?.deletionTimestamp !== undefined) return undefined
    const record = readBuildRecord(job)
    if (record === undefined) return undefined
    // What this computer was to send may not have arrived, and is sent anew by whoever has the order.
    if (record.gitUrl === '' && !(await hasArrived(namespace))) return undefined
    return tasks.get(key.buildId) ?? keep(createBuildTask(context, { key, tier, record }))
  }

  const hasArrived = async (namespace: string): Promise<boolean> => {
    const pods = await api.list<V1Pod>('Pod', { namespace })
    return pods.some(pod => containerOf(pod, buildNames.fetch)?.state?.terminated !== undefined)
  }

  const listNamespaces = (deploymentId: string): Promise<V1Namespace[]> =>
    api.list<V1Namespace>('Namespace', {}, { labels: `${deploymentSelector(deploymentId)},${labels.build}` })

  const forget = async (buildId: string): Promise<void> => {
    const task = tasks.get(buildId)
    if (task === undefined) {
      await removeNamespace(api, buildNamespace(buildId), AbortSignal.timeout(removeMs))
      await closeLog(buildId)
    } else await task.cancel()
    tasks.delete(buildId)
  }

  const closeLog = async (id: string): Promise<void> => {
    const log = { kind: 'build', id } as const
    if (await context.logs.exists(log)) await context.logs.close(log)
  }

  return {
    async start(order: BuildOrder): Promise<void> {
      const { buildId, deploymentId } = order
      const key = { buildId, deploymentId }
      if (tasks.has(buildId) || (await adopt(key)) !== undefined) return
      keep(createBuildTask(context, { key, tier, order }))
    },

    async observe(key: BuildKey): Promise<BuildObservation> {
      const task = tasks.get(key.buildId) ?? (await adopt(key))
      return task?.observe() ?? { state: 'absent' }
    },

    cancel: (key: BuildKey) => forget(key.buildId),

    hasArtifact: images.has,

    /** Deletes the namespaces of ended builds, and images that are not named. Never called while the deployment builds. */
    async collect(deploymentId: string, artifacts: readonly string[]): Promise<void> {
      const spaces = await listNamespaces(deploymentId)
      await Promise.all(spaces.map(one => api.remove('Namespace', { name: one.metadata?.name ?? '' })))
      for (const task of [...tasks.values()])
        if (task.key.deploymentId === deploymentId) tasks.delete(task.key.buildId)
      await images.keepOnly(deploymentId, artifacts)
    },

    async remove(deploymentId: string): Promise<void> {
      const own = [...tasks.values()].filter(task => task.key.deploymentId === deploymentId)
      const spaces = await listNamespaces(deploymentId)
      const found = spaces.flatMap(one => one.metadata?.labels?.[labels.build] ?? [])
      await Promise.all([...new Set([...own.map(task => task.key.buildId), ...found])].map(forget))
      await images.removeAll(deploymentId)
    },

    count: async (deploymentId: string): Promise<number> => (await listNamespaces(deploymentId)).length,

    async dispose(): Promise<void> {
      await Promise.all([...tasks.values()].map(task => task.dispose()))
      tasks.clear()
    },
  }
}

const removeMs = 120_000
