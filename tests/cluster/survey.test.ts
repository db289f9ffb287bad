import { afterAll, expect, vi } from 'vitest'
import { toNumber } from '../../electron/clusters/kubernetes/quantity.ts'
import { foundOf, missingOf, type Survey } from '../../shared/domain/survey.ts'
import { applyYaml, clusterTest, expose, kubectl } from '../support/cluster.ts'
import {
  isReadyRun,
  newId,
  openClusterDriver,
  type TestDriver,
  toBuildOrder,
  toReleaseOrder,
} from '../support/cluster-driver.ts'
import { startGitServer } from '../support/git-server.ts'
import { pushApp } from '../support/images.ts'
import { newMember } from '../support/members.ts'
import { expectSoundSurvey } from '../support/survey-promises.ts'

const opened: TestDriver[] = []
let member: Awaited<ReturnType<typeof newMember>> | undefined

afterAll(async () => {
  for (const one of opened) {
    await one.clean()
    await one.dispose()
  }
  await member?.clean()
})

async function open(...options: Parameters<typeof openClusterDriver>): Promise<TestDriver> {
  const test = await openClusterDriver(...options)
  opened.push(test)
  return test
}

const survey = async ({ driver, owner }: TestDriver): Promise<Extract<Survey, { kind: 'kubernetes' }>> => {
  const found = await driver.survey(owner.id)
  if (found.kind !== 'kubernetes') throw new Error('is not of a cluster')
  return found
}

/** What kubectl says is asked for of a node: `cpu  1250m (31%)  2 (50%)`, below `Allocated resources`. */
async function describeNode(name: string): Promise<{ cpu: number; memory: number; pods: number }> {
  const text = await kubectl('describe', 'node', name)
  const allocated = text.slice(text.indexOf('Allocated resources'))
  const of = (what: string) => toNumber(new RegExp(`^ +${what} +(\\S+) \\(`, 'm').exec(allocated)?.[1])
  return {
    cpu: of('cpu'),
    memory: of('memory'),
    pods: Number(/^Non-terminated Pods: +\((\d+) in total\)/m.exec(text)?.[1]),
  }
}

interface ListedNode {
  metadata: { name: string }
  status: { allocatable: Record<string, string>; nodeInfo: { architecture: string; kubeletVersion: string } }
}

clusterTest('an owner sees each node as kubectl does, and the room of all adds up', async () => {
  const test = await open()
  const { items } = JSON.parse(await kubectl('get', 'nodes', '-o', 'json')) as { items: ListedNode[] }
  const { gitVersion } = JSON.parse(await kubectl('version', '-o', 'json')).serverVersion
  // Pods come and go while both look.
  await vi.waitFor(
    async () => {
      const { version, nodes } = await survey(test)
      const found = foundOf(nodes)
      expect(version).toBe(gitVersion)
      expect(found?.count).toBe(items.length)
      for (const { metadata, status } of items) {
        const node = found?.list.find(one => one.name === metadata.name)
        expect(node).toMatchObject({
          ...{ isReady: true, isSchedulable: true, pressures: [] },
          architecture: status.nodeInfo.architecture,
          kubelet: status.nodeInfo.kubeletVersion,
          allocatable: {
            cpu: toNumber(status.allocatable.cpu),
            memory: toNumber(status.allocatable.memory),
            pods: toNumber(status.allocatable.pods),
          },
        })
        const described = await describeNode(metadata.name)
        expect(node?.requested?.cpu).toBeCloseTo(described.cpu, 3)
        expect(node?.requested).toMatchObject({ memory: described.memory, pods: described.pods })
      }
      const sum = found?.list.reduce((all, one) => all + (one.requested?.memory ?? 0), 0)
      expect(found && foundOf(found.requested)).toMatchObject({ memory: sum })
    },
    { timeout: 60_000, interval: 1000 },
  )
})

clusterTest('a deployment counts as soon as it is there, and not any more once it is removed', async () => {
  const test = await open()
  const deploymentId = newId()
  test.describe(deploymentId, { name: 'surveyed' })
  const order = toReleaseOrder({ deploymentId, artifact: await pushApp('honours-port'), instances: 2 })
  await test.driver.applyRelease(order)
  const ofIt = async () =>
    expectSoundSurvey(await survey(test)).deployments.filter(one => one.id === deploymentId)
  expect(await ofIt()).toMatchObject([{ name: 'surveyed', isDatabase: false, instances: 2 }])

  await test.until(
    deploymentId,
    found => isReadyRun(order)(found) && found.filter(one => one.state === 'ready').length === 2,
  )
  const there = expectSoundSurvey(await survey(test))
  expect(there.scope).toBe('all')
  const one = there.deployments.find(({ id }) => id === deploymentId)
  const mib = 1024 ** 2
  expect(one).toMatchObject({
    ready: 2,
    requests: { cpu: expect.closeTo(2 * (await quantity('requests', 'cpu')), 6) },
    limits: { memory: 2 * (await quantity('limits', 'memory')) },
  })
  expect(one?.limits?.memory).toBeGreaterThan(16 * mib)

  async function quantity(side: 'requests' | 'limits', what: 'cpu' | 'memory'): Promise<number> {
    const path = `{.items[0].spec.containers[0].resources.${side}.${what}}`
    const selector = `slipway.dev/deployment=${deploymentId}`
    return toNumber(
      await kubectl('-n', test.namespace, 'get', 'pods', '-l', selector, '-o', `jsonpath=${path}`),
    )
  }

  await test.driver.remove(deploymentId, null)
  expect(await ofIt()).toEqual([])
})

