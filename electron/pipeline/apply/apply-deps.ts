import type { Source } from '../../../shared/domain/records.ts'
import type { StoredVariable } from '../../../shared/domain/variable.ts'
import type { ClusterDriver } from '../../clusters/driver.ts'
import type { DriftRecords } from '../../database/drift.ts'
import type { Reader } from '../../database/reader.ts'
import type { DeploymentRow } from '../../database/rows.ts'
import type { Writer } from '../../database/writer.ts'
import type { LogStore } from '../../logs/log-store.ts'
import type { ResolvedVariables } from '../../secrets/secret-versions.ts'
import type { GitLogin } from '../../sources/source-reader.ts'
import type { Checkpoint } from '../effects.ts'

/** What ended, for notifications. Not for control flow. */
export interface DeploymentEvent {
  readonly kind: 'build_failed' | 'released' | 'release_failed' | 'crashed'
  readonly deploymentId: string
  readonly name: string
  readonly detail: string
  readonly buildId?: string
}

export interface ApplyDeps {
  readonly reader: Reader
  readonly writer: Writer
  readonly driver: ClusterDriver
  readonly drift: DriftRecords
  readonly logs: LogStore
  readonly resolve: (variables: readonly StoredVariable[]) => Promise<ResolvedVariables>
  /** What git shows when the repository asks who reads it. */
  readonly loginFor: (source: Source, reader: { ownerId: string }) => Promise<GitLogin | undefined>
  /** Versions of secrets may have lost their last use. */
  readonly onRemoved: () => void
  readonly checkpoint: Checkpoint
  readonly now: () => number
  readonly limits: { readonly builds: number; readonly buildTimeMs: number }
  readonly onEvent: (event: DeploymentEvent) => void
  /** A place for a build became free. */
  readonly onSlotFree: () => void
}

/** A wish that came between the look and the effect counts: then nothing is recorded, and the next look decides. */
export function isStillWanted(reader: Reader, seen: DeploymentRow): boolean {
  const row = reader.deploymentRow(seen.id)
  return row?.wanted === seen.wanted && row.targetReleaseId === seen.targetReleaseId && row.run === seen.run
}

export function toEvent(
  deployment: DeploymentRow,
  kind: DeploymentEvent['kind'],
  detail: string,
): DeploymentEvent {
  return { kind, deploymentId: deployment.id, name: deployment.name, detail }
}

/** Of a build, and of the command of a release. */
export function toTimeLimitMs(
  { reader, limits }: Pick<ApplyDeps, 'reader' | 'limits'>,
  { clusterId }: DeploymentRow,
): number {
  const minutes = reader.clusterSettings(clusterId)?.buildMinutes
  return minutes === undefined ? limits.buildTimeMs : minutes * 60_000
}
