import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { BuildOrder } from '../electron/clusters/driver.ts'
import { createKubernetesDriver } from '../electron/clusters/kubernetes/kubernetes-driver.ts'
import { createLogStore } from '../electron/logs/segment-log.ts'
import { createSourceReader } from '../electron/sources/git.ts'
import { detectPlan } from '../electron/sources/plan/detect-plan.ts'
import { clusterSettingsSchema } from '../shared/domain/cluster.ts'
import { openCluster } from '../tests/support/cluster-setup.ts'
import { type GitRepository, startGitServer } from '../tests/support/git-server.ts'
import { type Result, toResult } from './result.ts'

const exec = promisify(execFile)
const rounds = 2

interface App {
  readonly files: Record<string, string>
  /** Files of a late change. */
  readonly change: (round: number) => Record<string, string>
}

const packages = { react: '19', 'react-dom': '19', '@mantine/core': '9', '@mantine/hooks': '9' }
const answer = "require('http').createServer((q, r) => r.end('hello')).listen(process.env.PORT)"

/** A server that has packages and nothing to build: its own files are the one late layer. */
const server: App = {
  files: {
    'package.json': JSON.stringify({
      name: 'app',
      scripts: { start: 'node server.js' },
      dependencies: { ...packages, vite: '8', typescript: '6' },
    }),
    'server.js': answer,
  },
  change: round => ({ 'server.js': `${answer}\n// ${round}` }),
}

const main = `import { createElement } from 'react'
import { createRoot } from 'react-dom/client'
import * as all from '@mantine/core'
createRoot(document.getElementById('root')).render(createElement('p', null, Object.keys(all).join()))`

/** A page that Vite builds, which it does again after each change. */
const page: App = {
  files: {
    'package.json': JSON.stringify({
      name: 'app',
      scripts: { build: 'vite build', start: 'node server.js' },
      dependencies: packages,
      devDependencies: { vite: '8' },
    }),
    'index.html': '<!doctype html><div id="root"></div><script type="module" src="/main.js"></script>',
    'main.js': main,
    'server.js': answer,
  },
  change: round => ({ 'main.js': `${main}\nconsole.log(${round})` }),
}

/** A build in the cluster when nothing changed, and when one late layer did, each against the first build of the same app. */
export async function benchClusterBuild(): Promise<Result[]> {
  const { access, close } = openCluster()
  if ('missing' in access || access.program === null) {
    console.error(
      `The bench of builds in a cluster is skipped: ${'missing' in access ? access.missing : 'it is no test cluster'}`,
    )
    return []
  }
  const { program, env } = access
  const folder = mkdtempSync(join(tmpdir(), 'slipway-bench-'))
  const git = await startGitServer()
  const port = new URL(git.address).port
  await exec(program, ['install', 'egress'])
  await exec(program, ['expose', port])
  const bench = await openBench({ folder, env, program, address: `http://host.slipway.test:${port}` })
  try {
    const results: Result[] = []
    for (const [name, app] of [
      ['a server', server],
      ['a page that is built', page],
    ] as const) {
      const cold: number[] = []
      const unchanged: number[] = []
      const changed: number[] = []
      for (let round = 0; round < rounds; round++) {
        const place = `app${results.length}-${round}`
        const repository = await git.createRepository(place, app.files)
        const deploymentId = bench.newId()
        const build = () => bench.build(place, repository, deploymentId)
        cold.push(await build())
        unchanged.push(await build())
        await repository.commit(app.change(round), 'A late change')
        changed.push(await build())
      }
      const about = { unit: 'ms', aim: 0.2 } as const
      results.push(
        toResult(
          { ...about, name: `${name}: a build of nothing new, against the first` },
          { ours: unchanged, reference: cold },
        ),
        toResult(
          { ...about, name: `${name}: a build of one late change, against the first` },
          { ours: changed, reference: cold },
        ),
      )
    }
    return results
  } finally {
    await bench.dispose()
    await git.close()
    rmSync(folder, { recursive: true })
    close?.()
  }
}

async function openBench(on: {
  folder: string
  env: Readonly<Record<string, string>>
  program: string
  address: string
}) {
  const { ulid } = await import('ulid')
  const newId = () => ulid().toLowerCase()
  const { stdout } = await exec(join(on.program, '..', 'images', 'egress'), ['env'])
  const lines = stdout.split('\n').filter(line => line.includes('='))
  const inside = on.env.SLIPWAY_TEST_REGISTRY_INSIDE ?? ''
  /** Each deployment has one of its own, so that its first build finds nothing of others. */
  const owners = new Map<string, { id: string; name: string }>()
  const logs = createLogStore({ folder: join(on.folder, 'logs') })
  const driver = createKubernetesDriver({
    clusterId: newId(),
    settings: clusterSettingsSchema.parse({
      context: 'slipway-test',
      kubeconfig: on.env.KUBECONFIG,
      registry: { address: inside, hostAddress: on.env.SLIPWAY_TEST_REGISTRY ?? null, isPlainHttp: true },
      mirrors: { 'docker.io': inside },
      buildEnvironment: Object.fromEntries(
        lines.map(line => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]),
      ),
    }),
    readRegistryPassword: async () => undefined,
    describe: deploymentId => {
      const owner = owners.get(deploymentId) ?? { id: newId(), name: 'bench' }
      owners.set(deploymentId, owner)
      return { name: 'bench', owner, hosts: [] }
    },
    logs,
    sources: createSourceReader(),
    detectPlan,
    now: Date.now,
    log: { warn: () => undefined },
    noteConnection: () => undefined,
  })
  let look = () => {}
  driver.watch(() => look())

  const untilBuilt = (order: BuildOrder): Promise<void> =>
    new Promise((resolve, reject) => {
      look = () =>
        void driver.observeBuild(order).then(seen => {
          if (seen.state === 'failed') reject(new Error(seen.failure.message))
          if (seen.state === 'succeeded') resolve()
        }, reject)
      look()
    })

  return {
    newId,
    async build(name: string, repository: GitRepository, deploymentId: string): Promise<number> {
      const order: BuildOrder = {
        buildId: newId(),
        deploymentId,
        source: { kind: 'git', address: `${on.address}/${name}.git` },
        branch: 'main',
        sha: await repository.git('rev-parse', 'HEAD'),
        planEdits: {},
        port: null,
        timeLimitMs: 600_000,
        variables: {},
        secrets: [],
      }
      const begun = performance.now()
      await driver.startBuild(order)
      await untilBuilt(order)
      const ms = performance.now() - begun
      // Kept as a release would: only the namespace goes.
      await driver.collect(deploymentId, [])
      return ms
    },
    async dispose() {
      for (const deploymentId of owners.keys()) await driver.remove(deploymentId, null)
      await driver.dispose()
      await logs.dispose()
    },
  }
}
