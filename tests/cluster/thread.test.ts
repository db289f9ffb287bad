import { request } from 'node:http'
import { afterAll, beforeAll, expect, vi } from 'vitest'
import { tenantNamespace } from '../../electron/clusters/kubernetes/names.ts'
import type { Platform } from '../../electron/platform/platform.ts'
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
import {
  asker,
  createDataFolder,
  getThroughGateway,
  startPlatform,
  waitForDeployment,
} from '../support/platform.ts'
import { removeTenants } from '../support/tenants.ts'

const app = (greeting: string) => ({
  'package.json': JSON.stringify({ name: 'shop', private: true, scripts: { start: 'node server.js' } }),
  'server.js': `
    const http = require('node:http')
    console.log('ready to sell')
    http.createServer((request, response) => response.end('${greeting} ' + request.url)).listen(process.env.PORT)
  `,
})

/** Of this run alone: a run that failed may have left its own. */
const name = `shop-${Date.now().toString(36)}`
const host = `${name}.${baseDomain}`
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

/** What answers for the app's host at the ingress controller. */
const getThroughIngress = () =>
  new Promise<{ status: number; body: string }>((resolve, reject) => {
    const [hostname, port] = ingress.http.split(':')
    request({ host: hostname, port, headers: { host }, agent: false }, response => {
      let body = ''
      response.setEncoding('utf8')
      response.on('data', chunk => {
        body += chunk
      })
      response.on('end', () => resolve({ status: response.statusCode ?? 0, body }))
    })
      .on('error', reject)
      .end()
  })

/** The ingress controller hears of new pods a moment after the rollout is complete. */
const waitForAnswer = (body: string) =>
  vi.waitFor(async () => expect(await getThroughIngress()).toEqual({ status: 200, body }), {
    timeout: 20_000,
    interval: 100,
  })

clusterTest(
  'a repository is built in the cluster, answers at its address, is deployed again, rolled back, stopped, started and removed',
  async () => {
    const repository = await git.createRepository('shop', app('hello'))
    const { id: clusterId } = await platform.clusters.add({
      context: contextName,
      changes: { kubeconfig, ...(await clusterSettings()) },
    })
    const { id } = await platform.intents.create(
      {
        source: { kind: 'git', address: `${address}/shop.git` },
        branch: '',
        name,
        clusterId,
        port: null,
        planEdits: {},
      },
      asker(platform),
    )
    const first = await waitForDeployment(
      platform,
      id,
      one => one.status === 'live' || one.failure !== null,
      240_000,
    )
    expect(first.failure).toBeNull()
    expect(first.url).toBe(`http://${host}/`)
    expect(first.health).toMatchObject({ ready: 1, wanted: 1, restarts: 0, reason: null })
    await waitForAnswer('hello /')
    expect(await getThroughGateway(platform, name, '/a')).toEqual({ status: 200, body: 'hello /a' })

    await repository.commit(app('welcome'), 'Greet warmly')
    await platform.intents.deploy(id, asker(platform))
    const second = await waitForDeployment(
      platform,
      id,
      one => (one.serving?.number === 2 && one.status === 'live') || one.failure !== null,
      240_000,
    )
    expect(second.failure).toBeNull()
    await waitForAnswer('welcome /')

    const earlier = platform.reader.releasesOf(id).find(release => release.number === 1)
    await platform.intents.rollback(id, earlier?.id ?? '', asker(platform))
    await waitForDeployment(platform, id, one => one.serving?.number === 3 && one.status === 'live', 120_000)
    await waitForAnswer('hello /')

    platform.intents.stop(id, asker(platform))
    await waitForDeployment(
      platform,
      id,
      one => one.status === 'stopped' && one.health.instances.length === 0,
      120_000,
    )
    expect((await getThroughGateway(platform, name)).status).toBe(503)

    platform.intents.start(id, asker(platform))
    await waitForDeployment(platform, id, one => one.status === 'live' && one.health.ready === 1, 120_000)
    expect(await getThroughGateway(platform, name)).toEqual({ status: 200, body: 'hello /' })

    platform.intents.remove(id, name, asker(platform))
    await platform.idle()
    expect(await platform.residue(id)).toMatchObject({ processes: 0, checkouts: 0, logs: 0, rows: 0 })
    const left = await kubectl(
      'get',
      'all,ingress,secret',
      '-o=name',
      '-n',
      tenantNamespace(platform.users.current().id),
    )
    expect(left).toBe('')
    await platform.clusters.remove(clusterId)
    expect(platform.reader.clusters().map(one => one.kind)).toEqual(['local'])
  },
)
