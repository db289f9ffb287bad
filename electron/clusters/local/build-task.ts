import { mkdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { SlipwayError, toFailure } from '../../../shared/domain/failure.ts'
import { toImageText } from '../../../shared/domain/image.ts'
import type { LogRef, LogStream } from '../../../shared/domain/log.ts'
import { findSecretArgument, toArguments } from '../../../shared/domain/own-dockerfile.ts'
import { type Plan, toOwnDockerfile, withEdits } from '../../../shared/domain/plan.ts'
import type { Step } from '../../../shared/domain/records.ts'
import type { BuildOrder } from '../driver.ts'
import { toDigest, toImageName, toImagePlan } from '../image-plan.ts'
import {
  type BuildRecord,
  buildJobFolder,
  checkoutFolder,
  timedOut,
  toBuildFailure,
  writeBuild,
} from './build-record.ts'
import { isContainerPlan, toImageDockerfile } from './containers.ts'
import { toBuildEnvironment } from './environment.ts'
import { followJob, type JobFollower } from './follow-job.ts'
import { observeJob } from './job.ts'
import { endLostJob, type OpenJob, openJob, stopJob } from './job-control.ts'
import type { LocalContext } from './local-deps.ts'
import { folderInside } from './local-folders.ts'
import type { SpoolStep } from './spool.ts'

/** One build under way: fetched and planned by us, its commands run by a supervisor. */
export interface BuildTask {
  record(): BuildRecord
  /** Resolves when it has ended and its log is closed, or when it was cancelled or disposed of. */
  readonly done: Promise<void>
  cancel(): Promise<void>
  dispose(): Promise<void>
}

/** Goes on with the build: from the start with an order, with its job when that was started before. */
export function createBuildTask(
  context: LocalContext,
  build: { folder: string; record: BuildRecord; order?: BuildOrder },
): BuildTask {
  const { logs, now, limits } = context
  const { folder } = build
  const { buildId, deploymentId } = build.record
  const log: LogRef = { kind: 'build', id: buildId }
  const jobFolder = buildJobFolder(folder)
  const job = { folder: jobFolder, marker: `${deploymentId}/${buildId}`, graceMs: limits.graceMs }
  const leaving = new AbortController()
  /** Not by the clock, which may be moved meanwhile. */
  const begun = performance.now()
  let record = build.record
  let follower: JobFollower | undefined
  let writing: Promise<unknown> = Promise.resolve()

  const save = (change: Partial<BuildRecord>) => {
    record = { ...record, ...change }
    try {
      writeBuild(folder, record)
    } finally {
      context.changed(deploymentId)
    }
  }
  const print = (stream: LogStream, text: string) => {
    writing = writing.then(() => logs.append(log, [{ at: now(), stream, text, isPartial: false }]))
    writing.catch(() => undefined)
    return writing
  }
  const lastSeq = async () => (await logs.read(log, { limit: 1 })).last

  /** Does a step that is not the job's, in the record from begin to end. */
  const during = async <T>(name: Step['name'], title: string, work: () => Promise<T>): Promise<T> => {
    await writing
    const step = { name, startedAt: now(), logSeq: (await lastSeq()) + 1 }
    const others = record.steps
    const end = (status: Step['status'], finishedAt: number | null) =>
      save({ steps: [...others, { ...step, status, finishedAt }] })
    end('running', null)
    await print('platform', title)
    try {
      const result = await work()
      end('succeeded', now())
      return result
    } catch (error) {
      if (!leaving.signal.aborted) end('failed', now())
      throw error
    }
  }

  /** The plan, if this computer can follow it. */
  const toRunnable = async (plan: Plan, order: BuildOrder): Promise<Plan> => {
    if (!isContainerPlan(plan)) return toStartable(plan)
    const own = toOwnDockerfile(plan)
    const failure = own && findSecretArgument(toArguments(own), order)
    if (failure !== undefined) throw new SlipwayError(failure)
    return context.containers.prepare(plan)
  }

  const prepare = async (order: BuildOrder): Promise<Plan> => {
    const checkout = checkoutFolder(folder)
    const limit = AbortSignal.timeout(order.timeLimitMs)
    const signal = AbortSignal.any([leaving.signal, limit])
    try {
      if (order.source.kind === 'image') return await prepareImage(order, signal)
      const title = `Fetching ${order.sha.slice(0, 10)} of ${order.source.address}`
      const commit = await during('fetch', title, () =>
        context.sources.checkout({
          source: order.source,
          branch: order.branch,
          sha: order.sha,
          folder: checkout,
          login: order.gitLogin,
          onOutput: line => print('stdout', line),
          signal,
        }),
      )
      save({ commit })
      const plan = await during('plan', 'Finding how to build and start it', async () =>
        context.tools.prepare(
          await toRunnable(
            withEdits(await context.detectPlan(checkout, order.planEdits), order.planEdits, order.port),
            order,
          ),
          { holder: save, print: line => void print('stdout', line), signal },
        ),
      )
      save({ plan })
      context.tools.release(save)
      signal.throwIfAborted()
      return plan
    } catch (error) {
      context.tools.release(save)
      if (limit.aborted && !leaving.signal.aborted) throw new SlipwayError(timedOut(order.timeLimitMs), error)
      throw error
    }
  }

  const prepareImage = async (order: BuildOrder, signal: AbortSignal): Promise<Plan> => {
    const { address } = order.source
    const image = toImageName(order.source, toDigest(order.sha))
    const text = toImageText(address, image.reference)
    const { plan, commit } = await during('fetch', `Looking at ${text}`, async () => {
      const found = await context.findImage(image)
      signal.throwIfAborted()
      await mkdir(checkoutFolder(folder), { recursive: true })
      await writeFile(join(checkoutFolder(folder), 'Dockerfile'), toImageDockerfile(text))
      return {
        commit: { ...found.commit, subject: toImageText(address, order.branch) },
        plan: await toRunnable(toImagePlan(found, order.port), order),
      }
    })
    save({ commit, plan })
    return plan
  }

  const startCommands = async (supervisor: OpenJob, order: BuildOrder, plan: Plan): Promise<void> => {
    const cwd = folderInside(checkoutFolder(folder), plan.root)
    const commands = [
      { name: 'install', command: plan.install },
      { name: 'build', command: plan.build },
    ] as const
    const environment = toBuildEnvironment(context.environment, order.variables)
    const variables = Object.keys(order.variables)
    const toCommand = (planned: string) =>
      isContainerPlan(plan)
        ? context.containers.toBuildCommand(plan, { buildId, deploymentId, variables })
        : planned
    const at = now()
    const logSeq = (await lastSeq()) + 1
    const skipped = commands
      .filter(({ command }) => command === null)
      .map(({ name }) => ({ name, status: 'skipped', startedAt: at, finishedAt: at, logSeq }) as const)
    save({ steps: [...record.steps, ...skipped] })
    await supervisor.start({
      kind: 'build',
      steps: commands.flatMap(({ name, command }) =>
        command === null ? [] : [{ name, command: toCommand(command.value), cwd }],
      ),
      graceMs: limits.graceMs,
      timeLimitMs: Math.max(1, record.timeLimitMs - (performance.now() - begun)),
      offeredPort: null,
      environment: { ...environment, PATH: context.tools.toPath(plan, environment.PATH ?? '') },
      secrets: order.secrets,
    })
  }

  /** The supervisor starts while the commit is fetched. */
  const fetchAndStart = async (order: BuildOrder): Promise<void> => {
    const supervisor = openJob({ folder: jobFolder, supervisor: context.supervisor, marker: job.marker })
    try {
      await startCommands(supervisor, order, await prepare(order))
    } catch (error) {
      await supervisor.abandon()
      throw error
    }
  }

  /** Before the lines are stored, so that a step whose place was not recorded is met again. */
  const noteSteps = async (steps: readonly SpoolStep[]) => {
    const first = (await lastSeq()) + 1
    const found = steps.map(({ name, line }) => [name, first + line] as const)
    save({ logSeqs: { ...record.logSeqs, ...Object.fromEntries(found) } })
  }

  const followCommands = async (): Promise<void> => {
    follower = followJob({
      folder: jobFolder,
      log,
      source: `${buildId}@${record.startedAt}`,
      store: logs,
      now,
      onSteps: noteSteps,
      onState: () => context.changed(deploymentId),
      onError: error => context.log.warn({ err: error, buildId }, 'a build could not be followed'),
    })
    const left = new Promise<undefined>(resolve => {
      leaving.signal.addEventListener('abort', () => resolve(undefined), { once: true })
    })
    const found = await Promise.race([follower.ended, left])
    if (found === undefined) return
    if (found.is === 'lost') await endLostJob(job)
    const own = toBuildEnvironment(context.environment).PATH ?? ''
    const path = record.plan === null ? own : context.tools.toPath(record.plan, own)
    const failure = toBuildFailure({ job: found, record, folder, path })
    if (failure !== null) throw new SlipwayError(failure)
  }

  const run = async (): Promise<void> => {
    try {
      if (build.order !== undefined) {
        await print('platform', `Build ${buildId}`)
        await fetchAndStart(build.order)
      }
      leaving.signal.throwIfAborted()
      await followCommands()
      if (leaving.signal.aborted) return
      await finish({ artifact: context.folders.artifact(deploymentId, buildId), at: now() })
    } catch (error) {
      if (leaving.signal.aborted) return
      const failure = toFailure(error)
      if (failure.code === 'internal') context.log.warn({ err: error, buildId }, 'a build failed')
      await print('platform', failure.message).catch(() => undefined)
      await finish({ failure })
    }
  }

  /** The log first: whoever sees that the build has ended finds all of it. */
  const finish = async (end: NonNullable<BuildRecord['end']>): Promise<void> => {
    await writing.catch(() => undefined)
    await logs
      .close(log)
      .catch(error => context.log.warn({ err: error, buildId }, 'a log could not be closed'))
    // What filled the disk makes room for all else, this record too.
    if ('failure' in end && end.failure.code === 'disk_full')
      await rm(checkoutFolder(folder), { recursive: true, force: true, maxRetries: 5 })
    save({ end })
  }

  const done = run().catch(error =>
    context.log.warn({ err: error, buildId }, 'a build could not be recorded'),
  )

  return {
    record: () => record,
    done,
    async cancel() {
      leaving.abort(new Error('the build was cancelled'))
      await done
      if (observeJob(jobFolder).is !== 'absent') await stopJob(job)
      await follower?.dispose()
      await print('platform', 'Cancelled').catch(() => undefined)
      await logs.close(log).catch(() => undefined)
    },
    async dispose() {
      leaving.abort(new Error('Slipway closes'))
      await done
      await follower?.dispose()
    },
  }
}

/** A plan that starts something, or gives files to serve. */
function toStartable(plan: Plan): Plan {
  if (plan.start === null && plan.output === null) {
    throw new SlipwayError({
      code: 'plan_unsupported',
      message: 'The plan has no command that starts the app.',
      hint: 'Set the start command in the plan, then deploy again.',
    })
  }
  return plan
}
