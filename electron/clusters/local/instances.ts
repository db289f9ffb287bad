import { existsSync, mkdirSync, rmSync } from 'node:fs'
import { connect } from 'node:net'
import type { Duplex } from 'node:stream'
import { SlipwayError } from '../../../shared/domain/failure.ts'
import type { Instance, ReleaseOrder } from '../driver.ts'
import { isContainerPlan, toContainerProgram } from './containers.ts'
import { toAppEnvironment, toChildEnvironment, toScriptVariables, toShellWord } from './environment.ts'
import { observeJob } from './job.ts'
import { startJob } from './job-control.ts'
import { type KeptFolders, toKeptOrder } from './kept-folders.ts'
import type { LocalContext } from './local-deps.ts'
import { folderInside, listNames } from './local-folders.ts'
import { findFreePort } from './ports.ts'
import {
  type RunRecord,
  readRun,
  runJobFolder,
  runMarker,
  runName,
  toInstance,
  writeRun,
} from './run-record.ts'
import { createRunTask, type RunTask } from './run-task.ts'
import type { ShellPlace } from './shell.ts'

/** The person's own. */
function toLoginShell({ SHELL, ComSpec }: NodeJS.ProcessEnv): { program: string; args: string[] } {
  if (process.platform === 'win32') return { program: ComSpec ?? 'cmd.exe', args: [] }
  return { program: SHELL || '/bin/sh', args: [] }
}

/** The running apps. What runs already is found by `adopt`. */
export function createInstances(context: LocalContext, keptFolders: KeptFolders) {
  const { folders } = context
  /** By folder. */
  const tasks = new Map<string, RunTask>()

  const follow = (folder: string, record: RunRecord) => {
    if (!tasks.has(folder)) tasks.set(folder, createRunTask(context, { folder, record }))
  }
  const runFolders = (deploymentId: string) =>
    listNames(folders.runs(deploymentId)).map(name => folders.run(deploymentId, name))

  const observeRun = async (folder: string): Promise<Instance | undefined> => {
    const record = readRun(folder)
    const job = observeJob(runJobFolder(folder))
    if (record === undefined || job.is === 'absent') return undefined
    if (record.end === null && job.is !== 'running') {
      await tasks.get(folder)?.ended
      return toInstance(readRun(folder) ?? record, job)
    }
    return toInstance(record, job)
  }

  const stopRun = async (folder: string) => {
    const task = tasks.get(folder)
    await task?.stop()
    await task?.dispose()
    tasks.delete(folder)
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 })
  }

  return {
    /** Follows every instance that an earlier Slipway left. */
    adopt(): void {
      for (const deploymentId of folders.listDeployments()) {
        for (const folder of runFolders(deploymentId)) {
          const record = readRun(folder)
          if (record !== undefined && observeJob(runJobFolder(folder)).is !== 'absent') follow(folder, record)
        }
      }
    },

    async apply(order: ReleaseOrder): Promise<void> {
      const folder = folders.run(order.deploymentId, runName(order))
      const jobFolder = runJobFolder(folder)
      // A run that was recorded and not started offers the same port: its supervisor may be on its way.
      const earlier = readRun(folder)
      if (earlier === undefined) rmSync(folder, { recursive: true, force: true })
      else if (observeJob(jobFolder).is !== 'absent') return follow(folder, earlier)
      const offeredPort = earlier?.offeredPort ?? (await findFreePort())
      const { command, cwd, environment } = toCommand(context, order, offeredPort)
      await context.tools.ensure(order.plan)
      const PATH = context.tools.toPath(order.plan, environment.PATH ?? '')
      await keptFolders.link(toKeptOrder(order), { moves: false })
      await startRun(folder, {
        record: {
          deploymentId: order.deploymentId,
          releaseId: order.releaseId,
          run: order.run,
          command,
          offeredPort,
          expectedPort: order.port ?? order.plan.port?.value ?? null,
          startedAt: context.now(),
          ...(order.isWorker ? { isWorker: true as const } : {}),
          ...(order.healthPath ? { healthPath: order.healthPath } : {}),
          ...(isContainerPlan(order.plan) ? { container: toContainerProgram(order.plan) } : {}),
          listening: null,
          isStopRequested: false,
          isLate: false,
          end: null,
        },
        cwd,
        environment: { ...environment, PATH },
        secrets: order.secrets,
      })
    },

    async observe(deploymentId: string): Promise<Instance[]> {
      const found = await Promise.all(runFolders(deploymentId).map(observeRun))
      return found
        .flatMap(instance => instance ?? [])
        .sort((a, b) => (a.releaseId === b.releaseId ? a.run - b.run : a.releaseId < b.releaseId ? -1 : 1))
    },

    /** Where and how a shell would be beside the app: its folder, its variables, its programs; or inside of its container. */
    async shellPlace(order: ReleaseOrder): Promise<ShellPlace> {
      const { offeredPort = 0 } = readRun(folders.run(order.deploymentId, runName(order))) ?? {}
      const { cwd, environment } = toCommand(context, order, offeredPort)
      if (isContainerPlan(order.plan)) {
        const [program, ...args] = context.containers.toShellWords(order.plan, runName(order))
        return { program, args, cwd, environment }
      }
      const { program, args } = toLoginShell(context.environment)
      const PATH = context.tools.toPath(order.plan, environment.PATH ?? '')
      return { program, args, cwd, environment: { ...environment, PATH } }
    },

    isInContainer: (deploymentId: string): boolean =>
      [...tasks.values()].some(task => {
        const { deploymentId: id, container } = task.record()
        return id === deploymentId && container !== undefined
      }),

    async stop(deploymentId: string, isKept: (instance: Instance) => boolean): Promise<void> {
      await Promise.all(
        runFolders(deploymentId).map(async folder => {
          const instance = await observeRun(folder)
          if (instance === undefined || !isKept(instance)) await stopRun(folder)
        }),
      )
    },

    async dial(target: { deploymentId: string; releaseId: string }): Promise<Duplex> {
      const ready = [...tasks.values()]
        .map(task => task.record())
        .filter(run => run.deploymentId === target.deploymentId && run.releaseId === target.releaseId)
        .filter(run => run.end === null && !run.isStopRequested)
        .sort((a, b) => b.run - a.run)
        .flatMap(run => run.listening ?? [])[0]
      if (ready === undefined) throw notReachable()
      return await open(ready)
    },

    async dispose(): Promise<void> {
      await Promise.all([...tasks.values()].map(task => task.dispose()))
      tasks.clear()
    },
  }

  async function startRun(
    folder: string,
    start: {
      record: RunRecord
      cwd: string
      environment: Record<string, string>
      secrets: readonly string[]
    },
  ): Promise<void> {
    const { record } = start
    const jobFolder = runJobFolder(folder)
    mkdirSync(folder, { recursive: true })
    writeRun(folder, record)
    await startJob(
      { folder: jobFolder, supervisor: context.supervisor, marker: runMarker(record) },
      {
        kind: 'app',
        steps: [{ name: 'start', command: record.command, cwd: start.cwd }],
        graceMs: context.limits.graceMs,
        timeLimitMs: null,
        offeredPort: record.offeredPort,
        environment: start.environment,
        secrets: start.secrets,
      },
    )
    follow(folder, record)
    context.changed(record.deploymentId)
  }
}

