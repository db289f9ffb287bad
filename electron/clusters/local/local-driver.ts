import { existsSync, mkdirSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { SlipwayError } from '../../../shared/domain/failure.ts'
import type { ImageName } from '../../../shared/domain/image.ts'
import type { ClusterDriver } from '../driver.ts'
import type { FoundImage } from '../image-plan.ts'
import { readImage } from '../image-reader.ts'
import { createBuilds } from './builds.ts'
import { createCommands } from './commands.ts'
import { createContainers } from './containers.ts'
import { createInstances } from './instances.ts'
import { findDeploymentProcesses } from './job-processes.ts'
import { createKeeping } from './keeping.ts'
import { createKeptFolders } from './kept-folders.ts'
import { defaultLimits, type LocalContext, type LocalDriverDeps } from './local-deps.ts'
import { createLocalFolders } from './local-folders.ts'
import { openLocalShell } from './shell.ts'
import { createSurvey } from './survey.ts'
import { createTools } from './tools.ts'
import { createUsage } from './usage.ts'

export interface LocalDriver extends ClusterDriver {
  /** How much of the disk lies beside the deployments. Bounded, and slow. */
  measureShared(
    signal?: AbortSignal,
  ): Promise<{ readonly tools: number; readonly setAside: number; readonly isComplete: boolean }>
}

/**
 * This computer as a cluster: builds and apps as supervised child processes, with the rights of whoever runs Slipway.
 * They outlive it, and are found again here.
 */
export async function createLocalDriver(deps: LocalDriverDeps): Promise<LocalDriver> {
  const watchers = new Set<(deploymentId: string) => void>()
  const folders = createLocalFolders(deps.folder)
  const limits = { ...defaultLimits, ...deps.limits }
  const environment = deps.environment ?? process.env
  const tools = createTools({ folder: folders.tools, environment, graceMs: limits.graceMs })
  const containers = createContainers({ environment, folder: deps.folder, graceMs: limits.graceMs })
  const context: LocalContext = {
    ...deps,
    folders,
    tools,
    containers,
    limits,
    environment,
    findImage,
    changed: deploymentId => {
      for (const watcher of watchers) watcher(deploymentId)
    },
  }
  mkdirSync(deps.folder, { recursive: true })
  const builds = createBuilds(context)
  const keptFolders = createKeptFolders(folders)
  const instances = createInstances(context, keptFolders)
  const commands = createCommands(context, keptFolders)
  await tools.adopt()
  builds.adopt()
  instances.adopt()
  commands.adopt()

  const measureUsage = createUsage(instances)

  /** After every deletion of builds: what only they needed goes too. */
  const collectTools = () => tools.collect(builds.plans)

  return {
    advise: async plan => tools.advise(await containers.advise(plan)),
    async findImage(image) {
      const found = await findImage(image)
      return { ...found, plan: await containers.advise(found.plan) }
    },
    startBuild: builds.start,
    observeBuild: async ({ buildId }) => builds.observe(buildId),
    cancelBuild: async ({ deploymentId, buildId }) => builds.cancel(deploymentId, buildId),
    startCommand: commands.start,
    observeCommand: commands.observe,
    cancelCommand: commands.cancel,
    applyRelease: instances.apply,
    observe: instances.observe,
    stop: instances.stop,
    // A run has one instance here, and none says that there could be more.
    scale: async () => undefined,
    findDrift: async () => [],
    repair: async () => undefined,
    hasArtifact: async (_deploymentId, artifact) =>
      existsSync(folders.artifactFolder(artifact)) && (await builds.hasImage(artifact)),
    async collect(deploymentId, artifacts) {
      await builds.collect(deploymentId, artifacts)
      collectTools()
    },
    ...createKeeping(folders, keptFolders, instances.observe),
    async remove(deploymentId, keepAs) {
      await commands.cancel(deploymentId)
      await Promise.all([instances.stop(deploymentId, () => false), builds.remove(deploymentId)])
      await containers.removeAll(deploymentId)
      const place = keepAs === null ? null : await keptFolders.setAside(deploymentId, keepAs)
      await rm(folders.deployment(deploymentId), { recursive: true, force: true, maxRetries: 5 })
      collectTools()
      return place
    },
    list: async () => folders.listDeployments(),
    findRecords: async () => [],
    async count(deploymentId) {
      const inContainers = await containers.count(deploymentId)
      return {
        processes: findDeploymentProcesses(deploymentId).length + inContainers.containers,
        checkouts: builds.count(deploymentId) + inContainers.images,
      }
    },
    // Apps of this computer have the gateway's address and no other.
    applyDomains: async () => undefined,
    observeDomains: async () => [],
    measureUsage,
    survey: createSurvey({
      ...context,
      folder: deps.folder,
      builds,
      observe: instances.observe,
      measureUsage,
    }),
    addressOf: async () => Promise.reject(noAddOnsHere),
    execute: async () => Promise.reject(noAddOnsHere),
    openShell: async (_deploymentId, { serving, ...size }) =>
      openLocalShell(await instances.shellPlace(await serving()), size),
    dial: instances.dial,
    watch(changed) {
      watchers.add(changed)
      return () => {
        watchers.delete(changed)
      }
    },
    async dispose() {
      watchers.clear()
      await Promise.all([builds.dispose(), instances.dispose(), commands.dispose()])
      await tools.dispose()
    },
  }
}

/** From the image's own registry, as docker and podman would. */
async function findImage(image: ImageName): Promise<FoundImage> {
  // What asks registries is loaded when it is needed: it takes its time.
  const [{ createRegistryClient }, { toPublicAccess }] = await Promise.all([
    import('../kubernetes/registry.ts'),
    import('../kubernetes/registry/public-access.ts'),
  ])
  const client = createRegistryClient(toPublicAccess(image.registry))
  const describe = (reference: string) => client.describe(image.repository, reference)
  return readImage(image, [{ name: image.registry, isOwn: false, describe }])
}

const noAddOnsHere = new SlipwayError({
  code: 'unavailable',
  message: 'Slipway runs no databases on this computer yet.',
  hint: 'Start one yourself and set its address as a variable.',
})
