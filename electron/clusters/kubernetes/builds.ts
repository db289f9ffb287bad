import type { ImageName } from '../../../shared/domain/image.ts'
import type { BuildKey, BuildObservation, BuildOrder } from '../driver.ts'
import { readImage } from '../image-reader.ts'
import { containerOf } from './build/build-failure.ts'
import { buildNames } from './build/build-job.ts'
import { type BuildPlace, createBuildPlaces } from './build/build-places.ts'
import { readBuildRecord } from './build/build-record.ts'
import { createBuildStates } from './build/build-states.ts'
import { type BuildTask, createBuildTask } from './build/build-task.ts'
import { createImageTask } from './build/image-task.ts'
import { createImages } from './build/images.ts'
import type { BuildTier } from './build/tiers.ts'
import type { KubernetesContext } from './kubernetes-deps.ts'
import { labels, repositoryOf, tenantNamespace } from './names.ts'

/** Builds in the cluster: one Job in a namespace of its own, which ends with the build. */
export function createBuilds(context: KubernetesContext) {
  const { api } = context
  const images = createImages(context)
  const places = createBuildPlaces({
    api,
    states: createBuildStates(context),
    ownerIdOf: id => context.describe(id).owner.id,
    limits: context.settings,
  })
  const tier: { current: BuildTier } = { current: context.firstBuildTier ?? 'unprivileged' }
  /** By build id; ended ones stay, since their failure may be nowhere else. */
  const tasks = new Map<string, BuildTask>()

  const findImage = (image: ImageName) => readImage(image, context.placesOf(image))

  const keep = (task: BuildTask): BuildTask => {
    tasks.set(task.key.buildId, task)
    return task
  }

  /** The build as an earlier Slipway left it in the cluster. */
  const adopt = async (key: BuildKey): Promise<BuildTask | undefined> => {
    const found = await places.find(key)
    const record = found && readBuildRecord(found.job)
    if (found === undefined || record === undefined) return undefined
    // What this computer was to send may not have arrived, and is sent anew by whoever has the order.
    if (record.gitUrl === '' && !(await hasArrived(key.buildId, found.place))) return undefined
    const { place } = found
    return tasks.get(key.buildId) ?? keep(createBuildTask(context, { key, tier, places, place, record }))
  }

  const hasArrived = async (buildId: string, place: BuildPlace): Promise<boolean> => {
    const pods = await places.pods(buildId, place)
    return pods.some(pod => containerOf(pod, buildNames.fetch)?.state?.terminated !== undefined)
  }

  const forget = async (key: BuildKey): Promise<void> => {
    const task = tasks.get(key.buildId)
    if (task === undefined) {
      await places.remove(key, AbortSignal.timeout(removeMs))
      await closeLog(key.buildId)
    } else await task.cancel()
    tasks.delete(key.buildId)
  }

  /** Its owner has nothing else in the cluster. */
  const isLast = async (deploymentId: string): Promise<boolean> => {
    const namespace = tenantNamespace(places.ownerOf(deploymentId))
    const others = await api.list('Deployment', { namespace }, { labels: labels.deployment })
    return others.every(one => one.metadata?.labels?.[labels.deployment] === deploymentId)
  }

  const toRepository = (deploymentId: string): string =>
    repositoryOf(places.ownerOf(deploymentId), deploymentId)

  const closeLog = async (id: string): Promise<void> => {
    const log = { kind: 'build', id } as const
    if (await context.logs.exists(log)) await context.logs.close(log)
  }

  return {
    async start(order: BuildOrder): Promise<void> {
      const { buildId, deploymentId } = order
      const key = { buildId, deploymentId }
      if (tasks.has(buildId)) return
      if (order.source.kind === 'image') {
        keep(createImageTask(context, { key, order, findImage }))
        return
      }
      if ((await adopt(key)) !== undefined) return
      keep(createBuildTask(context, { key, tier, places, order }))
    },

    async observe(key: BuildKey): Promise<BuildObservation> {
      const task = tasks.get(key.buildId) ?? (await adopt(key))
      return task?.observe() ?? { state: 'absent' }
    },

    cancel: forget,

    hasArtifact: images.has,

    /** Deletes what is left of ended builds, and images that are not named. Never called while the deployment builds. */
    async collect(deploymentId: string, artifacts: readonly string[]): Promise<void> {
      const found = await places.list(deploymentId)
      await Promise.all(found.map(({ buildId }) => places.discard({ buildId, deploymentId })))
      for (const task of [...tasks.values()])
        if (task.key.deploymentId === deploymentId) tasks.delete(task.key.buildId)
      if (!context.settings.keepsBuildState) await places.dropState(deploymentId)
      await images.keepOnly(deploymentId, artifacts)
    },

    async remove(deploymentId: string): Promise<void> {
      const own = [...tasks.values()].filter(task => task.key.deploymentId === deploymentId)
      const found = await places.list(deploymentId)
      const buildIds = new Set([...own.map(task => task.key.buildId), ...found.map(one => one.buildId)])
      await Promise.all([...buildIds].map(buildId => forget({ buildId, deploymentId })))
      if (await isLast(deploymentId)) await places.dropState(deploymentId)
      await images.removeAll(toRepository(deploymentId))
    },

    /** What is left of builds and of their images: with the last app of its owner, their volumes too. */
    async count(deploymentId: string): Promise<number> {
      const found = await places.list(deploymentId)
      const left = found.length + (await images.count(toRepository(deploymentId)))
      return (await isLast(deploymentId)) ? left + (await places.countState(deploymentId)) : left
    },

    async dispose(): Promise<void> {
      await Promise.all([...tasks.values()].map(task => task.dispose()))
      tasks.clear()
    },
  }
}

const removeMs = 120_000