/** Where the app is started. Throws when it is gone. */
export function toAppFolder(
  { folders }: Pick<LocalContext, 'folders'>,
  { artifact, plan }: Pick<ReleaseOrder, 'artifact' | 'plan'>,
): string {
  const folder = folderInside(folders.artifactFolder(artifact), plan.root)
  if (existsSync(folder)) return folder
  throw new SlipwayError({
    code: 'not_found',
    message: 'What the build made is no longer on this computer.',
    hint: 'Deploy again to build it anew.',
  })
}

/** Static files have no command of their own: Slipway's server is run like an app. */
function toCommand(context: LocalContext, order: ReleaseOrder, port: number) {
  const { plan, variables } = order
  const checkout = context.folders.artifactFolder(order.artifact)
  const cwd = toAppFolder(context, order)
  if (isContainerPlan(plan)) {
    const command = context.containers.toRunCommand(plan, {
      buildId: context.folders.buildIdOf(order.artifact),
      deploymentId: order.deploymentId,
      name: runName(order),
      port,
      inside: order.port ?? plan.port?.value ?? 8080,
      variables: Object.keys(variables),
    })
    return { command, cwd, environment: { ...toChildEnvironment(context.environment), ...variables } }
  }
  const environment = toAppEnvironment({ environment: context.environment, variables, port })
  if (plan.start !== null) {
    const isScript = plan.start.origin === 'package.json scripts.start'
    const more = isScript ? toScriptVariables(cwd, environment.PATH ?? '') : {}
    return { command: plan.start.value, cwd, environment: { ...environment, ...more } }
  }
  const { program, args, env } = context.staticServer
  const output = folderInside(checkout, plan.root, plan.output?.value ?? '')
  const words = [program, ...args, output, checkout, ...(plan.fallback ? [plan.fallback.value] : [])]
  const command = `exec ${words.map(toShellWord).join(' ')}`
  return { command, cwd, environment: { ...environment, ...env } }
}

async function open(place: { host: string; port: number }): Promise<Duplex> {
  return await new Promise((resolve, reject) => {
    const socket = connect({ host: place.host, port: place.port, noDelay: true })
    socket.once('connect', () => {
      socket.removeListener('error', fail)
      resolve(socket)
    })
    const fail = (error: Error) => reject(notReachable(error))
    socket.once('error', fail)
  })
}

const notReachable = (cause?: unknown) =>
  new SlipwayError(
    {
      code: 'unavailable',
      message: 'The app takes no connection now.',
      hint: 'Wait until it is ready, or look into its log.',
    },
    cause,
  )
