import { afterAll, beforeAll, expect } from 'vitest'
import { buildNamespace } from '../../electron/clusters/kubernetes/names.ts'
import type { Platform } from '../../electron/platform/platform.ts'
import { decodeBatch } from '../../shared/domain/log-record.ts'
import { clusterSettings, clusterTest, contextName, expose, kubeconfig, kubectl } from '../support/cluster.ts'
import { type GitServer, startGitServer } from '../support/git-server.ts'
import { asker, createDataFolder, isLive, startPlatform, waitForDeployment } from '../support/platform.ts'
import { removeTenants } from '../support/tenants.ts'

const data = createDataFolder()
let git: GitServer
let address: string
let platform: Platform

beforeAll(async () => {
  git = await startGitServer()
  address = await expose(Number(new URL(git.address).port))
  platform = await startPlatform(data.path)
})

afterAll(async () => {
  for (const one of platform?.deployments() ?? []) platform.intents.remove(one.id, one.name, asker(platform))
  await platform?.idle()
  await platform?.dispose({ stopApps: true })
  await git?.close()
  await removeTenants(data.path)
  data.remove()
})

clusterTest(
  'closed while it builds in the cluster and opened after, Slipway has the whole log and the release, and no namespace is left',
  async () => {
    const name = `reopened-${Date.now().toString(36)}`
    await git.createRepository(name, {
      'package.json': JSON.stringify({
        private: true,
        scripts: { start: 'node server.js', build: 'sh count.sh' },
      }),
      'count.sh': 'for n in $(seq 1 40); do echo "line $n"; sleep 0.2; done',
      'server.js': "require('http').createServer((_, r) => r.end('hi')).listen(process.env.PORT)",
    })
    const { id: clusterId } = await platform.clusters.add({
      context: contextName,
      changes: { kubeconfig, ...(await clusterSettings()), keepsBuildState: false },
    })
    const source = { kind: 'git', address: `${address}/${name}.git` } as const
    const { id, buildId } = await platform.intents.create(
      { source, branch: 'main', name, port: null, planEdits: {}, clusterId },
      asker(platform),
    )
    const log = { kind: 'build', id: buildId } as const
    for await (const batch of platform.logs.follow(log, 0, AbortSignal.timeout(120_000)))
      if (decodeBatch(batch).some(line => line.text.endsWith(' line 5'))) break

    await platform.dispose({ stopApps: false })
    const namespace = buildNamespace(buildId)
    await kubectl(
      'wait',
      '-n',
      namespace,
      '--for=condition=Complete',
      `job/build-${buildId}`,
      '--timeout=120s',
    )
    platform = await startPlatform(data.path)

    const live = await waitForDeployment(platform, id, one => isLive(one) || one.failure !== null, 120_000)
    expect(live.failure).toBeNull()
    const { lines } = await platform.logs.read(log, { limit: 10_000 })
    const counted = lines.flatMap(({ text }) => /^#\d+ line (\d+)$/.exec(text)?.[1] ?? [])
    expect(counted).toEqual(Array.from({ length: 40 }, (_, n) => String(n + 1)))
    expect(lines[0]?.text).toBe(`Build ${buildId}`)
    expect(platform.reader.artifactsOf(id)).toEqual([expect.stringMatching(/@sha256:[0-9a-f]{64}$/)])
    expect(platform.reader.releasesOf(id)).toHaveLength(1)
    await kubectl('wait', '--for=delete', `namespace/${namespace}`, '--timeout=60s')
  },
)
