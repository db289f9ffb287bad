import { afterAll, expect } from 'vitest'
import { apply, applyYaml, baseDomain, clusterTest, kubectl } from '../support/cluster.ts'
import {
  isReadyRun,
  newId,
  openClusterDriver,
  type TestDriver,
  toReleaseOrder,
} from '../support/cluster-driver.ts'
import { pushApp } from '../support/images.ts'
import { getThroughIngress } from '../support/ingress.ts'
import { newMember } from '../support/members.ts'

/** Each with records of its own, as Slipways on several computers. */
const slipways: TestDriver[] = []
const open = async (...options: Parameters<typeof openClusterDriver>) => {
  const opened = await openClusterDriver(...options)
  slipways.push(opened)
  return opened
}

afterAll(async () => {
  for (const one of slipways) {
    await one.clean()
    await one.dispose()
  }
})

clusterTest(
  'a host that another Slipway gave away is refused, named, and goes on leading there',
  async () => {
    const artifact = await pushApp('honours-port')
    const first = await open()
    const name = `shop-${newId().slice(-6)}`
    const theirs = toReleaseOrder({ deploymentId: newId(), artifact })
    first.describe(theirs.deploymentId, { name })
    await first.driver.applyRelease(theirs)
    await first.until(theirs.deploymentId, isReadyRun(theirs))

    const second = await open()
    const ours = toReleaseOrder({ deploymentId: newId(), artifact })
    second.describe(ours.deploymentId, { name })
    const ingress = `${name}-${theirs.deploymentId.slice(-8)}`
    await expect(second.driver.applyRelease(ours)).rejects.toMatchObject({
      failure: {
        code: 'name_taken',
        message: `${name}.${baseDomain} leads to ${name}, which another Slipway deployed: the Ingress ${ingress} in the namespace ${first.namespace} has it.`,
        hint: 'Take the host away there, or give this deployment another name, then deploy again.',
      },
    })
    expect(await kubectl('-n', second.namespace, 'get', 'deployment,ingress,secret', '-o', 'name')).toBe('')
    expect((await getThroughIngress(name)).status).toBe(200)

    // Released under another name, it cannot take the host as a domain of its own either.
    const other = `store-${newId().slice(-6)}`
    second.describe(ours.deploymentId, { name: other })
    await second.driver.applyRelease(ours)
    second.describe(ours.deploymentId, { name: other, hosts: [`${name}.${baseDomain}`] })
    await expect(second.driver.applyDomains(ours.deploymentId)).rejects.toMatchObject({
      failure: { code: 'name_taken' },
    })
    for (const [slipway, { deploymentId }] of [
      [first, theirs],
      [second, ours],
    ] as const)
      await slipway.driver.remove(deploymentId, null)
  },
)

clusterTest('who may not see what others have deploys all the same', async () => {
  const host = `hand-${newId().slice(-6)}`
  const namespace = `slipway-test-${newId()}`
  await apply(
    { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } },
    {
      apiVersion: 'networking.k8s.io/v1',
      kind: 'Ingress',
      metadata: { name: 'web', namespace },
      spec: {
        rules: [
          {
            host: `${host}.${baseDomain}`,
            http: {
              paths: [
                {
                  path: '/',
                  pathType: 'Prefix',
                  backend: { service: { name: 'web', port: { number: 80 } } },
                },
              ],
            },
          },
        ],
      },
    },
  )
  try {
    const ownerId = newId()
    const { kubeconfig, yaml, clean } = await newMember(`mia-${ownerId.slice(-8)}`, ownerId)
    await applyYaml(yaml)
    const owner = await open()
    const member = await open({ ownerId, settings: { kubeconfig } })
    const order = toReleaseOrder({ deploymentId: newId(), artifact: await pushApp('honours-port') })
    for (const one of [owner, member]) one.describe(order.deploymentId, { name: host })
    await expect(owner.driver.applyRelease(order)).rejects.toThrow(
      `${host}.${baseDomain} leads to something else: the Ingress web in the namespace ${namespace} has it.`,
    )
    await member.driver.applyRelease(order)
    await member.until(order.deploymentId, isReadyRun(order))
    await member.driver.remove(order.deploymentId, null)
    await clean()
  } finally {
    await kubectl('delete', 'namespace', namespace, '--wait=false')
  }
})
