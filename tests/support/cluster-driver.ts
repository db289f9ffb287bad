import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ulid } from 'ulid'
import { vi } from 'vitest'
import type {
  BuildKey,
  BuildObservation,
  BuildOrder,
  CommandKey,
  Instance,
  ReleaseOrder,
} from '../../electron/clusters/driver.ts'
import type { BuildTier } from '../../electron/clusters/kubernetes/build/tiers.ts'
import type { DeploymentFacts } from '../../electron/clusters/kubernetes/kubernetes-deps.ts'
import { createKubernetesDriver } from '../../electron/clusters/kubernetes/kubernetes-driver.ts'
import { tenantNamespace } from '../../electron/clusters/kubernetes/names.ts'
import type { RolloutLimits } from '../../electron/clusters/kubernetes/release/trouble.ts'
import { createLogStore } from '../../electron/logs/segment-log.ts'
import { createSourceReader } from '../../electron/sources/git.ts'
import { detectPlan } from '../../electron/sources/plan/detect-plan.ts'
import { type ClusterChanges, clusterSettingsSchema } from '../../shared/domain/cluster.ts'
import type { Domain } from '../../shared/domain/domain.ts'
import type { Plan } from '../../shared/domain/plan.ts'
import { clusterSettings, contextName, kubeconfig, kubectl } from './cluster.ts'

export const newId = (): string => ulid().toLowerCase()

/** The real driver of the test cluster with a log store of its own, real git, and a user whose namespace goes with it. */
export async function openClusterDriver(
  options: {
    settings?: ClusterChanges
    limits?: RolloutLimits
    firstBuildTier?: BuildTier
    /** Where the logs are, for one that comes after another. */
    folder?: string
    ownerId?: string
  } = {},
) {
  const folder = options.folder ?? mkdtempSync(join(tmpdir(), 'slipway-test-'))
  const owner = { id: options.ownerId ?? newId(), name: 'ana' }
  const deployments = new Map<string, DeploymentFacts>()
  const logs = createLogStore({ folder: join(folder, 'logs') })
  const settings = clusterSettingsSchema.parse({
    context: contextName,
    kubeconfig,
    ...(await clusterSettings()),
    // Users of a test are new each time: nobody would come back to their volumes.
    keepsBuildState: false,
    ...options.settings,
  })
  const watchers = new Set<(id: string) => void>()
  const domainWatchers = new Set<(id: string) => void>()
  const tell = (all: Iterable<(id: string) => void>, id: string) => {
    for (const watcher of all) watcher(id)
  }
  const driver = createKubernetesDriver({
    clusterId: newId(),
    settings,
    readRegistryPassword: async () => undefined,
    describe: id => deployments.get(id) ?? { name: 'app', owner, hosts: [] },
    logs,
    sources: createSourceReader(),
    detectPlan,
    now: Date.now,
    noteDomains: id => tell(domainWatchers, id),
    log: { warn: (details, message) => console.warn(message, details) },
    ...(options.limits && { rolloutLimits: options.limits }),
    ...(options.firstBuildTier && { firstBuildTier: options.firstBuildTier }),
  })
  driver.watch(id => tell(watchers, id))

  return {
    driver,
    logs,
    owner,
    namespace: tenantNamespace(owner.id),

    /** Before, every deployment is called `app`. */
    describe(id: string, facts: Partial<DeploymentFacts> & { name: string }): void {
      deployments.set(id, { owner, hosts: [], ...facts })
    },

    /** What is there once it is as the test means. Looks when the driver says that something changed, and only then. */
    until: (id: string, isMet: (instances: readonly Instance[]) => boolean, limitMs?: number) =>
      untilTold({ id, watchers, look: () => driver.observe(id), isMet, limitMs }),

    /** The command of a release, as it is when it does not run any more or was looked at so often, each time as a pass looks. */
    untilCommand(command: CommandKey, { looks = Number.POSITIVE_INFINITY } = {}) {
      let looked = 0
      return untilTold({
        ...{ id: command.deploymentId, watchers, limitMs: undefined },
        look: async () => {
          const observed = await driver.observeCommand(command)
          await driver.observe(command.deploymentId)
          looked += 1
          return observed
        },
        isMet: ({ state }) => state !== 'running' || looked >= looks,
      })
    },

    /** The same for its hosts. */
    untilDomains: (id: string, isMet: (domains: readonly Domain[]) => boolean, limitMs?: number) =>
      untilTold({ id, watchers: domainWatchers, look: () => driver.observeDomains(id), isMet, limitMs }),

    /** Waits until the build has ended, or is as the test means. */
    untilBuild(
      { buildId, deploymentId }: BuildKey,
      isMet: (observed: BuildObservation) => boolean = ({ state }) =>
        state === 'succeeded' || state === 'failed',
      timeout = 240_000,
    ): Promise<BuildObservation> {
      return vi.waitFor(
        async () => {
          const observed = await driver.observeBuild({ buildId, deploymentId })
          if (!isMet(observed)) throw new Error(`not yet: ${JSON.stringify(observed)}`)
          return observed
        },
        { timeout, interval: 100 },
      )
    },

    /** Every line of a build's log. */
    async readBuildLog({ buildId }: Pick<BuildKey, 'buildId'>): Promise<string[]> {
      const page = await logs.read({ kind: 'build', id: buildId }, { limit: 10_000 })
      return page.lines.map(line => line.text)
    },

    /** As Slipway ends; what runs in the cluster goes on, and the folder stays. */
    async close(): Promise<void> {
      await driver.dispose()
      await logs.dispose()
    },
    async dispose(): Promise<void> {
      await driver.dispose()
      await logs.dispose()
      rmSync(folder, { recursive: true, force: true })
    },
    /** All that was made for the user. */
    async clean(): Promise<void> {
      await kubectl('delete', 'namespace', tenantNamespace(owner.id), '--ignore-not-found', '--wait=false')
    },
  }
}
export type TestDriver = Awaited<ReturnType<typeof openClusterDriver>>

