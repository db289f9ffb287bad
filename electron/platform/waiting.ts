import type { BuildSummary } from '../../shared/domain/records.ts'
import type { Reader } from '../database/reader.ts'
import { findWait, toWaitText } from '../pipeline/slots.ts'

/** Builds as they are shown: a queued one says what it waits for. */
export function createWaiting(reader: Reader, limits: { readonly builds: number }) {
  const toText = ({ id, deploymentId }: BuildSummary): string | null => {
    if (reader.unfinishedBuilds(deploymentId).some(one => one.status === 'running' && one.id !== id))
      return 'waits for the build before it'
    const deployment = reader.deploymentRow(deploymentId)
    const wait = deployment && findWait(reader, deployment, limits)
    return wait === undefined ? null : toWaitText(wait)
  }
  return <B extends BuildSummary>(build: B): B =>
    build.status === 'queued' ? { ...build, waitsFor: toText(build) } : build
}
