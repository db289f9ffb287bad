import { afterAll, beforeAll, expect, vi } from 'vitest'
import { clusterTest } from '../support/cluster.ts'
import { newId, openClusterDriver, type TestDriver, toReleaseOrder } from '../support/cluster-driver.ts'
import { pushImage } from '../support/images.ts'

let test: TestDriver

beforeAll(async () => {
  test = await openClusterDriver()
})

afterAll(async () => {
  await test?.clean()
  await test?.dispose()
})

const busy = `
  setInterval(() => { for (const end = Date.now() + 40; Date.now() < end; ); }, 100)
  require('http').createServer((_, response) => response.end('here')).listen(process.env.PORT)
`

clusterTest('what each instance takes is measured by the cluster, of this deployment alone', async () => {
  const artifact = await pushImage({ command: ['node', '-e', busy] })
  const ids = [newId(), newId()] as const
  for (const [index, deploymentId] of ids.entries()) {
    test.describe(deploymentId, { name: `busy-${index}` })
    await test.driver.applyRelease(toReleaseOrder({ deploymentId, artifact, instances: 2 - index }))
  }
  const [instances] = await Promise.all([
    test.until(ids[0], found => found.filter(one => one.state === 'ready').length === 2),
    test.until(ids[1], found => found.some(one => one.state === 'ready')),
  ])
  const usage = await vi.waitFor(
    async () => {
      const found = await test.driver.measureUsage(ids[0])
      expect(found).toHaveLength(2)
      expect(found.every(one => one.cpu > 0)).toBe(true)
      return found
    },
    { timeout: 150_000, interval: 3000 },
  )
  expect(usage.map(one => one.name).sort()).toEqual(instances.map(one => one.name).sort())
  for (const { cpu, memory } of usage) {
    expect(cpu).toBeLessThan(1.5)
    expect(memory).toBeGreaterThan(5e6)
    expect(memory).toBeLessThan(512 * 1024 ** 2)
  }
})
