import { existsSync, mkdirSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { dirname } from 'node:path'
import type { Plan } from '../../../shared/domain/plan.ts'
import type { BuildObservation, BuildOrder } from '../driver.ts'
import { type BuildRecord, buildJobFolder, readBuild, toObservation, writeBuild } from './build-record.ts'
import { type BuildTask, createBuildTask } from './build-task.ts'
import { isContainerPlan } from './containers.ts'
import { observeJob } from './job.ts'
import { stopJob } from './job-control.ts'
import type { LocalContext } from './local-deps.ts'
import { listNames } from './local-folders.ts'

/** Builds and what they leave behind. What runs already is found by `adopt`. */
export function createBuilds(context: LocalContext) {
  const { folders } = context
  /** By build id; ended ones stay, so that a build is found without its deployment. */
  const tasks = new Map<string, BuildTask>()
  const ended = new Map<string, string>()

  const follow = (folder: string, record: BuildRecord, order?: BuildOrder) => {
    const task = createBuildTask(context, { folder, record, ...(order === undefined ? {} : { order }) })
    tasks.set(record.buildId, task)
    task.done.then(() => {
      if (task.record().end === null || tasks.get(record.buildId) !== task) return
      // Where the disk takes nothing more, the task alone knows the end.
      if (readBuild(folder)?.end) {
        tasks.delete(record.buildId)
        ended.set(record.buildId, folder)
      }
      context.changed(record.deploymentId)
    })
  }

  const observe = (buildId: string): BuildObservation => {
    const task = tasks.get(buildId)
    if (task !== undefined) {
      const record = task.record()
      return toObservation(folders.build(record.deploymentId, buildId), record)
    }
    const folder = ended.get(buildId)
    const record = folder === undefined ? undefined : readBuild(folder)
    return folder === undefined || record === undefined ? { state: 'absent' } : toObservation(folder, record)
  }

  const forget = async (deploymentId: string, buildId: string) => {
    const log = { kind: 'build', id: buildId } as const
    const task = tasks.get(buildId)
    if (task !== undefined) await task.cancel()
    else if (await context.logs.exists(log)) await context.logs.close(log)
    tasks.delete(buildId)
    ended.delete(buildId)
    // The supervisor of a build that has just ended may still be on its way out.
    await stopJob({
      folder: buildJobFolder(folders.build(deploymentId, buildId)),
      marker: `${deploymentId}/${buildId}`,
      graceMs: context.limits.graceMs,
    })
    const plan = readBuild(folders.build(deploymentId, buildId))?.plan
    if (plan && isContainerPlan(plan)) await context.containers.removeImage(plan, buildId)
    await rm(folders.build(deploymentId, buildId), { recursive: true, force: true, maxRetries: 5 })
  }

  return {
    /** Follows every build whose commands an earlier Slipway left running or unread. */
    adopt(): void {
      for (const deploymentId of folders.listDeployments()) {
        for (const buildId of listNames(folders.builds(deploymentId))) {
          const folder = folders.build(deploymentId, buildId)
          const record = readBuild(folder)
          if (record === undefined) continue
          if (record.end !== null) ended.set(buildId, folder)
          else if (observeJob(buildJobFolder(folder)).is !== 'absent') follow(folder, record)
        }
      }
    },

    async start(order: BuildOrder): Promise<void> {
      if (observe(order.buildId).state !== 'absent') return
      const folder = folders.build(order.deploymentId, order.buildId)
      await rm(folder, { recursive: true, force: true, maxRetries: 5 })
      mkdirSync(folders.builds(order.deploymentId), { recursive: true })
      // On its own: a recursive one says of a read-only disk that there is no such folder.
      mkdirSync(folder)
      const record: BuildRecord = {
        deploymentId: order.deploymentId,
        buildId: order.buildId,
        timeLimitMs: order.timeLimitMs,
        startedAt: context.now(),
        plan: null,
        commit: null,
        steps: [],
        logSeqs: {},
        end: null,
      }
      writeBuild(folder, record)
      follow(folder, record, order)
    },

    observe,
    cancel: forget,

    /** Deletes all builds of the deployment but those that run and those that are named. */
    async collect(deploymentId: string, artifacts: readonly string[]): Promise<void> {
      const unwanted = listNames(folders.builds(deploymentId)).filter(
        buildId => !tasks.has(buildId) && !artifacts.includes(folders.artifact(deploymentId, buildId)),
      )
      await Promise.all(unwanted.map(buildId => forget(deploymentId, buildId)))
    },

    async remove(deploymentId: string): Promise<void> {
      await Promise.all(listNames(folders.builds(deploymentId)).map(buildId => forget(deploymentId, buildId)))
    },

    /** Whether the image of an artifact is there, if it is one. */
    async hasImage(artifact: string): Promise<boolean> {
      const plan = readBuild(dirname(folders.artifactFolder(artifact)))?.plan
      if (!plan || !isContainerPlan(plan)) return true
      return context.containers.hasImage(plan, folders.buildIdOf(artifact))
    },

    /** Of every build that is there. */
    plans: (): Plan[] =>
      folders
        .listDeployments()
        .flatMap(id => listNames(folders.builds(id)).map(buildId => folders.build(id, buildId)))
        .flatMap(folder => readBuild(folder)?.plan ?? []),

    /** Of builds that run. */
    countRunning: (): number =>
      [...tasks.keys()].filter(buildId => observe(buildId).state === 'running').length,

    count: (deploymentId: string): number => {
      if (!existsSync(folders.deployment(deploymentId))) return 0
      return Math.max(1, listNames(folders.builds(deploymentId)).length)
    },

    async dispose(): Promise<void> {
      await Promise.all([...tasks.values()].map(task => task.dispose()))
      tasks.clear()
    },
  }
}
