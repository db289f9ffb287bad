import { afterAll, beforeAll, expect } from 'vitest'
import { decodeBatch } from '../../shared/domain/log-record.ts'
import { tryAddresses } from '../support/addresses.ts'
import { clusterTest, kubectl } from '../support/cluster.ts'
import {
  isReadyRun,
  newId,
  openClusterDriver,
  type TestDriver,
  toReleaseOrder,
} from '../support/cluster-driver.ts'
import { pushApp, pushImage } from '../support/images.ts'

let ana: TestDriver
let ben: TestDriver

beforeAll(async () => {
  ana = await openClusterDriver()
  ben = await openClusterDriver()
})

afterAll(async () => {
  for (const test of [ana, ben]) {
    await test?.clean()
    await test?.dispose()
  }
})

clusterTest(
  'a tenant reaches its own apps and names, and neither other tenants nor node, API server and metadata',
  async () => {
    const run = async (test: TestDriver, name: string, artifact: string) => {
      const deploymentId = newId()
      test.describe(deploymentId, { name })
      const order = toReleaseOrder({ deploymentId, artifact })
      await test.driver.applyRelease(order)
      const [instance] = await test.until(deploymentId, isReadyRun(order))
      const addressOf = async (kind: string, path: string) =>
        kubectl(
          '-n',
          test.namespace,
          'get',
          kind,
          '-l',
          `slipway.dev/deployment=${deploymentId}`,
          '-o',
          `jsonpath={.items[0].${path}}`,
        )
      return {
        deploymentId,
        pod: instance?.name ?? '',
        podAddress: `${await addressOf('pod', 'status.podIP')}:8080`,
        service: `${await addressOf('service', 'metadata.name')}.${test.namespace}:80`,
      }
    }
    const artifact = await pushApp('honours-port')
    const [neighbour, other] = await Promise.all([
      run(ana, 'neighbour', artifact),
      run(ben, 'other', artifact),
    ])
    const node = await kubectl('get', 'node', '-o', 'jsonpath={.items[0].status.addresses[0].address}')
    const open = [neighbour.podAddress, neighbour.service]
    const closed = [
      other.podAddress,
      other.service,
      'kubernetes.default:443',
      `${node}:6443`,
      `${node}:10250`,
      `${node}:5000`,
      '169.254.169.254:80',
    ]

    const prober = await run(
      ana,
      'prober',
      await pushImage({ command: ['node', '-e', tryAddresses([...open, ...closed])] }),
    )

    const expected = [...open.map(one => `${one} open`), ...closed.map(one => `${one} closed`)].sort()
    const end = AbortSignal.timeout(60_000)
    const said: string[] = []
    for await (const batch of ana.logs.follow({ kind: 'runtime', id: prober.deploymentId }, 0, end)) {
      said.push(...decodeBatch(batch).map(line => line.text))
      if (said.length >= expected.length) break
    }
    expect(said.sort()).toEqual(expected)
  },
)

clusterTest(
  'pods of a tenant have no token, and one that asks for more than restricted is refused',
  async () => {
    const [spec] = JSON.parse(await kubectl('-n', ana.namespace, 'get', 'pod', '-o', 'json')).items
    expect(spec.spec.automountServiceAccountToken).toBe(false)
    expect(JSON.stringify(spec.spec)).not.toContain('serviceAccountToken')

    const refused = kubectl('-n', ana.namespace, 'run', 'bad', '--image=busybox', '--privileged')
    await expect(refused).rejects.toThrow(/violates PodSecurity "restricted/)
  },
)

clusterTest('what somebody else changed is not taken back: it is said who changed what', async () => {
  const deploymentId = newId()
  ana.describe(deploymentId, { name: 'shared' })
  const order = toReleaseOrder({ deploymentId, artifact: await pushApp('honours-port') })
  await ana.driver.applyRelease(order)
  await ana.until(deploymentId, isReadyRun(order))
  const name = await kubectl(
    '-n',
    ana.namespace,
    'get',
    'deployment',
    '-l',
    `slipway.dev/deployment=${deploymentId}`,
    '-o',
    'jsonpath={.items[0].metadata.name}',
  )
  await kubectl('-n', ana.namespace, 'set', 'image', `deployment/${name}`, 'app=docker.io/library/caddy:2')

  const applied = ana.driver.applyRelease({ ...order, releaseId: newId() })

  await expect(applied).rejects.toMatchObject({
    failure: {
      code: 'conflict',
      message: `Deployment ${name} was changed by something other than Slipway: kubectl-set has set containers[name="app"].image.`,
    },
  })
})
