import { join } from 'node:path'
import { ulid } from 'ulid'
import { vi } from 'vitest'
import type { BuildKey, BuildObservation, BuildOrder, ClusterDriver } from '../../electron/clusters/driver.ts'
import type { BuildTier } from '../../electron/clusters/kubernetes/build/tiers.ts'
import { createKubernetesDriver } from '../../electron/clusters/kubernetes/kubernetes-driver.ts'
import type { LogStore } from '../../electron/logs/log-store.ts'
import { createLogStore } from '../../electron/logs/segment-log.ts'
import { createSourceReader } from '../../electron/sources/git.ts'
import { detectPlan } from '../../electron/sources/plan/detect-plan.ts'
import { type ClusterChanges, clusterSettingsSchema } from '../../shared/domain/cluster.ts'
import { clusterSettings, contextName, kubeconfig } from './cluster.ts'

export const newId = (): string => ulid().toLowerCase()

export interface TestClusterDriver {
  readonly driver: ClusterDriver
  readonly logs: LogStore
  /** Ends this Slipway; what it started goes on. */
  dispose(): Promise<void>
}

/** The real driver of the test cluster, with a real store and real git. `folder` holds the logs. */
export async function createClusterDriver(
  folder: string,
  options: {
    owner?: { id: string; name: string }
    changes?: ClusterChanges
    firstBuildTier?: BuildTier
  } = {},
): Promise<TestClusterDriver> {
  const owner = options.owner ?? { id: newId(), name: 'ana' }
  const logs = createLogStore({ folder: join(folder, 'logs') })
  const driver = createKubernetesDriver({
    clusterId: newId(),
    settings: clusterSettingsSchema.parse({
      context: contextName,
      kubeconfig,
      ...(await clusterSettings()),
      ...options.changes,
    }),
    describe: () => ({ name: 'app', owner, hosts: [] }),
    logs,
    sources: createSourceReader(),
    detectPlan,
    now: Date.now,
    ...(options.firstBuildTier && { firstBuildTier: options.firstBuildTier }),
    log: { warn: (details, message) => console.warn(message, details) },
  })
  return {
    driver,
    logs,
    async dispose() {
      await driver.dispose()
      await logs.dispose()
    },
  }
}

export function toOrder(wish: Pick<BuildOrder, 'source' | 'sha'> & Partial<BuildOrder>): BuildOrder {
  return {
    buildId: newId(),
    deploymentId: newId(),
    branch: wish.source.kind === 'git' ? 'main' : '',
    planEdits: {},
    port: null,
    timeLimitMs: 600_000,
    variables: {},
    secrets: [],
    ...wish,
  }
}

/** Waits until the build has ended, or is as the test means. */
export function waitForBuild(
  driver: ClusterDriver,
  key: BuildKey,
  isMet: (observed: BuildObservation) => boolean = ({ state }) => state === 'succeeded' || state === 'failed',
  timeout = 240_000,
): Promise<BuildObservation> {
  return vi.waitFor(
    async () => {
      const observed = await driver.observeBuild({ buildId: key.buildId, deploymentId: key.deploymentId })
      if (!isMet(observed)) throw new Error(`not yet: ${JSON.stringify(observed)}`)
      return observed
    },
    { timeout, interval: 100 },
  )
}

/** Every line of a build's log. */
export async function readBuildLog(logs: LogStore, buildId: string): Promise<string[]> {
  const page = await logs.read({ kind: 'build', id: buildId }, { limit: 10_000 })
  return page.lines.map(line => line.text)
}
