import { afterAll, beforeAll, expect, vi } from 'vitest'
import { buildNamespace, tenantNamespace } from '../../electron/clusters/kubernetes/names.ts'
import type { Platform } from '../../electron/platform/platform.ts'
import type { Deployment } from '../../shared/domain/records.ts'
import { clusterSettings, clusterTest, contextName, expose, kubeconfig, kubectl } from '../support/cluster.ts'
import { type GitServer, startGitServer } from '../support/git-server.ts'
import { asker, createDataFolder, startPlatform, waitForDeployment } from '../support/platform.ts'
import { removeTenants } from '../support/tenants.ts'

const stamp = Date.now().toString(36)
const data = createDataFolder()
let git: GitServer
let platform: Platform
let clusterId: string
let address: string

beforeAll(async () => {
  git = await startGitServer()
  address = await expose(Number(new URL(git.address).port))
  platform = await startPlatform(data.path)
  await git.createRepository('bounded', {
    'package.json': JSON.stringify({
      name: 'bounded',
      private: true,
      scripts: { build: 'node build.js', start: 'node server.js' },
    }),
    'build.js': "for (let n = 0; n < 3000; n++) console.log(String(n).padEnd(1000, '.'))",
    'server.js': "require('http').createServer((_, r) => r.end('here')).listen(process.env.PORT)",
  })
  const limits = { builds: 2, buildsPerUser: 1, buildCpu: 1, buildMemory: 2, buildDisk: 3, buildLog: 1 }
  const changes = { kubeconfig, ...(await clusterSettings()), ...limits }
  clusterId = (await platform.clusters.add({ context: contextName, changes })).id
})

afterAll(async () => {
  for (const one of platform?.deployments() ?? []) platform.intents.remove(one.id, one.name, asker(platform))
  await platform?.idle()
  await platform?.dispose({ stopApps: true })
  await git?.close()
  await removeTenants(data.path)
  data.remove()
})

const create = async (name: string) =>
  platform.intents.create(
    {
      source: { kind: 'git', address: `${address}/bounded.git` },
      branch: '',
      name: `${name}-${stamp}`,
      clusterId,
      port: null,
      planEdits: {},
      size: 'small',
    },
    asker(platform),
  )
const until = (id: string, isMet: (one: Deployment) => boolean) =>
  waitForDeployment(platform, id, isMet, 240_000)
const isSettled = (number: number) => (one: Deployment) =>
  (one.status === 'live' && one.serving?.number === number && one.health.ready === one.instances) ||
  one.failure !== null
const read = async <T>(...args: string[]) => JSON.parse(await kubectl(...args, '-o', 'json')) as T
const waitFor = <T>(work: () => Promise<T>) => vi.waitFor(work, { timeout: 60_000, interval: 200 })

let first: string

clusterTest(
  'a build gets what is set for it, another one of its user waits and says so, and a log has an end',
  async () => {
    const made = await create('first')
    first = made.id
    await until(first, one => one.latestBuild?.status === 'running')
    const second = await create('second')
    expect(platform.deployment(second.id)).toMatchObject({
      status: 'queued',
      latestBuild: {
        status: 'queued',
        waitsFor: `waits for another build of ${platform.users.current().name}`,
      },
    })
    interface Job {
      spec: { template: { spec: { containers: { resources: { limits: Record<string, string> } }[] } } }
    }
    const job = await waitFor(() =>
      read<{ items: Job[] }>('-n', buildNamespace(made.buildId), 'get', 'job').then(({ items: [found] }) => {
        if (found === undefined) throw new Error('no job yet')
        return found
      }),
    )
    expect(job.spec.template.spec.containers[0]?.resources.limits).toEqual({
      cpu: '1',
      memory: '2Gi',
      'ephemeral-storage': '3Gi',
    })
    const built = await until(first, isSettled(1))
    expect(built.failure).toBeNull()
    const { lines } = await platform.logs.read({ kind: 'build', id: made.buildId }, { limit: 5000 })
    const texts = lines.map(line => line.text)
    expect(texts.filter(text => text.startsWith('The build has printed more than 1 MiB'))).toHaveLength(1)
    expect(texts.join('\n').length).toBeLessThan(1.2 * 1024 ** 2)
    const next = await until(second.id, isSettled(1))
    expect(next.failure).toBeNull()
    platform.intents.remove(second.id, next.name, asker(platform))
  },
)

clusterTest(
  'a quota that is lowered holds at once; what does not fit fails in plain words, and what served goes on',
  async () => {
    const namespace = tenantNamespace(platform.users.current().id)
    const hardOf = async () =>
      (
        await read<{ spec: { hard: Record<string, string> } }>(
          '-n',
          namespace,
          'get',
          'resourcequota',
          'slipway',
        )
      ).spec.hard
    expect(await hardOf()).toMatchObject({ pods: '60', 'limits.memory': '32Gi' })

    await platform.clusters.update(clusterId, { quotaMemory: 0.7, quotaPods: 5 })
    expect(await platform.clusters.whyNotBound(clusterId, { quotaPods: 5 })).toBeNull()
    await waitFor(async () => expect(await hardOf()).toMatchObject({ pods: '5', 'limits.memory': '717Mi' }))

    platform.intents.resize(first, 'medium', { apply: true }, asker(platform))
    const failed = await until(first, one => one.failure !== null)
    expect(failed.failure).toMatchObject({
      code: 'quota_exceeded',
      message: expect.stringMatching(
        /^There is no room left in what you may use of the cluster: requested: .*limits\.memory=512Mi/,
      ),
      hint: expect.stringMatching(/^Choose a smaller size or fewer instances/),
    })
    await until(first, one => one.health.ready === 1)
    expect(platform.deployment(first)?.serving?.number).toBe(1)

    await platform.clusters.update(clusterId, { quotaMemory: 8 })
    platform.intents.resize(first, 'medium', { apply: true }, asker(platform))
    expect((await until(first, one => one.serving?.number === 3 || one.failure !== null)).failure).toBeNull()
  },
)

clusterTest('a size beyond what one instance may have fails in plain words', async () => {
  await platform.clusters.update(clusterId, { instanceCpu: 0.5, instanceMemory: 0.5 })
  platform.intents.resize(first, 'large', { apply: true }, asker(platform))
  const failed = await until(first, one => one.failure !== null)
  expect(failed.failure).toMatchObject({
    code: 'quota_exceeded',
    message: expect.stringMatching(
      /^One instance may not have that much: maximum (cpu|memory) usage per Container/,
    ),
  })
  await until(first, one => one.health.ready === 1)
})

clusterTest('instances for which there is no room are said, while those that are there serve', async () => {
  await platform.clusters.update(clusterId, { instanceCpu: 4, instanceMemory: 8, quotaPods: 2 })
  platform.intents.scale(first, 3, asker(platform))
  const lacking = await until(first, one => one.health.ready === 2 && one.health.reason !== null)
  expect(lacking.health).toMatchObject({
    ready: 2,
    wanted: 3,
    reason: expect.stringMatching(
      /^There is no room left in what you may use of the cluster: requested: pods=1/,
    ),
  })
})
