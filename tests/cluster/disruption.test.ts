import { afterAll, beforeAll, expect } from 'vitest'
import { clusterTest, kubectl } from '../support/cluster.ts'
import { newId, openClusterDriver, type TestDriver, toReleaseOrder } from '../support/cluster-driver.ts'
import { pushApp } from '../support/images.ts'

let test: TestDriver

beforeAll(async () => {
  test = await openClusterDriver()
})

afterAll(async () => {
  await test?.clean()
  await test?.dispose()
})

clusterTest(
  'of several instances one may be taken at a time; a single one keeps no node from being emptied',
  async () => {
    const deploymentId = newId()
    test.describe(deploymentId, { name: 'several' })
    const untilReady = (count: number) =>
      test.until(deploymentId, found => found.filter(one => one.state === 'ready').length === count)
    const budgets = () =>
      kubectl('-n', test.namespace, 'get', 'pdb', '-o', 'jsonpath={.items[*].spec.maxUnavailable}')

    const order = toReleaseOrder({ deploymentId, artifact: await pushApp('honours-port'), instances: 2 })
    await test.driver.applyRelease(order)
    await untilReady(2)
    expect(await budgets()).toBe('1')

    await test.driver.scale(deploymentId, 1)
    expect(await budgets()).toBe('')
    await test.driver.scale(deploymentId, 3)
    expect(await budgets()).toBe('1')

    await test.driver.remove(deploymentId, null)
    expect(await budgets()).toBe('')
    expect(await test.driver.count(deploymentId)).toEqual({ processes: 0, checkouts: 0 })
  },
)
