import { afterAll, beforeAll, expect, vi } from 'vitest'
import type { Domain } from '../../shared/domain/domain.ts'
import { baseDomain, clusterTest, kubectl } from '../support/cluster.ts'
import {
  isReadyRun,
  newId,
  openClusterDriver,
  type TestDriver,
  toReleaseOrder,
} from '../support/cluster-driver.ts'
import { pushApp } from '../support/images.ts'
import { getSecurely, getThroughIngress, readAuthority } from '../support/ingress.ts'

let opened: TestDriver[] = []

beforeAll(async () => {})

afterAll(async () => {
  for (const test of opened) {
    await test.clean()
    await test.dispose()
  }
  opened = []
})

for (const issuer of ['test-ca', 'pebble'] as const) {
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

    const areReady = (domains: readonly Domain[]) =>
      domains.length === 2 && domains.every(one => one.certificate.state === 'ready')
    await test.untilDomains(deploymentId, areReady, 120_000)

    const ca = await readAuthority(issuer)
    for (const host of [`${name}.${baseDomain}`, custom]) {
      await vi.waitFor(async () => expect((await getSecurely(host, ca)).status).toBe(200), {
        timeout: 120_000,
        interval: 500,
      })
    }
    // As the check of the cluster says of a Traefik without Middlewares: what was applied keeps nobody from http.
    expect((await getThroughIngress(name)).status).toBe(200)
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
    await vi.waitFor(async () => await expect(getSecurely(custom, ca)).rejects.toThrow())

    await test.driver.remove(deploymentId, null)
    expect(await kubectl('-n', test.namespace, 'get', 'secret', '-o', 'name')).toBe('')
  })
}
