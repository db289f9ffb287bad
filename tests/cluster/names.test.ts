import { afterAll, beforeAll, describe, expect, vi } from 'vitest'
import { tenantNamespace } from '../../electron/clusters/kubernetes/names.ts'
import type { Platform } from '../../electron/platform/platform.ts'
import { nameRule } from '../../shared/domain/name-pattern.ts'
import { clusterSettings, clusterTest, contextName, kubeconfig, kubectl } from '../support/cluster.ts'
import { setUpBuilds } from '../support/cluster-builds.ts'
import { isReadyRun, newId, openClusterDriver, toReleaseOrder } from '../support/cluster-driver.ts'
import { createCommandLine } from '../support/command-line.ts'
import { pushApp } from '../support/images.ts'
import { getSecurely, getThroughIngress, readAuthority } from '../support/ingress.ts'
import {
  asker,
  createDataFolder,
  getThroughGateway,
  isLive,
  startPlatform,
  waitForDeployment,
} from '../support/platform.ts'

const image = { address: 'docker.io/nginxinc/nginx-unprivileged', branch: 'stable' }
const long = (end: string): string => `n${'-a'.repeat(10)}${end}`.padEnd(40, 'z')

describe('a deployment whose name is', () => {
  const data = createDataFolder()
  let platform: Platform
  let clusterId: string

  beforeAll(async () => {
    platform = await startPlatform(data.path)
    const changes = { kubeconfig, ...(await clusterSettings()) }
    clusterId = (await platform.clusters.add({ context: contextName, changes })).id
  })
  afterAll(async () => {
    for (const one of platform?.deployments() ?? [])
      platform.intents.remove(one.id, one.name, asker(platform))
    await platform?.idle()
    await kubectl('delete', 'namespace', tenantNamespace(platform.users.current().id), '--ignore-not-found')
    await platform?.dispose({ stopApps: true })
    data.remove()
  })

  clusterTest.each([
    ['a word of Kubernetes', 'kubernetes'],
    ['that of a namespace', 'default'],
    ['that of an object of ours', 'registry'],
    ['of international domains', 'xn--bcher-kva'],
    ['one letter', 'q'],
    ['as long as can be', long('b')],
  ])('%s is deployed and answers', async (_, name) => {
    const source = { kind: 'image', address: image.address } as const
    const wish = { source, branch: image.branch, name, port: null, planEdits: {}, clusterId }
    const { id } = await platform.intents.create(wish, asker(platform))
    const live = await waitForDeployment(platform, id, one => one.failure !== null || isLive(one), 120_000)
    expect(live.failure).toBeNull()
    expect((await getThroughGateway(platform, name)).status).toBe(200)
    expect((await getThroughIngress(name)).status).toBe(200)
  })
})

describe('on the command line', () => {
  const data = createDataFolder()
  const line = createCommandLine(data.path)
  afterAll(async () => {
    await line.endAll()
    data.remove()
  })

  clusterTest('a name that no host can have is refused in words, and nothing is made', async () => {
    const deploy = ['deploy', `${image.address}:${image.branch}`, '--image', '--context', contextName]
    const tooLong = [`${long('c')}z`, 'd'.repeat(63)]
    for (const name of [...tooLong, 'gr\u00f6\u00dfe', 'a.b', 'a-', '1', '']) {
      const refused = await line.call(...deploy, `--name=${name}`)
      expect(refused, name).toMatchObject({ status: 2, stdout: '' })
      expect(refused.stderr).toContain(nameRule)
    }
    expect(JSON.parse((await line.call('list', '--json')).stdout)).toEqual([])
  })
})

clusterTest('hosts of the greatest length have certificates of their own, and answer', async () => {
  const test = await openClusterDriver({ settings: { issuer: 'test-ca' } })
  try {
    const deploymentId = newId()
    const label = `w${deploymentId}`.padEnd(63, 'x')
    const hosts = ['one', 'two'].map(end => `${`${label}.`.repeat(3).slice(0, -1)}.${end}.test`)
    expect(hosts.map(host => host.length)).toEqual([200, 200])
    test.describe(deploymentId, { name: long('h'), hosts })
    const order = toReleaseOrder({ deploymentId, artifact: await pushApp('honours-port') })
    await test.driver.applyRelease(order)
    await test.until(deploymentId, isReadyRun(order))
    await test.untilDomains(
      deploymentId,
      domains => domains.length === 3 && domains.every(one => one.certificate.state === 'ready'),
      120_000,
    )
    const ca = await readAuthority('test-ca')
    for (const host of hosts) {
      await vi.waitFor(async () => expect((await getSecurely(host, ca)).status).toBe(200), {
        timeout: 60_000,
        interval: 500,
      })
    }
    await test.driver.remove(deploymentId, null)
  } finally {
    await test.clean()
    await test.dispose()
  }
})

describe('a branch', () => {
  const { slipway, orderOf } = setUpBuilds()

  clusterTest('of other scripts, as long as a file system lets it be, is built', async () => {
    const { order, repository } = await orderOf({ Dockerfile: 'FROM debian:bookworm-slim\nRUN echo built\n' })
    const branch = `feature/gr\u00f6\u00dfe-\u65e5\u672c/${'b'.repeat(200)}`
    await repository.checkout(branch)
    await slipway().driver.startBuild({ ...order, branch })
    expect((await slipway().untilBuild(order)).state).toBe('succeeded')
    await slipway().driver.collect(order.deploymentId, [])
  })
})
