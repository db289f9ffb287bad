import { mostAtOnce } from '../../shared/contract/deployments.ts'
import { type ClusterSettings, toHost } from '../../shared/domain/cluster.ts'
import type { BuildSummary, Deployment, Health } from '../../shared/domain/records.ts'
import type { Instance } from '../clusters/driver.ts'
import type { Reader } from '../database/reader.ts'
import type { StoredDeployment } from '../database/rows.ts'
import { toHealth } from './health.ts'

interface PageWish {
  readonly before?: string | undefined
  readonly ids?: readonly string[] | undefined
  readonly lastChanged?: true | undefined
}

/** Deployments as they are shown: their rows, with what was seen of them last and where they are found. */
export function createDeploymentViews({
  reader,
  seen,
  gatewayPort,
  countDifferences,
  withOutlook,
}: {
  reader: Reader
  /** By deployment. */
  seen: ReadonlyMap<string, readonly Instance[]>
  gatewayPort: number
  countDifferences: (deploymentId: string) => number
  withOutlook: (build: BuildSummary) => BuildSummary
}) {
  const healthOf = (stored: StoredDeployment): Health => toHealth(stored, seen.get(stored.id) ?? [])

  const toUrls = (stored: StoredDeployment, settings: ClusterSettings | undefined) => {
    const localUrl = `http://${stored.name}.localhost:${gatewayPort}/`
    const host = settings === undefined ? undefined : toHost(stored.name, settings)
    return {
      url: host === undefined ? localUrl : `${settings?.issuer ? 'https' : 'http'}://${host}/`,
      localUrl,
    }
  }

  /** The settings of a cluster are read once for all that is deployed there. */
  const toDeployments = (all: readonly StoredDeployment[]): Deployment[] => {
    const clusterIds = new Set(all.map(one => one.cluster.id))
    const settings = new Map([...clusterIds].map(id => [id, reader.clusterSettings(id)]))
    return all.map(stored => ({
      ...stored,
      ...toUrls(stored, settings.get(stored.cluster.id)),
      health: healthOf(stored),
      differences: countDifferences(stored.id),
      latestBuild: stored.latestBuild && withOutlook(stored.latestBuild),
    }))
  }

  return {
    /** Those that changed last come first. */
    deployments: (limit?: number): Deployment[] => toDeployments(reader.deployments(limit)),

    /** The newest first, those that changed last, or those of the ids. */
    deploymentPage: ({ before, ids, lastChanged }: PageWish): Deployment[] => {
      if (ids !== undefined) return toDeployments(reader.deploymentsOfIds(ids))
      if (lastChanged) return toDeployments(reader.deployments(mostAtOnce))
      return toDeployments(reader.deploymentPage({ before, limit: mostAtOnce }))
    },

    deployment: (id: string): Deployment | undefined => toDeployments(reader.deploymentsOfIds([id]))[0],

    /** Whether anything would end with Slipway. */
    isRunningAnything: (): boolean =>
      reader
        .deployments()
        .some(one => one.cluster.kind === 'local' && !one.keepsRunning && healthOf(one).ready > 0),
  }
}
