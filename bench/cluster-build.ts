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

/** A page that Vite builds, with what npm fetches for it. */
const app = {
  'package.json': JSON.stringify({
    name: 'app',
    scripts: { build: 'vite build', start: 'node server.js' },
    dependencies: { react: '19', 'react-dom': '19', '@mantine/core': '9', '@mantine/hooks': '9' },
    devDependencies: { vite: '8' },
  }),
  'index.html': '<!doctype html><div id="root"></div><script type="module" src="/main.js"></script>',
  'main.js': `import { createElement } from 'react'
import { createRoot } from 'react-dom/client'
import * as all from '@mantine/core'
createRoot(document.getElementById('root')).render(createElement('p', null, Object.keys(all).join()))`,
  'server.js': "require('http').createServer((q, r) => r.end('hello')).listen(process.env.PORT)",
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
    const cold: number[] = []
    const unchanged: number[] = []
    const changed: number[] = []
    for (let round = 0; round < rounds; round++) {
      const repository = await git.createRepository(`app${round}`, app)
      const deploymentId = bench.newId()
      const build = () => bench.build(`app${round}`, repository, deploymentId)
      cold.push(await build())
      unchanged.push(await build())
      await repository.commit({ 'main.js': `${app['main.js']}\nconsole.log(${round})` }, 'A late change')
      changed.push(await build())
    }
    const about = { unit: 'ms', aim: 0.2 } as const
    return [
      toResult(
        { ...about, name: 'a build of nothing new, against the first' },
        { ours: unchanged, reference: cold },
      ),
      toResult(
        { ...about, name: 'a build of one late change, against the first' },
        { ours: changed, reference: cold },
      ),
    ]
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
