import { spawn } from 'node:child_process'
import { closeSync, mkdirSync, openSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { SlipwayError } from '../../../shared/domain/failure.ts'
import { type JobOrder, observeJob } from './job.ts'
import { findJobProcesses, markerVariable, terminate } from './job-processes.ts'
import { isAlive, signalProcess } from './processes.ts'

/** How to run one of our own programs, in the source tree, in a bundle or by Electron as Node. */
export interface Program {
  readonly program: string
  readonly args: readonly string[]
  readonly env?: Readonly<Record<string, string>>
}

/** Beyond the grace, before a supervisor that does not answer is killed. */
const supervisorPatienceMs = 5000

/** A supervisor on its way, which waits for its order. */
export interface OpenJob {
  /** Starts the job, unless another supervisor has it already; resolves when its first step runs. */
  start(order: JobOrder): Promise<void>
  /** Ends a supervisor that was given no order; resolves when it is gone. */
  abandon(): Promise<void>
}

/** Starts the supervisor of the job in `folder` ahead of its order, since it takes its time. `marker`: on all of its processes. */
export function openJob({ folder, supervisor, marker }: JobPlace): OpenJob {
  mkdirSync(folder, { recursive: true })
  const errors = join(folder, 'supervisor.log')
  const errorFile = openSync(errors, 'a')
  const child = spawn(supervisor.program, [...supervisor.args, folder], {
    cwd: folder,
    detached: true,
    stdio: ['pipe', 'pipe', errorFile],
    env: supervisorEnvironment(marker, supervisor.env),
  })
  closeSync(errorFile)
  const failed = new Promise<Error>(resolve => child.once('error', resolve))
  const ended = new Promise<void>(resolve => child.once('exit', () => resolve()))
  const said = new Promise<undefined>(resolve => {
    child.stdout?.once('data', () => resolve(undefined))
    child.stdout?.once('close', () => resolve(undefined))
  })
  // A supervisor that is gone says so through its output.
  child.stdin?.on('error', () => undefined)

  return {
    async start(order) {
      child.stdin?.end(JSON.stringify(order))
      const cause = await Promise.race([failed, said])
      child.stdout?.destroy()
      child.unref()
      if (observeJob(folder).is === 'absent') {
        throw new SlipwayError(
          {
            code: 'internal',
            message: 'Slipway could not start the small program that watches over apps and builds.',
            hint: 'Try again. If it goes on, install Slipway anew.',
          },
          cause ?? new Error(readFileSync(errors, 'utf8').slice(-2000)),
        )
      }
    },
    async abandon() {
      child.stdin?.end()
      child.stdout?.destroy()
      await Promise.race([failed, ended])
    },
  }
}

export interface JobPlace {
  readonly folder: string
  readonly supervisor: Program
  readonly marker: string
}

/** Starts the job in `folder` unless it was started before; resolves when its first step runs. */
export async function startJob(place: JobPlace, order: JobOrder): Promise<void> {
  if (observeJob(place.folder).is === 'absent') await openJob(place).start(order)
}

/** TERM, grace, KILL for all that the job runs; resolves when nothing of it is left. */
export async function stopJob(job: { folder: string; marker: string; graceMs: number }): Promise<void> {
  const deadline = performance.now() + job.graceMs + supervisorPatienceMs
  const first = observeJob(job.folder)
  if (first.is === 'absent') return
  const { supervisor } = first.state
  signalProcess(supervisor, 'SIGTERM')
  while (isAlive(supervisor)) {
    if (performance.now() >= deadline) signalProcess(supervisor, 'SIGKILL')
    await delay(10)
  }
  const last = observeJob(job.folder)
  if (last.is === 'lost') await endLostJob(job)
}

/** Ends what a job whose supervisor is gone has left running. */
export async function endLostJob(job: { folder: string; marker: string; graceMs: number }): Promise<void> {
  const seen = observeJob(job.folder)
  const leader = seen.is === 'absent' ? null : seen.state.leader
  await terminate(() => findJobProcesses({ marker: job.marker, leader }), job.graceMs)
}

/** Nothing of what the job's variables are changes the supervisor itself. */
function supervisorEnvironment(
  marker: string,
  own: Readonly<Record<string, string>> | undefined,
): Record<string, string> {
  const needed = ['PATH', 'HOME', 'LANG', 'TMPDIR'].flatMap(name => {
    const value = process.env[name]
    return value === undefined ? [] : [[name, value] as const]
  })
  return { ...Object.fromEntries(needed), ...own, [markerVariable]: marker }
}
