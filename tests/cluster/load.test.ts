import { afterAll, beforeAll, expect } from 'vitest'
import { baseDomain, clusterTest, startIngressLoad } from '../support/cluster.ts'
import {
  isReadyRun,
  newId,
  openClusterDriver,
  type TestDriver,
  toReleaseOrder,
} from '../support/cluster-driver.ts'
import { pushImage } from '../support/images.ts'
import { getThroughIngress } from '../support/ingress.ts'

/** Requests a second. */
const rate = 300

let test: TestDriver

beforeAll(async () => {
  test = await openClusterDriver()
})

afterAll(async () => {
  await test?.clean()
  await test?.dispose()
})

clusterTest(
  'no request fails through ten redeploys, a rollback and a restart of an app that exits at once on TERM',
  async () => {
    const deploymentId = newId()
    const name = `load-${deploymentId.slice(-6)}`
    test.describe(deploymentId, { name })
    const artifact = await pushImage({
      command: [
        'node',
        '-e',
        `process.on('SIGTERM', () => process.exit(0));
        require('http').createServer((_, response) => response.end(process.env.WORD)).listen(process.env.PORT)`,
      ],
    })
    const roll = async (change: { releaseId?: string; run?: number; word: string }) => {
      const { word, ...rest } = change
      const order = toReleaseOrder({ deploymentId, artifact, variables: { WORD: word }, ...rest })
      await test.driver.applyRelease(order)
      await test.until(deploymentId, isReadyRun(order))
      return order
    }
    await roll({ word: 'first' })
    await getThroughIngress(name)
    const load = startIngressLoad({ host: `${name}.${baseDomain}`, rate })

    for (let round = 1; round <= 10; round++) await roll({ word: `round ${round}` })
    const { releaseId } = await roll({ word: 'first' })
    await roll({ releaseId, run: 2, word: 'first' })

    const asked = await load.end()
    expect(asked.failures).toEqual({})
    expect(asked.rate).toBeGreaterThanOrEqual(0.95 * rate)
  },
)
