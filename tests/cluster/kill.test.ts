import { spawn } from 'node:child_process'
import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { text } from 'node:stream/consumers'
import { afterAll, beforeAll, describe, expect } from 'vitest'
import { type Effect, effects } from '../../electron/pipeline/effects.ts'
import {
  administrator,
  clusterSettings,
  clusterTest,
  contextName,
  expose,
  kubeconfig,
} from '../support/cluster.ts'
import { type GitServer, startGitServer } from '../support/git-server.ts'
import { pushImage } from '../support/images.ts'
import type { ClusterKillOptions, ClusterKillReport } from '../support/kill-cluster-host.ts'
import {
  builtBranches,
  type ClusterScenarioName,
  clusterScenarios,
  prebuilt,
} from '../support/kill-cluster-scenarios.ts'

const host = join(import.meta.dirname, '..', 'support', 'kill-cluster-host.ts')
const names = Object.keys(clusterScenarios) as ClusterScenarioName[]
/** Folders are kept on this computer only, and a crashed app is the kubelet's to start again. */
const ofThisComputer: readonly Effect[] = ['keepFolders', 'restartCrashed', 'giveUp']
/** Many times what a run takes. One that hangs is ended, and fails its test. */
const mostMs = 150_000

let folder: string
let git: GitServer
let given: Pick<ClusterKillOptions, 'repository' | 'context' | 'settings' | 'images'>
let undisturbed: Record<ClusterScenarioName, ClusterKillReport>

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'slipway-kill-'))
  git = await startGitServer()
  const address = await expose(Number(new URL(git.address).port))
  const repository = await git.createRepository('app', { Dockerfile: builtBranches.built })
  for (const branch of [...Object.keys(prebuilt), ...Object.keys(builtBranches)]) {
    await repository.git('checkout', '-q', 'main')
    await repository.checkout(branch)
    await repository.commit({ Dockerfile: `${toDockerfile(branch)}# ${branch}\n` }, branch)
  }
  const images = await Promise.all(
    Object.entries(prebuilt).map(async ([branch, command]) => [
      branch,
      await pushImage({ base: 'library/busybox:latest', command: ['/bin/sh', '-c', command] }),
    ]),
  )
  given = {
    repository: `${address}/app.git`,
    context: contextName,
    // These builds fetch nothing from package registries.
    settings: { kubeconfig, ...(await clusterSettings()), buildEnvironment: {} },
    images: Object.fromEntries(images),
  }
  const reports = await Promise.all(names.map(async name => [name, await finish(await prepare(name))]))
  undisturbed = Object.fromEntries(reports)
})

afterAll(async () => {
  await git?.close()
  await rm(folder, { recursive: true, force: true })
})

clusterTest('undisturbed, each scenario comes to what it tells, and leaves nothing in the cluster', () => {
  const told = Object.entries(undisturbed).map(([name, { outcome, left }]) => [
    name,
    outcome.rows.deployments?.map(row => `${row.name} ${row.status}`),
    outcome.rows.releases?.map(row => row.status),
    outcome.objects.filter(object => object.startsWith('Pod ')).length,
    left,
  ])
  const nothing: string[] = []
  expect(told).toEqual([
    ['deploy', ['app live'], ['retired', 'live'], 1, nothing],
    ['redeploy', ['app live'], ['retired', 'live'], 1, nothing],
    ['rollback', ['app live'], ['retired', 'failed', 'live'], 1, nothing],
    ['restart', ['app live'], ['live'], 1, nothing],
    ['scale', ['app live'], ['live'], 2, nothing],
    ['repair', ['app live'], ['live'], 1, nothing],
    ['stop', ['app live'], ['live'], 1, nothing],
    ['command', ['app live'], ['live'], 1, nothing],
    ['interrupt', ['app stopped'], ['releasing'], 0, nothing],
    ['remove', ['stays live'], ['live'], 1, nothing],
    ['build', ['app live'], ['live'], 1, nothing],
    ['cancel', ['app idle'], [], 0, []],
  ])
})

clusterTest('every effect of a cluster is one at which a scenario is killed', () => {
  const killed = Object.values(clusterScenarios).flatMap(one => one.kills.map(kill => kill.effect))
  expect(new Set([...killed, ...ofThisComputer])).toEqual(new Set(effects))
})

const kills = names.flatMap(scenario =>
  clusterScenarios[scenario].kills.flatMap(({ effect, nth = 1 }: { effect: Effect; nth?: number }) =>
    (['before', 'after'] as const).map(when => ({ scenario, effect, nth, when })),
  ),
)

describe.concurrent('killed', () => {
  clusterTest.for(kills)(
    '$when $effect of $scenario ($nth), everything ends as if nothing had happened',
    async ({ scenario, effect, nth, when }, { expect }) => {
      const options = await prepare(scenario)
      const kill = { at: `${effect}:${when}`, nth }
      const killed = await run({ ...options, kill })
      expect(killed.signal, killed.errors).toBe('SIGKILL')
      const { outcome, left } = await finish(options)
      expect(outcome).toEqual(undisturbed[scenario].outcome)
      expect(left).toEqual(undisturbed[scenario].left)
    },
  )
})

const toDockerfile = (branch: string): string =>
  Object.entries(builtBranches).find(([name]) => name === branch)?.[1] ?? builtBranches.built

async function prepare(scenario: ClusterScenarioName): Promise<ClusterKillOptions> {
  const root = await mkdtemp(join(folder, `${scenario}-`))
  const dataFolder = join(root, 'data')
  await mkdir(dataFolder)
  // A host that somebody else has is refused. Without digits, since reports leave out numbers.
  const own = basename(root)
    .toLowerCase()
    .replaceAll(/\d/g, digit => 'ghijklmnop'.charAt(Number(digit)))
  const settings = { ...given.settings, baseDomain: `${own}.test` }
  return { scenario, dataFolder, ...given, settings }
}

async function finish(options: ClusterKillOptions): Promise<ClusterKillReport> {
  const { code, output, errors } = await run(options)
  if (code !== 0) throw new Error(`the host did not finish: ${errors}`)
  return JSON.parse(output) as ClusterKillReport
}

async function run(options: ClusterKillOptions) {
  const child = spawn(process.execPath, [host, JSON.stringify(options)], {
    stdio: ['ignore', 'pipe', 'pipe'],
    // Slipway has its own in the settings; this one is for those who count what there is.
    env: { ...process.env, KUBECONFIG: administrator, NODE_COMPILE_CACHE: join(folder, 'compiled') },
    timeout: mostMs,
    killSignal: 'SIGTERM',
  })
  const ended = new Promise<{ code: number | null; signal: string | null }>(resolve =>
    child.once('close', (code, signal) => resolve({ code, signal })),
  )
  const [output, errors, end] = await Promise.all([text(child.stdout), text(child.stderr), ended])
  return { ...end, output, errors }
}