function untilTold<T>({
  limitMs = 90_000,
  ...wait
}: {
  id: string
  watchers: Set<(id: string) => void>
  look: () => Promise<T>
  isMet: (found: T) => boolean
  limitMs: number | undefined
}): Promise<T> {
  return new Promise((resolve, reject) => {
    let last: T | undefined
    const timer = setTimeout(
      () => end(() => reject(new Error(`not yet: ${JSON.stringify(last, null, 1)}`))),
      limitMs,
    )
    const end = (settle: () => void) => {
      clearTimeout(timer)
      wait.watchers.delete(look)
      settle()
    }
    const look = (changed: string) => {
      if (changed !== wait.id) return
      wait.look().then(
        found => {
          last = found
          if (wait.isMet(found)) end(() => resolve(found))
        },
        error => end(() => reject(error)),
      )
    }
    wait.watchers.add(look)
    look(wait.id)
  })
}

const imagePlan: Plan = {
  kind: 'dockerfile',
  label: 'Image',
  root: '.',
  runtime: null,
  install: null,
  build: null,
  start: null,
  output: null,
  fallback: null,
  port: null,
  notes: [],
}

export const toReleaseOrder = (
  order: Pick<ReleaseOrder, 'deploymentId' | 'artifact'> & Partial<ReleaseOrder>,
): ReleaseOrder => ({
  releaseId: newId(),
  run: 1,
  plan: imagePlan,
  port: null,
  variables: {},
  secrets: [],
  keptFolders: [],
  size: 'medium',
  instances: 1,
  ...order,
})

export function toBuildOrder(wish: Pick<BuildOrder, 'source' | 'sha'> & Partial<BuildOrder>): BuildOrder {
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

export const isReadyRun =
  ({ releaseId, run }: Pick<ReleaseOrder, 'releaseId' | 'run'>) =>
  (instances: readonly Instance[]): boolean =>
    instances.some(one => one.state === 'ready' && one.releaseId === releaseId && one.run === run)
