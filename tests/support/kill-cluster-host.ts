/**
 * As `kill-host.ts`, with deployments in the test cluster. Images that are there already are what most branches build. When
 * all is told, everything is removed again.
 *
 *     node kill-cluster-host.ts <ClusterKillOptions as JSON>
 */
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { pino } from 'pino'
import type { BuildOrder, ClusterDriver } from '../../electron/clusters/driver.ts'
import { tenantNamespace } from '../../electron/clusters/kubernetes/names.ts'
import { createLocalPlatform } from '../../electron/host.ts'
import { platformEnvironment } from '../../electron/platform/environment.ts'
import type { ClusterChanges } from '../../shared/domain/cluster.ts'
import type { Plan } from '../../shared/domain/plan.ts'
import {
  type ClusterScenario,
  type ClusterScenarioName,
  clusterScenarios,
  commands,
} from './kill-cluster-scenarios.ts'
import { describeObjects } from './kill-objects.ts'
import { describeRecords } from './kill-outcome.ts'
import { play, tellWhereItHangs, untilStarted } from './kill-play.ts'

export interface ClusterKillOptions {
  readonly scenario: ClusterScenarioName
  readonly dataFolder: string
  readonly repository: string
  readonly context: string
  readonly settings: ClusterChanges
  /** By branch, the image that is its build. */
  readonly images: Readonly<Record<string, string>>
  /** `<effect>:before` or `<effect>:after`, and at which passing of it. Undefined: undisturbed. */
  readonly kill?: { readonly at: string; readonly nth: number }
}

export interface ClusterKillReport {
  /** How often each checkpoint was passed. */
  readonly passed: Record<string, number>
  readonly outcome: Pick<Awaited<ReturnType<typeof describeRecords>>, 'rows' | 'files' | 'output'> & {
    readonly objects: readonly string[]
  }
  /** What is still in the cluster when all was removed. */
  readonly left: readonly string[]
}

const plan: Plan = {
  ...{ kind: 'dockerfile', label: 'Dockerfile', root: '.', runtime: null, install: null, build: null },
  ...{ start: null, output: null, fallback: null, port: null, notes: [] },
}

const options = JSON.parse(process.argv[2] ?? '') as ClusterKillOptions
const passed: Record<string, number> = {}
const environment = { ...platformEnvironment(), dataFolder: options.dataFolder }
const platform = await createLocalPlatform(environment, pino({ level: 'silent' }), {
  gatewayPort: 0,
  findKeychain: async () => undefined,
  changeDriver: withImages,
  checkpoint: name => {
    passed[name] = (passed[name] ?? 0) + 1
    if (name === options.kill?.at && passed[name] === options.kill.nth) process.kill(process.pid, 'SIGKILL')
  },
})
tellWhereItHangs(platform, passed)

const known = platform.reader.clusters().find(one => one.kind === 'kubernetes')
const { id: clusterId } =
  known ?? (await platform.clusters.add({ context: options.context, changes: options.settings }))
const { scenario, repository, dataFolder } = options
const { steps, starts }: ClusterScenario = clusterScenarios[scenario]
await play(steps, {
  ...{ platform, repository, home: dataFolder },
  wish: { clusterId, planEdits: {} },
})

for (const { id, name } of platform.deployments()) await untilStarted(platform, id, starts[name] ?? 0)
const { id: userId } = platform.users.current()
const { named, ...records } = await describeRecords(platform)
const objects = await describeObjects(platform, named)
for (const { id, name } of platform.deployments())
  platform.intents.remove(id, name, { userId, name: 'Ana', hasConsent: true })
await platform.idle()
const left = await describeObjects(platform, named)
await platform.dispose({ stopApps: true })
await promisify(execFile)('kubectl', [
  'delete',
  'namespace',
  tenantNamespace(userId),
  '--ignore-not-found',
  '--wait=false',
])
const report = { passed, outcome: withoutCrashes({ ...records, objects }), left } satisfies ClusterKillReport
process.stdout.write(JSON.stringify(report).replaceAll(options.settings.baseDomain ?? '', 'apps.test'))

/** How often one that crashes is started again until somebody looks, nobody knows. */
function withoutCrashes({ output, ...rest }: ClusterKillReport['outcome']): ClusterKillReport['outcome'] {
  const text = JSON.stringify(rest).replaceAll(/\d+ times in a row/g, 'N times in a row')
  const told = Object.entries(output).map(([app, lines]) => [
    app,
    lines.filter(line => line !== 'no database'),
  ])
  return { ...(JSON.parse(text) as typeof rest), output: Object.fromEntries(told) }
}

/** Builds of some branches are images that are there. */
function withImages(driver: ClusterDriver): ClusterDriver {
  const orders = new Map<string, BuildOrder>()
  return {
    ...driver,
    async startBuild(order) {
      if (options.images[order.branch] === undefined) return driver.startBuild(order)
      orders.set(order.buildId, order)
    },
    async observeBuild(key) {
      const order = orders.get(key.buildId)
      const artifact = order && options.images[order.branch]
      if (order === undefined || artifact === undefined) return driver.observeBuild(key)
      const commit = { sha: order.sha, subject: 'A commit', author: 'Ana', at: 0 }
      const command = commands[order.branch]
      const said = command === undefined ? {} : { releaseCommand: { value: command, origin: 'a test' } }
      return { state: 'succeeded', artifact, plan: { ...plan, ...said }, commit, steps: [] }
    },
    hasArtifact: async (id, artifact) =>
      Object.values(options.images).includes(artifact) || driver.hasArtifact(id, artifact),
  }
}
