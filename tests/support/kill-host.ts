/**
 * A Slipway of its own process that works through a scenario, and may kill itself at a checkpoint. Started again on the
 * same data folder it asks for what was not asked for yet, and waits for the rest. Prints what it reached and what came of it.
 *
 *     node kill-host.ts <options as JSON>
 */
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { findDeploymentProcesses } from '../../electron/clusters/local/job-processes.ts'
import type { Platform } from '../../electron/platform/platform.ts'
import type { Deployment } from '../../shared/domain/records.ts'
import { asker, getThroughGateway, startPlatform } from './platform.ts'

export interface KillOptions {
  readonly dataFolder: string
  /** A repository with the branches `good`, `better`, `breaks`, `exits`, `slow`. */
  readonly repository: string
  readonly scenario: keyof typeof scenarios
  /** `<effect>:before` or `:after`; undefined: undisturbed. */
  readonly killAt?: string
}

/** One wish and what it leads to. `isAsked` looks at the database, so that a second process knows. */
interface Step {
  readonly isAsked: (platform: Platform) => boolean
  readonly ask: (platform: Platform) => Promise<unknown> | unknown
  readonly isDone: (one: Deployment | undefined, platform: Platform) => boolean
}

const find = (platform: Platform) => platform.deployments().find(one => one.name === 'app')
const idOf = (platform: Platform) => find(platform)?.id ?? ''
const count = (platform: Platform, verb: string, detail?: string) =>
  platform.reader
    .activity({ limit: 500 })
    .filter(
      line =>
        line.deployment === 'app' && line.verb === verb && (detail === undefined || line.detail === detail),
    ).length

const isLive = (one: Deployment | undefined) => one?.status === 'live' && one.health.ready === 1

const create = (repository: string): Step => ({
  isAsked: platform => count(platform, 'created') > 0,
  ask: platform =>
    platform.intents.create(
      {
        source: { kind: 'git', address: repository },
        branch: 'good',
        name: 'app',
        port: null,
        planEdits: {},
      },
      asker(platform),
    ),
  isDone: isLive,
})

const deploy = (branch: string, nth: number, isDone: Step['isDone']): Step => ({
  isAsked: platform => count(platform, 'deploy') >= nth,
  ask: async platform => {
    if (find(platform)?.branch !== branch)
      platform.intents.update(idOf(platform), { branch }, asker(platform))
    await platform.intents.deploy(idOf(platform), asker(platform))
  },
  isDone,
})

const ask = (verb: 'restart' | 'stop' | 'start', isDone: Step['isDone']): Step => ({
  isAsked: platform => count(platform, verb) > 0,
  ask: platform => platform.intents[verb](idOf(platform), asker(platform)),
  isDone,
})

const scenarios = {
  releases: (repository: string): Step[] => [
    create(repository),
    deploy('better', 2, one => isLive(one) && one?.serving?.number === 2),
    deploy(
      'breaks',
      3,
      one => one?.status === 'failed' && one.latestBuild?.status === 'failed' && one.health.ready === 1,
    ),
    {
      isAsked: platform => count(platform, 'rollback') > 0,
      ask: platform => {
        const first = platform.reader.releasesOf(idOf(platform)).find(release => release.number === 1)
        platform.intents.rollback(idOf(platform), first?.id ?? '', asker(platform))
      },
      isDone: one => isLive(one) && one?.serving?.rollbackTo === 1,
    },
  ],
  crashes: (repository: string): Step[] => [
    create(repository),
    deploy(
      'exits',
      2,
      (one, platform) =>
        count(platform, 'release_failed') === 1 &&
        one?.status === 'failed' &&
        (one.health.ready === 1 || one.health.restarts >= 5),
    ),
    {
      isAsked: () => false,
      ask: async platform => {
        if (find(platform)?.health.ready === 1)
          await getThroughGateway(platform, 'app', '/crash').catch(() => {})
      },
      isDone: (one, platform) =>
        count(platform, 'crashed') === 1 && one?.status === 'failed' && one.health.ready === 0,
    },
    ask('restart', isLive),
  ],
  endings: (repository: string): Step[] => [
    create(repository),
    deploy(
      'slow',
      2,
      one =>
        one?.latestBuild?.steps.some(step => step.name === 'build' && step.status === 'running') === true ||
        one?.latestBuild?.status === 'cancelled',
    ),
    {
      isAsked: platform => platform.reader.builds({ limit: 1 })[0]?.status === 'cancelled',
      ask: platform => platform.intents.cancelBuild(platform.reader.builds({ limit: 1 })[0]?.id ?? ''),
      isDone: one => isLive(one) && one?.latestBuild?.status === 'cancelled',
    },
    ask('stop', one => one?.status === 'stopped' && one.health.instances.length === 0),
    ask('start', isLive),
    {
      isAsked: platform => count(platform, 'remove') > 0,
      ask: platform => platform.intents.remove(idOf(platform), 'app', asker(platform)),
      isDone: one => one === undefined,
    },
  ],
}

