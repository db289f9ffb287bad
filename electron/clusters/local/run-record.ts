import { join } from 'node:path'
import type { Failure } from '../../../shared/domain/failure.ts'
import type { Instance, ReleaseOrder } from '../driver.ts'
import type { HealthAnswer } from '../health.ts'
import type { ContainerProgram } from './containers.ts'
import type { FoundJob } from './follow-job.ts'
import { readJson, writeJson } from './job.ts'
import type { Listening } from './readiness.ts'

/** What is known of an instance besides its job, as `run.json`. Holds no variables. */
export interface RunRecord {
  readonly deploymentId: string
  readonly releaseId: string
  readonly run: number
  readonly command: string
  readonly offeredPort: number
  readonly expectedPort: number | null
  readonly startedAt: number
  /** It listens nowhere. */
  readonly isWorker?: true
  /** Such an app has run for a while; UTC milliseconds. */
  readonly settledAt?: number
  /** It is ready when this path answers. */
  readonly healthPath?: string
  /** It listens there, and what the path answered last was not well. */
  readonly unhealthy?: { readonly port: number; readonly answer: HealthAnswer }
  readonly listening: (Listening & { readonly at: number }) | null
  /** It runs in a container of this program. */
  readonly container?: ContainerProgram
  readonly isStopRequested: boolean
  /** Slipway gave up waiting for it to be ready. */
  readonly isLate: boolean
  readonly end: { readonly at: number; readonly failure: Failure | null } | null
}

export const runName = (run: Pick<ReleaseOrder, 'releaseId' | 'run'>): string => `${run.releaseId}-${run.run}`
export const runMarker = (run: Pick<ReleaseOrder, 'deploymentId' | 'releaseId' | 'run'>): string =>
  `${run.deploymentId}/${runName(run)}`
export const runJobFolder = (runFolder: string): string => join(runFolder, 'job')

export const readRun = (runFolder: string): RunRecord | undefined =>
  readJson<RunRecord>(join(runFolder, 'run.json'))
export const writeRun = (runFolder: string, record: RunRecord): void =>
  writeJson(join(runFolder, 'run.json'), record)

export function toInstance(record: RunRecord, job: FoundJob | undefined): Instance {
  const { listening, end, offeredPort } = record
  const readyAt = listening?.at ?? record.settledAt ?? null
  return {
    releaseId: record.releaseId,
    run: record.run,
    state: end !== null ? 'exited' : readyAt !== null ? 'ready' : 'starting',
    name: job?.state.leader == null ? '' : String(job.state.leader.pid),
    startedAt: record.startedAt,
    readyAt,
    exitedAt: end?.at ?? null,
    port: listening?.port ?? null,
    fixedPort: fixedPort(listening?.port ?? portTaken(end?.failure), offeredPort),
    failure: end?.failure ?? null,
  }
}

const portTaken = (failure: Failure | null | undefined) =>
  failure?.code === 'port_taken' ? failure.port : undefined

const fixedPort = (port: number | undefined, offeredPort: number) =>
  port === undefined || port === offeredPort ? null : port
