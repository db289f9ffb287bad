import { afterAll, beforeAll, expect } from 'vitest'
import { repositoryOf } from '../../electron/clusters/kubernetes/names.ts'
import { clusterTest, registryAddress } from '../support/cluster.ts'
import {
  isReadyRun,
  newId,
  openClusterDriver,
  type TestDriver,
  toReleaseOrder,
} from '../support/cluster-driver.ts'
import { pushImage } from '../support/images.ts'

let test: TestDriver
beforeAll(async () => {
  test = await openClusterDriver()
})
afterAll(async () => {
  await test?.clean()
  await test?.dispose()
})

const serve = (text: string) =>
  `require('http').createServer((_, r) => r.end('${text}')).listen(process.env.PORT)`

clusterTest('of twelve images in the registry, those beyond ten go, but never one that runs', async () => {
  const deploymentId = newId()
  const repository = repositoryOf(test.owner.id, deploymentId)
  const push = (text: string, tag: string) =>
    pushImage({ command: ['node', '-e', serve(text)], repository, tag })
  const images: string[] = []
  for (let n = 1; n <= 12; n++) images.push(await push(`version ${n}`, `build-${n}`))
  const [first = '', second = '', ...newest] = images
  expect(newest).toHaveLength(10)
  // What was built again to the same bytes has a tag of its own, which nobody names.
  expect(await push('version 1', 'build-13')).toBe(first)
  const order = toReleaseOrder({ deploymentId, artifact: first })
  await test.driver.applyRelease(order)
  await test.until(deploymentId, isReadyRun(order))

  await test.driver.collect(deploymentId, [...newest, first])

  const has = (image: string) => test.driver.hasArtifact(deploymentId, image)
  expect(await Promise.all(images.map(has))).toEqual(images.map(one => one !== second))
  const listed = await fetch(`http://${registryAddress}/v2/${repository}/tags/list`)
  const tags = (await listed.json()) as { tags: string[] }
  expect(tags.tags.toSorted()).toEqual(
    ['build-1', ...newest.map((_, n) => `build-${n + 3}`), 'build-13'].toSorted(),
  )

  await test.driver.remove(deploymentId, null)
  expect(await Promise.all(images.map(has))).toEqual(images.map(() => false))
})
