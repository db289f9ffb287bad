import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { Failure } from '../../../shared/domain/failure.ts'
import type { Plan } from '../../../shared/domain/plan.ts'
import type { Commit, Step } from '../../../shared/domain/records.ts'
import type { BuildObservation } from '../driver.ts'
import { firstProgram, isOnPath } from './environment.ts'
import type { FoundJob } from './follow-job.ts'
import { type JobStepState, observeJob, readJson, writeJson } from './job.ts'
import { type LocalFolders, listNames } from './local-folders.ts'
import { missingTool, shownLines } from './run-failure.ts'

/** What is known of a build besides its job, as `build.json`. */
export interface BuildRecord {
  readonly deploymentId: string
  readonly buildId: string
  readonly timeLimitMs: number
  readonly startedAt: number
  readonly plan: Plan | null
  readonly commit: Commit | null
  /** Steps that are not the job's. */
  readonly steps: readonly Step[]
  /** Where the job's steps begin in the log. */
  readonly logSeqs: Readonly<Record<string, number>>
  /** `at`: after the last command, and before anything is started from it. Builds of an older Slipway do not have it. */
  readonly end: { readonly artifact: string; readonly at?: number } | { readonly failure: Failure } | null
}

export const buildJobFolder = (folder: string): string => join(folder, 'job')
export const checkoutFolder = (folder: string): string => join(folder, 'checkout')

export const readBuild = (folder: string): BuildRecord | undefined =>
  readJson<BuildRecord>(join(folder, 'build.json'))
export const writeBuild = (folder: string, record: BuildRecord): void =>
  writeJson(join(folder, 'build.json'), record)

/** Every finished build of the deployment that is there. */
export const listBuilds = (folders: LocalFolders, deploymentId: string) =>
  listNames(folders.builds(deploymentId)).flatMap(buildId => {
    const { plan, end } = readBuild(folders.build(deploymentId, buildId)) ?? {}
    return plan && end && 'artifact' in end ? [{ artifact: end.artifact, builtAt: end.at, plan }] : []
  })

export function toObservation(folder: string, record: BuildRecord): BuildObservation {
  const { end, plan, commit } = record
  const steps = toSteps(record, observeJob(buildJobFolder(folder)))
  const progress = { steps, ...(plan === null ? {} : { plan }), ...(commit === null ? {} : { commit }) }
  if (end === null) return { state: 'running', ...progress }
  if ('failure' in end) return { state: 'failed', failure: end.failure, ...progress }
  if (plan === null || commit === null) return { state: 'absent' }
  return { state: 'succeeded', artifact: end.artifact, plan, commit, steps }
}

const stepOrder: readonly Step['name'][] = ['fetch', 'plan', 'install', 'build', 'pack']

function toSteps(record: BuildRecord, job: ReturnType<typeof observeJob>): Step[] {
  const own = job.is === 'absent' ? [] : job.state.steps.map(step => toStep(step, record.logSeqs, job))
  return [...record.steps, ...own].sort((a, b) => stepOrder.indexOf(a.name) - stepOrder.indexOf(b.name))
}

function toStep(step: JobStepState, logSeqs: BuildRecord['logSeqs'], job: FoundJob): Step {
  const isGood = step.exitCode === 0 && !job.state.isTimedOut
  return {
    name: step.name === 'install' ? 'install' : 'build',
    status:
      step.finishedAt === null
        ? job.is === 'running'
          ? 'running'
          : 'failed'
        : isGood
          ? 'succeeded'
          : 'failed',
    startedAt: step.startedAt,
    finishedAt: step.finishedAt,
    logSeq: logSeqs[step.name] ?? 1,
  }
}

/** Why the finished job of a build is no success; null when it is one. */
export function toBuildFailure(build: {
  job: FoundJob
  record: BuildRecord
  folder: string
  path: string
}): Failure | null {
  const { job, record } = build
  const lastLines = job.state.lastLines.slice(-shownLines)
  const withLines = (failure: Failure): Failure =>
    lastLines.length === 0 ? failure : { ...failure, lines: lastLines }
  if (job.is === 'lost' || (job.state.stopRequestedAt !== null && !job.state.isTimedOut)) {
    return withLines({
      code: 'build_interrupted',
      message: 'The build was ended from outside.',
      hint: 'Deploy again.',
    })
  }
  if (job.state.isTimedOut) return withLines(timedOut(record.timeLimitMs))
  const step = job.state.steps.at(-1)
  if (step !== undefined && step.exitCode !== 0)
    return withLines(commandFailed(step, { plan: record.plan, path: build.path, lastLines }))
  return missingOutput(record.plan, build.folder)
}

export function timedOut(timeLimitMs: number): Failure {
  const minutes = Math.max(1, Math.round(timeLimitMs / 60_000))
  return {
    code: 'build_timed_out',
    message: `The build was not done within ${minutes} minute${minutes === 1 ? '' : 's'} and was ended.`,
    hint: 'Look into its log for what it was busy with or waited for, then deploy again.',
  }
}

/** What the operating system says, and npm. */
const fullDisk = /No space left on device|\bENOSPC\b|Disk quota exceeded/i

function commandFailed(
  step: JobStepState,
  { plan, path, lastLines }: { plan: Plan | null; path: string; lastLines: readonly string[] },
): Failure {
  const command = (step.name === 'install' ? plan?.install : plan?.build)?.value ?? step.name
  const program = firstProgram(command)
  if (step.exitCode === 127 && program !== undefined && !isOnPath(program, path)) {
    return missingTool(program, command)
  }
  if (fullDisk.test(lastLines.join('\n'))) {
    return {
      code: 'disk_full',
      message: `The disk is full: ${command} could not write.`,
      hint: 'Free some space, then deploy again. What this build had written is gone.',
    }
  }
  const how = step.signal === null ? `exited with code ${step.exitCode}` : `was ended by ${step.signal}`
  return {
    code: 'build_failed',
    message: `${command} ${how}.`,
    hint: 'Its last lines tell why. Mend it in the repository, or change the command in the plan, then deploy again.',
  }
}

/** Static files have to be where the plan says that the build puts them. */
function missingOutput(plan: Plan | null, folder: string): Failure | null {
  if (plan === null || plan.start !== null || plan.output === null) return null
  const output = plan.output.value
  if (existsSync(join(checkoutFolder(folder), plan.root, output))) return null
  return {
    code: 'build_failed',
    message: `There is no folder ${output} after the build.`,
    hint: 'Correct the output folder in the plan, then deploy again.',
  }
}
