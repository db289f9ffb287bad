import { setTimeout as delay } from 'node:timers/promises'
import type { LogRef } from '../../../shared/domain/log.ts'
import { toChildEnvironment } from './environment.ts'
import { type FoundJob, followJob } from './follow-job.ts'
import { waitUntilHealthy } from './health-wait.ts'
import { observeJob } from './job.ts'
import { endLostJob, stopJob } from './job-control.ts'
import type { LocalContext } from './local-deps.ts'
import { findPortHolder } from './ports.ts'
import type { ProcessIdentity } from './processes.ts'
import { type Listening, waitUntilListening, waitUntilPublished } from './readiness.ts'
import { toRunFailure } from './run-failure.ts'
import { type RunRecord, runJobFolder, runMarker, runName, writeRun } from './run-record.ts'

/** One instance that is looked after: its output is brought in, its readiness found, its end explained. */
export interface RunTask {
  record(): RunRecord
  /** Resolves when the instance has ended, its output is in the log and why is in its record. */
  readonly ended: Promise<void>
  stop(): Promise<void>
  dispose(): Promise<void>
}

/** Looks after an instance whose job was started, by us or by an earlier Slipway. */
export function createRunTask(context: LocalContext, run: { folder: string; record: RunRecord }): RunTask {
  const { limits, logs, now } = context
  const jobFolder = runJobFolder(run.folder)
  const marker = runMarker(run.record)
  const log: LogRef = { kind: 'runtime', id: run.record.deploymentId }
  const probing = new AbortController()
  const job = { folder: jobFolder, marker, graceMs: limits.graceMs }
  let record = run.record

  const save = (change: Partial<RunRecord>) => {
    record = { ...record, ...change }
    writeRun(run.folder, record)
    context.changed(record.deploymentId)
  }
  const say = async (text: string) => {
    await logs.append(log, [{ at: now(), stream: 'platform', text, isPartial: false }])
  }
  const warn = (error: unknown) =>
    context.log.warn({ err: error, deploymentId: record.deploymentId }, 'an instance could not be followed')

  const follower = followJob({
    folder: jobFolder,
    log,
    // A run that is started again under its name has a spool of its own.
    source: `${runName(record)}@${record.startedAt}`,
    store: logs,
    now,
    onState: () => context.changed(record.deploymentId),
    onError: warn,
  })

  /** What listens nowhere has only its time to tell by; a second Slipway counts from its start too. */
  const settle = async () => {
    const leftMs = record.startedAt + limits.settleMs - now()
    await delay(Math.min(Math.max(leftMs, 0), limits.settleMs), undefined, { signal: probing.signal })
    if (record.end === null) save({ settledAt: now() })
  }

  const probe = async () => {
    const { offeredPort, expectedPort } = record
    const begun = performance.now()
    const limit = { limitMs: limits.readyMs, signal: probing.signal }
    const listening =
      record.container === undefined
        ? await waitUntilListening({
            marker,
            leader: () => currentLeader(jobFolder),
            offeredPort,
            expectedPort,
            ...limit,
          })
        : await waitUntilPublished({ port: offeredPort, ...limit })
    if (probing.signal.aborted || record.end !== null) return
    if (listening === undefined) return giveUp('Did not listen on a port')
    if (record.healthPath !== undefined) {
      const leftMs = Math.max(limits.readyMs - (performance.now() - begun), 0)
      const isHealthy = await untilHealthy(listening, { path: record.healthPath, leftMs })
      if (probing.signal.aborted || record.end !== null) return
      if (!isHealthy) return giveUp(`Was not ready at ${record.healthPath}`)
    }
    save({ listening: { ...listening, at: now() } })
    const { port } = listening
    await say(
      port === offeredPort
        ? `Listens on ${port}`
        : `Listens on ${port}, not on the offered port ${offeredPort}: using ${port}`,
    )
  }

  const untilHealthy = (listening: Listening, { path, leftMs }: { path: string; leftMs: number }) =>
    waitUntilHealthy(listening, {
      ...{ path, limitMs: leftMs, signal: probing.signal },
      heard: answer => {
        const { port } = listening
        save({ unhealthy: { port, answer } })
        const said = answer === null ? 'gives no answer' : `answered ${answer}`
        say(`Listens on ${port}; ${path} ${said}: not ready yet`).catch(warn)
      },
    })

  const giveUp = async (why: string) => {
    save({ isLate: true })
    await say(`${why} within ${Math.round(limits.readyMs / 1000)} s: stopping`)
    await stopJob(job)
  }

  const explain = (found: FoundJob) => {
    const step = found.state.steps.at(-1)
    return toRunFailure({
      deploymentId: record.deploymentId,
      command: record.command,
      path: toChildEnvironment(context.environment).PATH ?? '',
      end: found.is === 'lost' ? 'lost' : record.isLate ? 'late' : 'exited',
      exitCode: step?.exitCode ?? null,
      signal: step?.signal ?? null,
      wasReady: record.listening !== null || record.settledAt !== undefined,
      isWorker: record.isWorker === true,
      unhealthy: toUnhealthy(record),
      lines: found.state.lastLines,
      expectedPort: record.expectedPort,
      limitMs: limits.readyMs,
      findHolder: findPortHolder,
      nameOf: id => context.nameOf?.(id),
    })
  }

  const finish = async (found: FoundJob) => {
    probing.abort()
    if (found.is === 'lost') {
      await endLostJob(job)
      await say('Its supervisor was killed, so the app was ended too').catch(warn)
    }
    if (record.end !== null) return
    if (record.container !== undefined)
      await context.containers.removeContainer(record.container, runName(record))
    const failure = record.isStopRequested ? null : explain(found)
    save({ end: { at: found.state.finishedAt ?? now(), failure } })
  }

  const ended = follower.ended.then(finish)
  ended.catch(warn)
  if (record.end === null && record.listening === null && record.settledAt === undefined) {
    const getReady = record.isWorker ? settle : probe
    getReady().catch(error => {
      if (!probing.signal.aborted) warn(error)
    })
  }

  return {
    record: () => record,
    ended,
    async stop() {
      probing.abort()
      if (record.end === null) save({ isStopRequested: true })
      await stopJob(job)
      await ended
    },
    async dispose() {
      probing.abort()
      await follower.dispose()
    },
  }
}

const toUnhealthy = ({ healthPath: path, unhealthy }: RunRecord) =>
  path === undefined || unhealthy === undefined ? undefined : { path, ...unhealthy }

function currentLeader(jobFolder: string): ProcessIdentity | null {
  const found = observeJob(jobFolder)
  return found.is === 'absent' ? null : found.state.leader
}
