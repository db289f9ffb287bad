import type { DeploymentRow, Reader } from '../database/reader.ts'

/** Whether one more build may begin on the deployment's cluster: as many at once as are set for it, else as `builds` says. */
export const hasFreeSlot = (
  reader: Pick<Reader, 'clusterSettings' | 'runningBuilds'>,
  { clusterId }: Pick<DeploymentRow, 'clusterId'>,
  { builds }: { readonly builds: number },
): boolean => reader.runningBuilds(clusterId).length < (reader.clusterSettings(clusterId)?.builds ?? builds)
