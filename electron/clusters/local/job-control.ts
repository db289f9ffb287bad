import { spawn } from 'node:child_process'
import { closeSync, mkdirSync, openSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { SlipwayError } from '../../../shared/domain/failure.ts'
import { type JobOrder, observeJob, orderFile, variablePrefix, writeJson } from './job.ts'
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

/** Starts the job in `folder` unless it was started before; resolves when its first step runs. */
export async function startJob(start: {
  folder: string
  order: JobOrder
  environment: Readonly<Record<string, string>>
  supervisor: Program
}): Promise<void> {
  const { folder, order, supervisor } = start
  mkdirSync(folder, { recursive: true })
  if (observeJob(folder).is !== 'absent') return
  writeJson(join(folder, orderFile), order)
  const errors = join(folder, 'supervisor.log')
  const errorFile = openSync(errors, 'a')
  const child = spawn(supervisor.program, [...supervisor.args, folder], {
    cwd: folder,
    detached: true,
    stdio: ['ignore', 'pipe', errorFile],
    env: supervisorEnvironment(start.environment, order.marker, supervisor.env),
  })
  closeSync(errorFile)
  const failed = new Promise<Error>(resolve => child.once('error', resolve))
  const said = new Promise<undefined>(resolve => {
    child.stdout?.once('data', () => resolve(undefined))
    child.stdout?.once('close', () => resolve(undefined))
  })
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

/** The supervisor's own environment holds the job's under a prefix, so that nothing in it changes the supervisor. */
function supervisorEnvironment(
  environment: Readonly<Record<string, string>>,
  marker: string,
  own: Readonly<Record<string, string>> | undefined,
): Record<string, string> {
  const prefixed = Object.entries(environment).map(([name, value]) => [variablePrefix + name, value] as const)
  const needed = ['PATH', 'HOME', 'LANG', 'TMPDIR'].flatMap(name => {
    const value = process.env[name]
    return value === undefined ? [] : [[name, value] as const]
  })
  return { ...Object.fromEntries(needed), ...own, ...Object.fromEntries(prefixed), [markerVariable]: marker }
}
