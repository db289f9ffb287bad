import type { BuildSummary } from '../../shared/domain/records.ts'
import type { Reader } from '../database/reader.ts'
import { findWait, toWaitText } from '../pipeline/slots.ts'

/** Builds as they are shown: a queued one says what it waits for, a running one how long it may take. */
export function createBuildOutlook(reader: Reader, limits: { readonly builds: number }) {
  const toText = ({ id, deploymentId }: BuildSummary): string | null => {
    if (reader.unfinishedBuilds(deploymentId).some(one => one.status === 'running' && one.id !== id))
      return 'waits for the build before it'
    const deployment = reader.deploymentRow(deploymentId)
    const wait = deployment && findWait(reader, deployment, limits)
    return wait === undefined ? null : toWaitText(wait)
  }
  return <B extends BuildSummary>(build: B): B => {
    if (build.status === 'queued') return { ...build, waitsFor: toText(build) }
    if (build.status === 'running')
      return { ...build, usualMs: toMedian(reader.buildDurations(build.deploymentId)) }
    return build
  }
}

const toMedian = (values: readonly number[]): number | null =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? null