const options = JSON.parse(process.argv[2] ?? '{}') as KillOptions
const reached = new Set<string>()
const platform = await startPlatform(options.dataFolder, {
  limits: { firstBackoffMs: 20 },
  checkpoint: name => {
    reached.add(name)
    if (name === options.killAt) process.kill(process.pid, 'SIGKILL')
  },
})

// What was asked for last is where to go on: it may have overtaken what the steps before it wait for.
const steps = scenarios[options.scenario](options.repository)
for (const step of steps.slice(
  Math.max(
    steps.findLastIndex(one => one.isAsked(platform)),
    0,
  ),
)) {
  while (true) {
    if (!step.isAsked(platform)) await step.ask(platform)
    if (step.isDone(find(platform), platform)) break
    await nextChange(platform)
  }
}
await platform.idle()
process.stdout.write(`${JSON.stringify({ reached: [...reached].sort(), outcome: describe(platform) })}\n`)
await platform.dispose({ stopApps: true })

async function nextChange(platform: Platform): Promise<void> {
  for await (const _change of platform.changes.watch(AbortSignal.timeout(500))) return
}

/** Rows, processes and files, with ids by order of appearance. Nothing that may differ between two good runs. */
function describe(platform: Platform) {
  const ids = new Map<string, string>()
  for (const id of platform.reader.deploymentIds().sort()) {
    ids.set(id, 'deployment')
    for (const build of platform.reader.buildsOf(id, 100).reverse()) ids.set(build.id, `build-${ids.size}`)
    for (const release of platform.reader.releasesOf(id).reverse())
      ids.set(release.id, `release-${release.number}`)
  }
  const named = (text: string) => [...ids].reduce((result, [id, name]) => result.replaceAll(id, name), text)
  const one = find(platform)
  return {
    deployment: one && {
      status: one.status,
      wanted: one.wanted,
      branch: one.branch,
      serving: one.serving?.number,
      failure: one.failure?.code,
      ready: one.health.ready,
    },
    builds:
      one &&
      platform.reader
        .buildsOf(one.id, 100)
        .map(build => [
          build.status,
          build.commit.subject,
          build.failure?.code,
          build.steps.map(step => `${step.name} ${step.status}`).join(),
        ]),
    releases:
      one &&
      platform.reader
        .releasesOf(one.id)
        .map(release => [release.number, release.status, release.rollbackTo, release.failure?.code]),
    activity: platform.reader.activity({ limit: 500 }).map(line => [line.verb, named(line.detail)]),
    processes: one ? findDeploymentProcesses(one.id).length : 0,
    folders: folders(join(options.dataFolder, 'local'), 4).map(named).sort(),
    logs: folders(join(options.dataFolder, 'logs'), 1).map(named).sort(),
  }
}

function folders(root: string, depth: number, below = ''): string[] {
  return readdirSync(join(root, below), { withFileTypes: true })
    .filter(entry => entry.isDirectory())
    .flatMap(entry => {
      const path = below === '' ? entry.name : `${below}/${entry.name}`
      return [path, ...(depth > 1 ? folders(root, depth - 1, path) : [])]
    })
}
