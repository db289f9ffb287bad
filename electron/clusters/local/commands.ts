import { existsSync, mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import type { Failure } from '../../../shared/domain/failure.ts'
import { toCommandFailure } from '../command-failure.ts'
import type { CommandKey, CommandObservation, CommandOrder } from '../driver.ts'
import { isContainerPlan, toContainerProgram } from './containers.ts'
import { toAppEnvironment, toChildEnvironment } from './environment.ts'
import { type FoundJob, followJob, type JobFollower } from './follow-job.ts'
import { toAppFolder } from './instances.ts'
import { observeJob, readJson, writeJson } from './job.ts'
import { endLostJob, startJob, stopJob } from './job-control.ts'
import { type KeptFolders, toKeptOrder } from './kept-folders.ts'
import type { LocalContext } from './local-deps.ts'

/** What is known of a command besides its job, as `command.json`. Holds no variables. */
interface CommandRecord extends CommandKey {
  readonly command: string
  readonly timeLimitMs: number
  readonly startedAt: number
  /** It runs in a container of this program. */
  readonly container?: ReturnType<typeof toContainerProgram>
  readonly end: { readonly failure: Failure | null } | null
}

const jobFolder = (folder: string) => join(folder, 'job')
const nameOf = ({ releaseId }: CommandKey) => `command-${releaseId}`
const markerOf = (key: CommandKey) => `${key.deploymentId}/${nameOf(key)}`
const sourceOf = (record: CommandRecord) => `${nameOf(record)}@${record.startedAt}`
const readRecord = (folder: string) => readJson<CommandRecord>(join(folder, 'command.json'))
const writeRecord = (folder: string, record: CommandRecord) => writeJson(join(folder, 'command.json'), record)

/** Commands of releases, one for each deployment. What runs already is found by `adopt`. */
export function createCommands(context: LocalContext, keptFolders: KeptFolders) {
  const { folders, logs, now, limits } = context
  /** By deployment. */
  const followers = new Map<string, { follower: JobFollower; ended: Promise<void> }>()

  const placeOf = (deploymentId: string) => folders.command(deploymentId)
  const toJob = (record: CommandRecord) => ({
    folder: jobFolder(placeOf(record.deploymentId)),
    marker: markerOf(record),
    graceMs: limits.graceMs,
  })
  const warn = (record: CommandRecord) => (error: unknown) =>
    context.log.warn({ err: error, deploymentId: record.deploymentId }, 'a command could not be followed')

  const finish = async (record: CommandRecord, found: FoundJob) => {
    if (found.is === 'lost') await endLostJob(toJob(record))
    if (record.container !== undefined)
      await context.containers.removeContainer(record.container, nameOf(record))
    const failure = explain(record, found)
    writeRecord(placeOf(record.deploymentId), { ...record, end: { failure } })
    context.changed(record.deploymentId)
  }

  const follow = (record: CommandRecord) => {
    if (followers.has(record.deploymentId)) return
    const follower = followJob({
      folder: toJob(record).folder,
      log: { kind: 'runtime', id: record.deploymentId },
      source: sourceOf(record),
      store: logs,
      now,
      onState: () => context.changed(record.deploymentId),
      onError: warn(record),
    })
    const ended = follower.ended.then(found => finish(record, found))
    ended.catch(warn(record))
    followers.set(record.deploymentId, { follower, ended })
  }

  const cancel = async (deploymentId: string): Promise<void> => {
    const folder = placeOf(deploymentId)
    const record = readRecord(folder)
    const known = followers.get(deploymentId)
    if (record !== undefined) {
      await stopJob(toJob(record))
      if (record.end === null) await known?.ended.catch(() => undefined)
    }
    await known?.follower.dispose()
    followers.delete(deploymentId)
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 })
  }

  const toProgram = (order: CommandOrder) => {
    const { plan, variables } = order
    const cwd = toAppFolder(context, order)
    if (isContainerPlan(plan)) {
      const command = context.containers.toOnceCommand(plan, {
        buildId: folders.buildIdOf(order.artifact),
        deploymentId: order.deploymentId,
        name: nameOf(order),
        command: order.command,
        variables: Object.keys(variables),
      })
      return { command, cwd, environment: { ...toChildEnvironment(context.environment), ...variables } }
    }
    const environment = toAppEnvironment({ environment: context.environment, variables, port: null })
    const PATH = context.tools.toPath(plan, environment.PATH ?? '')
    return { command: order.command, cwd, environment: { ...environment, PATH } }
  }

  return {
    /** Follows every command that an earlier Slipway left. */
    adopt(): void {
      for (const deploymentId of folders.listDeployments()) {
        const record = readRecord(placeOf(deploymentId))
        if (record?.end === null && observeJob(toJob(record).folder).is !== 'absent') follow(record)
      }
    },

    async start(order: CommandOrder): Promise<void> {
      const folder = placeOf(order.deploymentId)
      const earlier = readRecord(folder)
      if (earlier?.releaseId === order.releaseId) {
        if (earlier.end !== null) return
        // One that was recorded and not started: its supervisor may be on its way.
        if (observeJob(jobFolder(folder)).is !== 'absent') return follow(earlier)
      } else await cancel(order.deploymentId)
      const { command, cwd, environment } = toProgram(order)
      await context.tools.ensure(order.plan)
      await keptFolders.link(toKeptOrder(order), { moves: false })
      const record: CommandRecord = earlier ?? {
        deploymentId: order.deploymentId,
        releaseId: order.releaseId,
        command: order.command,
        timeLimitMs: order.timeLimitMs,
        startedAt: now(),
        ...(isContainerPlan(order.plan) ? { container: toContainerProgram(order.plan) } : {}),
        end: null,
      }
      mkdirSync(folder, { recursive: true })
      writeRecord(folder, record)
      const { folder: place, marker } = toJob(record)
      await startJob(
        { folder: place, supervisor: context.supervisor, marker },
        {
          kind: 'build',
          steps: [{ name: 'release', command, cwd }],
          graceMs: limits.graceMs,
          timeLimitMs: order.timeLimitMs,
          offeredPort: null,
          environment,
          secrets: order.secrets,
        },
      )
      follow(record)
      context.changed(order.deploymentId)
    },

    async observe({ deploymentId, releaseId }: CommandKey): Promise<CommandObservation> {
      const folder = placeOf(deploymentId)
      const record = readRecord(folder)
      if (record?.releaseId !== releaseId || !existsSync(jobFolder(folder))) return { state: 'absent' }
      if (record.end === null) return { state: 'running' }
      const { failure } = record.end
      return failure === null ? { state: 'succeeded' } : { state: 'failed', failure }
    },

    cancel,

    async dispose(): Promise<void> {
      await Promise.all([...followers.values()].map(({ follower }) => follower.dispose()))
      followers.clear()
    },
  }
}

function explain({ timeLimitMs }: CommandRecord, { is, state }: FoundJob): Failure | null {
  const step = state.steps.at(-1)
  const end =
    is === 'lost' || (state.stopRequestedAt !== null && !state.isTimedOut)
      ? 'interrupted'
      : state.isTimedOut
        ? 'late'
        : 'exited'
  if (end === 'exited' && step?.exitCode === 0) return null
  return toCommandFailure({
    end,
    exitCode: step?.exitCode ?? null,
    signal: step?.signal ?? null,
    timeLimitMs,
    lines: state.lastLines,
  })
}
