import { request } from 'node:http'
import type { Duplex } from 'node:stream'
import { afterAll, beforeAll, expect } from 'vitest'
import { clusterTest, install, kubectl } from '../support/cluster.ts'
import { pushApp } from '../support/images.ts'
import {
  getThroughIngress,
  isReadyRun,
  newId,
  openKubernetesDriver,
  type TestDriver,
  toOrder,
} from '../support/kubernetes-driver.ts'

let test: TestDriver

beforeAll(async () => {
  await install('ingress', 'network-policy')
  test = await openKubernetesDriver({ limits: { startMs: 8000, placeMs: 4000 } })
})

afterAll(async () => {
  await test?.clean()
  await test?.dispose()
})

/** What a connection to the app answers to a request. */
function ask(connection: Duplex): Promise<string> {
  return new Promise((resolve, reject) => {
    const asked = request({ createConnection: () => connection, headers: { host: 'app' } }, response => {
      let body = ''
      response.setEncoding('utf8')
      response.on('data', chunk => {
        body += chunk
      })
      response.on('end', () => resolve(body))
    })
    asked.on('error', reject)
    asked.end()
  })
}

clusterTest(
  'an image becomes an app that answers through the ingress controller and through dial',
  async () => {
    const deploymentId = newId()
    const name = `hello-${deploymentId.slice(-6)}`
    test.describe(deploymentId, { name })
    const order = toOrder({ deploymentId, artifact: await pushApp('honours-port'), port: 3000 })

    await test.driver.applyRelease(order)

    const [instance] = await test.until(deploymentId, isReadyRun(order))
    expect(instance).toMatchObject({ state: 'ready', port: 3000, restarts: 0, failure: null })
    expect(await getThroughIngress(name)).toEqual({ status: 200, body: 'honours PORT\n' })
    const target = { deploymentId, releaseId: order.releaseId }
    expect(await ask(await test.driver.dial(target))).toBe('honours PORT\n')
    expect(await ask(await test.driver.dial(target))).toBe('honours PORT\n')

    await test.driver.remove(deploymentId)
    expect(await test.driver.count(deploymentId)).toMatchObject({ processes: 0 })
    expect(await kubectl('get', 'namespace', test.namespace, '-o', 'jsonpath={.metadata.labels}')).toContain(
      '"pod-security.kubernetes.io/enforce":"restricted"',
    )
  },
)
