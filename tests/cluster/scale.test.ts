import { afterAll, beforeAll, expect } from 'vitest'
import { tenantNamespace } from '../../electron/clusters/kubernetes/names.ts'
import type { Platform } from '../../electron/platform/platform.ts'
import type { Deployment } from '../../shared/domain/records.ts'
import {
  baseDomain,
  clusterSettings,
  clusterTest,
  contextName,
  expose,
  ingress,
  kubeconfig,
  kubectl,
} from '../support/cluster.ts'
import { type GitServer, startGitServer } from '../support/git-server.ts'
import { getThroughIngress } from '../support/ingress.ts'
import { startLoad } from '../support/load.ts'
import {
  asker,
  createDataFolder,
  getThroughGateway,
  startPlatform,
  waitForDeployment,
} from '../support/platform.ts'
import { removeTenants } from '../support/tenants.ts'

const name = `scaled-${Date.now().toString(36)}`
const data = createDataFolder()
let git: GitServer
let platform: Platform
let id: string

beforeAll(async () => {
  git = await startGitServer()
  const address = await expose(Number(new URL(git.address).port))
  platform = await startPlatform(data.path)
  await git.createRepository('scaled', {
    'package.json': JSON.stringify({ name: 'scaled', private: true, scripts: { start: 'node server.js' } }),
    'server.js': "require('http').createServer((_, r) => r.end('here')).listen(process.env.PORT)",
  })
  const { id: clusterId } = await platform.clusters.add({
    context: contextName,
    changes: { kubeconfig, ...(await clusterSettings()) },
  })
  const source = { kind: 'git', address: `${address}/scaled.git` } as const
  const wish = { source, branch: '', name, clusterId, port: null, planEdits: {}, size: 'small' } as const
  id = (await platform.intents.create(wish, asker(platform))).id
  const first = await until(one => one.status === 'live' || one.failure !== null)
  expect(first.failure).toBeNull()
}, 300_000)

afterAll(async () => {
  for (const one of platform?.deployments() ?? []) platform.intents.remove(one.id, one.name, asker(platform))
  await platform?.idle()
  await platform?.dispose({ stopApps: true })
  await git?.close()
  await removeTenants(data.path)
  data.remove()
})

const until = (isMet: (one: Deployment) => boolean) => waitForDeployment(platform, id, isMet, 240_000)
const isLive = (number: number, instances: number) => (one: Deployment) =>
  (one.status === 'live' && one.serving?.number === number && one.health.ready === instances) ||
  one.failure !== null

/** Limits of memory of the pods that are there and stay. */
async function memoryOfPods(): Promise<string[]> {
  const text = await kubectl(
    '-n',
    tenantNamespace(platform.users.current().id),
    'get',
    'pod',
    '-l',
    `slipway.dev/deployment=${id}`,
    '-o',
    'json',
  )
  interface Pod {
    metadata: { deletionTimestamp?: string }
    spec: { containers: { resources: { limits: { memory: string } } }[] }
  }
  return (JSON.parse(text) as { items: Pod[] }).items
    .filter(pod => pod.metadata.deletionTimestamp === undefined)
    .flatMap(pod => pod.spec.containers.map(one => one.resources.limits.memory))
}

clusterTest('scaled from one to three and back, it stays live and no request fails', async () => {
  expect(platform.deployment(id)).toMatchObject({ failure: null, size: 'small', instances: 1 })
  await getThroughIngress(name)
  const statuses = new Set<string>()
  const unwatch = platform.onChange(() => void statuses.add(platform.deployment(id)?.status ?? ''))
  const load = startLoad({ address: ingress.http, host: `${name}.${baseDomain}`, rate: 40 })
  const begun = platform.deployment(id)?.health.instances ?? []

  platform.intents.scale(id, 3, asker(platform))
  expect(platform.deployment(id)?.health).toMatchObject({ ready: 1, wanted: 3 })
  const scaled = await until(isLive(1, 3))
  expect(scaled.health).toMatchObject({ ready: 3, wanted: 3, reason: null, restarts: 0 })
  expect(scaled.health.instances).toEqual(expect.arrayContaining([...begun]))
  expect(await memoryOfPods()).toEqual(['256Mi', '256Mi', '256Mi'])
  expect(await getThroughGateway(platform, name)).toEqual({ status: 200, body: 'here' })

  platform.intents.scale(id, 1, asker(platform))
  await until(isLive(1, 1))
  expect((await load.end()).failures).toEqual({})
  unwatch()
  expect([...statuses]).toEqual(['live'])
  expect(platform.reader.releasesOf(id)).toHaveLength(1)
})

clusterTest(
  'another size rolls out as a release of the same build, all instances of it; a rollback restores it',
  async () => {
    platform.intents.scale(id, 2, asker(platform))
    await until(isLive(1, 2))
    const load = startLoad({ address: ingress.http, host: `${name}.${baseDomain}`, rate: 40 })

    expect(platform.intents.resize(id, 'medium', { apply: true }, asker(platform))).toEqual({
      applied: 'release',
    })
    const resized = await until(isLive(2, 2))
    expect([resized.failure, resized.serving?.size]).toEqual([null, 'medium'])
    expect(await memoryOfPods()).toEqual(['512Mi', '512Mi'])

    const first = platform.reader.releasesOf(id).find(one => one.number === 1)
    await platform.intents.rollback(id, first?.id ?? '', asker(platform))
    const back = await until(isLive(3, 2))
    expect([back.failure, back.serving?.size, back.instances]).toEqual([null, 'small', 2])
    expect(await memoryOfPods()).toEqual(['256Mi', '256Mi'])
    expect((await load.end()).failures).toEqual({})
    expect(platform.reader.buildIdsOf(id)).toHaveLength(1)
  },
)

clusterTest('a size that no node has fails in plain words, and what served goes on', async () => {
  platform.intents.resize(id, 'xlarge', { apply: true }, asker(platform))
  const failed = await until(one => one.failure !== null)
  expect(failed.failure).toMatchObject({
    code: 'unschedulable',
    message: expect.stringMatching(/^No node of the cluster has a place for the app: .*Insufficient cpu/),
    hint: expect.stringMatching(/^Choose a smaller size/),
  })
  expect(failed.serving?.number).toBe(3)
  await until(one => one.health.ready === 2)
  expect(await memoryOfPods()).toEqual(['256Mi', '256Mi'])
  expect(await getThroughIngress(name)).toEqual({ status: 200, body: 'here' })
})
