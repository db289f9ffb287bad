import { toKeptFolders } from '../../shared/domain/kept-folder.ts'
import { findSaid } from '../../shared/domain/plan.ts'
import type { ReleaseOrder } from '../clusters/driver.ts'
import type { Reader } from '../database/reader.ts'
import type { DeploymentRow, ReleaseWithBuild } from '../database/rows.ts'
import type { SecretVersions } from '../secrets/secret-versions.ts'
import { toReleaseRecord } from './release-record.ts'

/** What a run of the release is, without the values of variables. */
export function toRunOrder(
  reader: Pick<Reader, 'addOn'>,
  deployment: DeploymentRow,
  release: ReleaseWithBuild,
): Omit<ReleaseOrder, 'variables' | 'secrets' | 'record'> {
  const { plan, artifact } = release.build
  if (!plan || artifact === null) throw new Error(`release ${release.id} has no artifact`)
  return {
    deploymentId: deployment.id,
    releaseId: release.id,
    run: deployment.run,
    artifact,
    plan,
    port: release.port,
    healthPath: findSaid(plan, release.build.planEdits, 'healthPath')?.value,
    isWorker: findSaid(plan, release.build.planEdits, 'worker') !== undefined,
    size: release.size,
    instances: deployment.instances,
    addOn: reader.addOn(deployment.id),
    keptFolders: toKeptFolders(deployment.keptFolders, plan.keep),
  }
}

/** All that a driver needs to run a release, its secrets resolved. */
export const toReleaseOrder = async (
  { reader, resolve }: { reader: Reader; resolve: SecretVersions['resolve'] },
  deployment: DeploymentRow,
  release: ReleaseWithBuild,
): Promise<ReleaseOrder> => ({
  ...toRunOrder(reader, deployment, release),
  record: toReleaseRecord(reader, deployment, release),
  ...(await resolve(release.variables)),
})
