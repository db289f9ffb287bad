import { request } from 'node:https'
import { afterAll, beforeAll, expect, vi } from 'vitest'
import { baseDomain, clusterTest, ingress, install, kubectl } from '../support/cluster.ts'
import {
  isReadyRun,
  newId,
  openClusterDriver,
  type TestDriver,
  toReleaseOrder,
} from '../support/cluster-driver.ts'
import { pushApp } from '../support/images.ts'

let opened: TestDriver[] = []

beforeAll(async () => {
  await install('ingress', 'network-policy', 'cert-manager', 'pebble')
})

afterAll(async () => {
  for (const test of opened) {
    await test.clean()
    await test.dispose()
  }
  opened = []
})

/** The status that the host answers with over https, its certificate verified with nothing but this authority. */
function askSecurely(host: string, ca: string): Promise<number> {
  const [address = '', port = ''] = ingress.https.split(':')
  return new Promise((resolve, reject) => {
    const asked = request(
      { host: address, port, servername: host, headers: { host }, ca, agent: false },
      response => {
        response.resume()
        response.on('end', () => resolve(response.statusCode ?? 0))
      },
    )
    asked.on('error', reject)
    asked.end()
  })
}

const fromBase64 = (text: string) => Buffer.from(text, 'base64').toString()

const authorities = [
  {
    issuer: 'test-ca',
    read: async () =>
      fromBase64(
        await kubectl('-n', 'cert-manager', 'get', 'secret', 'test-ca', '-o', 'jsonpath={.data.tls\\.crt}'),
      ),
  },
  {
    issuer: 'pebble',
    read: () =>
      kubectl('get', '--raw', '/api/v1/namespaces/pebble/services/https:pebble:management/proxy/roots/0'),
  },
]

for (const { issuer, read } of authorities) {
  clusterTest(`certificates of ${issuer}: the default host and a custom one answer over https`, async () => {
    const test = await openClusterDriver({ settings: { issuer } })
    opened.push(test)
    const deploymentId = newId()
    const name = `tls-${deploymentId.slice(-6)}`
    const custom = `www.${name}.test`
    test.describe(deploymentId, { name, hosts: [custom] })
    const order = toReleaseOrder({ deploymentId, artifact: await pushApp('honours-port') })

    await test.driver.applyRelease(order)
    await test.until(deploymentId, isReadyRun(order))

    const ca = await read()
    for (const host of [`${name}.${baseDomain}`, custom]) {
      await vi.waitFor(async () => expect(await askSecurely(host, ca)).toBe(200), {
        timeout: 120_000,
        interval: 500,
      })
    }
    const ready = { state: 'ready', detail: '' }
    const record = { type: 'A', value: '10.10.0.1' }
    expect(await test.driver.observeDomains(deploymentId)).toEqual(
      [`${name}.${baseDomain}`, custom].map((host, index) => ({
        host,
        isOwn: index === 0,
        url: `https://${host}/`,
        record,
        certificate: ready,
      })),
    )

    test.describe(deploymentId, { name, hosts: [] })
    await test.driver.applyDomains(deploymentId)
    expect((await test.driver.observeDomains(deploymentId)).map(one => one.host)).toEqual([
      `${name}.${baseDomain}`,
    ])
    await vi.waitFor(async () => await expect(askSecurely(custom, ca)).rejects.toThrow())

    await test.driver.remove(deploymentId, null)
    expect(await kubectl('-n', test.namespace, 'get', 'secret', '-o', 'name')).toBe('')
  })
}
