/**
 * Runs one job, outlives Slipway: `node supervisor.ts <job folder>`, in a session of its own, with the order on its
 * standard input. Output goes to the spool,
 * what happened to state.json. TERM ends the job and everything that it started.
 */
import { spawn } from 'node:child_process'
import { closeSync, existsSync, linkSync, rmSync, writeFileSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { setTimeout as delay } from 'node:timers/promises'
import { createMasker } from '../masking.ts'
import { createLineSplitter, type OutputPiece } from '../output-lines.ts'
import { type JobOrder, type JobState, type JobStep, lockFile, stateFile, writeJson } from './job.ts'
import { findJobProcesses, markerVariable, terminate } from './job-processes.ts'
import { findProcess, identifyChild, type ProcessIdentity } from './processes.ts'
import { createSpoolWriter } from './spool.ts'

/** An unfinished line, such as a prompt, is shown after this. */
const partialLineMs = 250
/** A full disk is tried again after this. */
const retryMs = 250
/** Output may still be in the pipes when everything that wrote it has ended. */
const drainMs = 1000
/** Room for a stack trace and what comes before it. */
const lastLinesCount = 30
const lastLineLength = 500
/** More than a state with all of its last lines. */
const reserveBytes = 96 * 1024

const folder = process.argv[2] ?? '.'
const marker = process.env[markerVariable] ?? ''
const order = await readOrder()
const self = findProcess(process.pid)
if (order !== undefined && self !== undefined && takeLock({ pid: self.pid, startTime: self.startTime })) {
  await supervise(order, { pid: self.pid, startTime: self.startTime })
}

/** Undefined when whoever started us went away, or has no order after all. */
async function readOrder(): Promise<JobOrder | undefined> {
  const json = await text(process.stdin).catch(() => '')
  return json === '' ? undefined : (JSON.parse(json) as JobOrder)
}

/** The job belongs to the one supervisor that links the lock file, for ever: a job runs once. */
function takeLock(identity: ProcessIdentity): boolean {
  const draft = join(folder, `${lockFile}.${identity.pid}`)
  writeFileSync(draft, JSON.stringify(identity))
  try {
    linkSync(draft, join(folder, lockFile))
    return true
  } catch {
    return false
  } finally {
    rmSync(draft, { force: true })
  }
}

/** Room on the disk for the last record of the job, which tells of a disk that is full. */
function takeReserve(): string {
  const path = join(folder, 'reserve')
  try {
    writeFileSync(path, Buffer.alloc(reserveBytes))
  } catch {
    // It is full already.
  }
  return path
}

async function supervise(job: JobOrder, supervisor: ProcessIdentity): Promise<void> {
  const spool = createSpoolWriter(folder)
  const reserve = takeReserve()
  const lastLines: string[] = []
  let stopping: Promise<void> | undefined
  let state: JobState = {
    supervisor,
    leader: null,
    steps: [],
    stopRequestedAt: null,
    isTimedOut: false,
    finishedAt: null,
    lastLines: [],
  }
  let isRecorded = true
  const record = (change: Partial<JobState>) => {
    state = { ...state, ...change }
    try {
      writeJson(join(folder, stateFile), state)
      isRecorded = true
    } catch (error) {
      isRecorded = false
      // A full disk must not end the app; a deleted folder means that nobody wants it any more.
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') stopping ??= endAll()
    }
  }
  const say = (text: string, step?: string) => {
    const line = {
      at: Date.now(),
      stream: 'platform',
      text: text.replace(/\s*\n\s*/g, ' '),
      isPartial: false,
    } as const
    spool.write([step === undefined ? line : { ...line, step }])
  }
  const keep = (stream: 'stdout' | 'stderr', pieces: readonly OutputPiece[]) => {
    const at = Date.now()
    spool.write(pieces.map(piece => ({ at, stream, text: piece.text, isPartial: piece.isPartial })))
    const shown = pieces.slice(-lastLinesCount).filter(piece => piece.text.trim() !== '')
    lastLines.push(...shown.map(piece => piece.text.slice(0, lastLineLength)))
    lastLines.splice(0, lastLines.length - lastLinesCount)
  }

  /** A full disk holds up lines and state: they are written when there is room, or never when the job was stopped. */
  const retrying = setInterval(() => {
    // Nobody wants what writes into a folder that is gone.
    if (!spool.flush() && !existsSync(folder)) stopping ??= endAll()
    if (!isRecorded) record({})
  }, retryMs)

  const endAll = () =>
    terminate(() => findJobProcesses({ marker, leader: state.leader, except: process.pid }), job.graceMs)
  const stop = () => {
    if (stopping !== undefined) return
    stopping = endAll()
    record({ stopRequestedAt: Date.now() })
  }
  process.on('SIGTERM', stop)
  process.on('SIGINT', stop)
  process.on('SIGHUP', () => undefined)
  const limit =
    job.timeLimitMs === null
      ? undefined
      : setTimeout(() => {
          record({ isTimedOut: true })
          stopping ??= endAll()
        }, job.timeLimitMs)

  record({})
  for (const step of job.steps) {
    if (stopping !== undefined) break
    const isGood = await runStep(step)
    if (!isGood) break
  }
  clearTimeout(limit)
  await stopping
  clearInterval(retrying)
  while (!spool.flush() && stopping === undefined) await delay(retryMs)
  spool.close()
  rmSync(reserve, { force: true })
  record({ finishedAt: Date.now(), lastLines })
  while (!isRecorded && stopping === undefined) {
    await delay(retryMs)
    record({})
  }

  async function runStep(step: JobStep): Promise<boolean> {
    if (job.kind === 'build') say(`$ ${step.command}`, step.name)
    const startedAt = Date.now()
    const child = spawn('/bin/sh', ['-c', step.command], {
      cwd: step.cwd,
      env: { ...job.environment, [markerVariable]: marker },
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    const before = state.steps
    const ended = new Promise<{ exitCode: number | null; signal: string | null }>(resolve => {
      child.once('error', error => {
        say(`Cannot start: ${error.message}`)
        resolve({ exitCode: 126, signal: null })
      })
      child.once('exit', (exitCode, signal) => resolve({ exitCode, signal }))
    })
    const leader = child.pid === undefined ? undefined : identifyChild(child.pid)
    record({
      leader: leader ?? null,
      steps: [...before, { name: step.name, startedAt, finishedAt: null, exitCode: null, signal: null }],
    })
    if (job.kind === 'app') {
      say(
        `Started, pid ${child.pid ?? '?'}${job.offeredPort === null ? '' : `, offered port ${job.offeredPort}`}`,
      )
    }
    if (before.length === 0) reportStarted()
    const drained = Promise.all([
      drain(child.stdout, job.secrets, pieces => keep('stdout', pieces)),
      drain(child.stderr, job.secrets, pieces => keep('stderr', pieces)),
    ])

    const end = await ended
    await (stopping ?? endAll())
    const patience = setTimeout(() => {
      child.stdout?.destroy()
      child.stderr?.destroy()
    }, drainMs)
    await drained
    clearTimeout(patience)

    record({ steps: [...before, { name: step.name, startedAt, finishedAt: Date.now(), ...end }] })
    if (job.kind === 'app') say(toEndText(end, state))
    return end.exitCode === 0
  }
}

/** Resolves when the stream has ended and every line of it was handed on. */
async function drain(
  stream: NodeJS.ReadableStream,
  secrets: readonly string[],
  keep: (pieces: readonly OutputPiece[]) => void,
): Promise<void> {
  const splitter = createLineSplitter()
  const masker = createMasker(secrets)
  let flushing: NodeJS.Timeout | undefined
  stream.on('data', (bytes: Buffer) => {
    keep(splitter.push(masker.push(bytes)))
    clearTimeout(flushing)
    if (splitter.hasRest()) flushing = setTimeout(() => keep(splitter.flush()), partialLineMs)
  })
  await new Promise<void>(resolve => {
    stream.once('close', resolve)
    stream.once('error', () => resolve())
  })
  clearTimeout(flushing)
  keep(splitter.push(masker.end()))
  keep(splitter.end())
}

function toEndText(end: { exitCode: number | null; signal: string | null }, state: JobState): string {
  const how = end.signal === null ? `with code ${end.exitCode}` : `by ${end.signal}`
  return state.stopRequestedAt === null ? `Exited ${how}` : `Stopped; exited ${how}`
}

/** Tells whoever started the supervisor, if they are still there, that the job is under way. */
function reportStarted(): void {
  try {
    writeSync(1, 'started\n')
    closeSync(1)
  } catch {
    // Nobody listens any more.
  }
}
