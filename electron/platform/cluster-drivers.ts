import { type Failure, SlipwayError, toFailure } from '../../shared/domain/failure.ts'
import { findSaid } from '../../shared/domain/plan.ts'
import { type Clusters, createClusters } from '../clusters/clusters.ts'
import type { DeploymentFacts } from '../clusters/kubernetes/kubernetes-deps.ts'
import type { LocalDriver } from '../clusters/local/local-driver.ts'
import type { Reader } from '../database/reader.ts'
import type { PlatformDeps } from './platform-deps.ts'
import type { RegistryPasswords } from './registry-passwords.ts'

/** Every cluster as one driver, with what the records say of clusters and deployments. */
export function createClusterDrivers({
  reader,
  local,
  createKubernetesDriver,
  readRegistryPassword,
  noteConnection,
  noteDomains,
}: {
  reader: Reader
  local: LocalDriver
  createKubernetesDriver: PlatformDeps['createKubernetesDriver']
  readRegistryPassword: RegistryPasswords['read']
  noteConnection: (clusterId: string, failure: Failure | null) => void
  noteDomains: (deploymentId: string) => void
}): Clusters {
  return createClusters({
    local,
    clusterOf: id => reader.deployment(id)?.cluster,
    createDriver: async clusterId => {
      const settings = reader.clusterSettings(clusterId)
      if (settings === undefined) throw new Error(`cluster ${clusterId} has no row`)
      return createKubernetesDriver({
        clusterId,
        settings,
        readRegistryPassword: () => readRegistryPassword(settings),
        describe: id => describeDeployment(reader, id),
        hasOthers: id => hasOthers(reader, { clusterId, id }),
        noteConnection: failure => noteConnection(clusterId, failure),
        noteDomains,
      }).catch(error => {
        noteConnection(clusterId, toFailure(error))
        throw error
      })
    },
  })
}

/** What is being removed counts too: its own end brings the rest. */
function hasOthers(reader: Reader, { clusterId, id }: { clusterId: string; id: string }): boolean {
  const owner = reader.ownerOf(id)
  return reader
    .deploymentsOn(clusterId)
    .some(one => one.id !== id && reader.ownerOf(one.id)?.id === owner?.id)
}

/** What serves keeps its address until a worker has taken its place. */
function isWorker(reader: Reader, id: string): boolean {
  const row = reader.deploymentRow(id)
  const ids = new Set([row?.targetReleaseId, row?.servingReleaseId])
  const releases = [...ids].flatMap(one => (one == null ? [] : (reader.release(one) ?? [])))
  return (
    releases.length > 0 &&
    releases.every(
      ({ build: { plan, planEdits } }) => plan && findSaid(plan, planEdits, 'worker') !== undefined,
    )
  )
}

function describeDeployment(reader: Reader, id: string): DeploymentFacts {
  const stored = reader.deployment(id)
  if (stored)
    return {
      ...{ name: stored.name, owner: stored.owner, hosts: reader.hostsOf(id), addOn: stored.addOn },
      isWorker: isWorker(reader, id),
    }
  throw new SlipwayError({
    code: 'not_found',
    message: 'There is no such deployment.',
    hint: 'Go back to the board.',
  })
}
