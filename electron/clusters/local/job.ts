import { readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { isAlive, type ProcessIdentity } from './processes.ts'

/** What a supervisor does. It comes through a pipe: variables are never on disk, nor in the supervisor's own environment. */
export interface JobOrder {
  readonly kind: 'build' | 'app'
  readonly steps: readonly JobStep[]
  readonly graceMs: number
  readonly timeLimitMs: number | null
  /** Said in the first line of the output of an app. */
  readonly offeredPort: number | null
  /** Variables of what the steps run. */
  readonly environment: Readonly<Record<string, string>>
  /** Values that are masked in the output. */
  readonly secrets: readonly string[]
}

export interface JobStep {
  readonly name: string
  /** For `/bin/sh -c`. */
  readonly command: string
  readonly cwd: string
}

/** What became of the job so far, as `state.json`, replaced as a whole. */
export interface JobState {
  readonly supervisor: ProcessIdentity
  /** Leader of the process group of the step that runs now, or ran last. */
  readonly leader: ProcessIdentity | null
  readonly steps: readonly JobStepState[]
  readonly stopRequestedAt: number | null
  readonly isTimedOut: boolean
  readonly finishedAt: number | null
  /** The last lines of output, set when it has finished. */
  readonly lastLines: readonly string[]
}

export interface JobStepState {
  readonly name: string
  readonly startedAt: number
  readonly finishedAt: number | null
  readonly exitCode: number | null
  readonly signal: string | null
}

/** A job as it is found. `lost`: its supervisor was killed, what it ran may live on. */
export type JobObservation =
  | { readonly is: 'absent' }
  | { readonly is: 'running' | 'finished' | 'lost'; readonly state: JobState }

export const lockFile = 'lock.json'
export const stateFile = 'state.json'

/** Replaces a file as a whole: a reader sees the old text or the new one. */
export function writeJson(path: string, value: unknown): void {
  const draft = `${path}.${process.pid}.draft`
  writeFileSync(draft, JSON.stringify(value))
  renameSync(draft, path)
}

/** The value in a file that `writeJson` wrote; undefined when there is none. */
export function readJson<T>(path: string): T | undefined {
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
  return JSON.parse(text) as T
}

export function observeJob(folder: string): JobObservation {
  const state = readJson<JobState>(join(folder, stateFile)) ?? toFirstState(folder)
  if (state === undefined) return { is: 'absent' }
  if (state.finishedAt !== null) return { is: 'finished', state }
  if (isAlive(state.supervisor)) return { is: 'running', state }
  // It may have finished between the two looks.
  const last = readJson<JobState>(join(folder, stateFile)) ?? state
  return { is: last.finishedAt === null ? 'lost' : 'finished', state: last }
}

/** A supervisor that holds the lock and has not written its state yet. */
function toFirstState(folder: string): JobState | undefined {
  const supervisor = readJson<ProcessIdentity>(join(folder, lockFile))
  if (supervisor === undefined) return undefined
  return {
    supervisor,
    leader: null,
    steps: [],
    stopRequestedAt: null,
    isTimedOut: false,
    finishedAt: null,
    lastLines: [],
  }
}