clusterTest(
  'what a deployment takes is shown beside what it may take, as the cluster measures it',
  async () => {
    const test = await open()
    const deploymentId = newId()
    test.describe(deploymentId, { name: 'measured' })
    await test.driver.applyRelease(toReleaseOrder({ deploymentId, artifact: await pushApp('honours-port') }))
    await vi.waitFor(
      async () => {
        const there = expectSoundSurvey(await survey(test))
        const { use, limits } = there.deployments.find(one => one.id === deploymentId) ?? {}
        expect(use?.memory ?? 0).toBeGreaterThan(1e6)
        expect(use?.memory).toBeLessThan(limits?.memory ?? 0)
        expect(foundOf(there.use)?.memory).toBeGreaterThanOrEqual(use?.memory ?? 0)
      },
      { timeout: 150_000, interval: 3000 },
    )
  },
)

clusterTest('a member sees what is theirs, and is told what is not shown', async () => {
  const other = await open()
  const foreign = newId()
  other.describe(foreign, { name: 'foreign' })
  const artifact = await pushApp('honours-port')
  await other.driver.applyRelease(toReleaseOrder({ deploymentId: foreign, artifact }))

  const ownerId = newId()
  member = await newMember(`mia-${ownerId.slice(-8)}`, ownerId)
  await applyYaml(member.yaml)
  const test = await open({ ownerId, settings: { kubeconfig: member.kubeconfig } })
  expect(expectSoundSurvey(await survey(test))).toMatchObject({ scope: 'own', deployments: [] })

  const own = newId()
  test.describe(own, { name: 'mine' })
  const order = toReleaseOrder({ deploymentId: own, artifact })
  await test.driver.applyRelease(order)
  await test.until(own, isReadyRun(order))
  const { nodes, there } = await survey(test)
  expect(expectSoundSurvey({ ...(await survey(test)), there })).toMatchObject({
    scope: 'own',
    deployments: [{ id: own, name: 'mine' }],
  })
  // The rights of a member show the nodes, and not the pods of others.
  const found = foundOf(nodes)
  expect(found?.count).toBeGreaterThan(0)
  expect(found?.list[0]?.requested).toBeNull()
  expect(found && missingOf(found.requested)).toMatchObject({ code: 'cluster_denied' })
  await test.driver.remove(own, null)
  expect(expectSoundSurvey(await survey(test)).deployments).toEqual([])
})

clusterTest('builds count while they run, and volumes by what they are for', async () => {
  const ownerId = newId()
  const git = await startGitServer()
  const address = await expose(Number(new URL(git.address).port))
  const builder = await newMember(`mia-${ownerId.slice(-8)}`, ownerId, [`${address}/sleeper.git`])
  await applyYaml(builder.yaml)
  const test = await open({ ownerId, settings: { kubeconfig: builder.kubeconfig } })
  const { driver } = test
  const look = async () => expectSoundSurvey(await survey(test))
  try {
    const repository = await git.createRepository('sleeper', { Dockerfile: 'FROM busybox\nRUN sleep 600\n' })
    const sha = await repository.git('rev-parse', 'HEAD')
    const build = toBuildOrder({ source: { kind: 'git', address: `${address}/sleeper.git` }, sha })
    await driver.startBuild(build)
    await vi.waitFor(async () => expect(await look()).toMatchObject({ builds: 1, count: 0 }), {
      timeout: 60_000,
      interval: 500,
    })
    await driver.cancelBuild(build)
    expect(await look()).toMatchObject({ builds: 0, volumes: [] })

    const deploymentId = newId()
    // More than a volume has that another test offers for its own.
    const addOn = { engine: 'redis', volumeGib: 3 } as const
    test.describe(deploymentId, { name: 'cache', addOn })
    const artifact = await pushApp('honours-port')
    await driver.applyRelease(toReleaseOrder({ deploymentId, artifact, addOn }))
    const volume = { count: 1, bytes: 3 * 1024 ** 3 }
    expect(await look()).toMatchObject({
      deployments: [{ id: deploymentId, name: 'cache', isDatabase: true, instances: 1 }],
      volumes: [{ purpose: 'database', ...volume }],
    })
    await driver.remove(deploymentId, 'kept')
    expect(await look()).toMatchObject({ count: 0, volumes: [{ purpose: 'kept', ...volume }] })
  } finally {
    await git.close()
    await builder.clean()
  }
})

clusterTest('somebody without rights is told so, and it is no error', async () => {
  const ownerId = newId()
  const nobody = await newMember(`nobody-${ownerId.slice(-8)}`, ownerId)
  const test = await openClusterDriver({ ownerId, settings: { kubeconfig: nobody.kubeconfig } })
  try {
    const { nodes, there } = await survey(test)
    expect(missingOf(nodes)?.message).toBe('You may not look at the nodes.')
    expect(missingOf(there)?.message).toBe('You may not look at what Slipway has there.')
  } finally {
    await test.dispose()
  }
})
