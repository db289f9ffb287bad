import type { V1PersistentVolume } from '@kubernetes/client-node'
import { afterAll, beforeAll, expect, vi } from 'vitest'
import type { BuildKey, BuildObservation } from '../../electron/clusters/driver.ts'
import { buildNamespace } from '../../electron/clusters/kubernetes/names.ts'
import { listProcesses, readVariable, signalProcess } from '../../electron/clusters/local/processes.ts'
import { clusterTest, expose, kubectl } from '../support/cluster.ts'
import { openClusterDriver, type TestDriver, toBuildOrder } from '../support/cluster-driver.ts'
import { type GitRepository, type GitServer, startGitServer } from '../support/git-server.ts'

let git: GitServer
let repository: GitRepository
let address: string
let ana: TestDriver
let ben: TestDriver

beforeAll(async () => {
  git = await startGitServer()
  address = `${await expose(Number(new URL(git.address).port))}/app.git`
  repository = await git.createRepository('app', {
    Dockerfile: 'FROM busybox\nRUN date > /built\nCOPY . /app\nRUN cat /app/wait | sh\n',
    wait: 'true',
  })
  const settings = { keepsBuildState: true }
  ana = await openClusterDriver({ settings })
  ben = await openClusterDriver({ settings })
})

afterAll(async () => {
  await ana?.dispose()
  await ben?.dispose()
  await git?.close()
})

const orderNow = async (more: object = {}) =>
  toBuildOrder({ source: { kind: 'git', address }, sha: await repository.git('rev-parse', 'HEAD'), ...more })

async function build({ driver, untilBuild }: TestDriver, more: object = {}) {
  const order = await orderNow(more)
  await driver.startBuild(order)
  const built = await untilBuild(order)
  await driver.collect(order.deploymentId, [])
  expect({ failure: null, ...built }).toMatchObject({ state: 'succeeded', failure: null })
  return { order, built }
}

/** Whether the first command of the Dockerfile was not run. */
const isWarm = (built: BuildObservation): boolean | undefined =>
  'steps' in built
    ? built.steps.flatMap(step => step.parts ?? []).find(part => part.title.includes('RUN date'))?.isCached
    : undefined

async function volumesOf(owner: { id: string }): Promise<(string | undefined)[]> {
  const found = await kubectl('get', 'persistentvolumes', '-o=json', `-l=slipway.dev/build-state=${owner.id}`)
  return (JSON.parse(found) as { items: V1PersistentVolume[] }).items.map(one => one.metadata?.name)
}

const claimOf = ({ buildId }: BuildKey): Promise<string> =>
  kubectl('get', 'persistentvolumeclaims', '-o=name', '--ignore-not-found', `-n=${buildNamespace(buildId)}`)

/** As when a node fails: nothing in the pod hears of it. */
async function kill({ buildId }: BuildKey): Promise<void> {
  const [pod] = (await kubectl('get', 'pods', '-o=name', `-n=${buildNamespace(buildId)}`)).split('\n')
  const name = pod?.slice('pod/'.length)
  for (const one of listProcesses())
    if (readVariable(one.pid, 'HOSTNAME') === name) signalProcess(one, 'SIGKILL')
}

/** As when a node is emptied: its processes are told to end. */
async function deletePod({ buildId }: BuildKey): Promise<void> {
  await kubectl('delete', 'pods', '--all', `-n=${buildNamespace(buildId)}`)
}

/** Until it has begun to do what its commit says. */
const untilWaiting = ({ untilBuild }: TestDriver, order: BuildKey) =>
  untilBuild(order, built => {
    const parts = 'steps' in built ? built.steps.flatMap(step => step.parts ?? []) : []
    return parts.some(part => part.title.includes('RUN cat') && part.finishedAt === null)
  })

clusterTest('builds of a user go on from those of all their apps; another user begins anew', async () => {
  const first = await build(ana)
  expect(isWarm(first.built)).toBe(false)
  const volumes = await volumesOf(ana.owner)
  expect(volumes).toHaveLength(1)

  expect(isWarm((await build(ana)).built)).toBe(true)
  expect(await volumesOf(ana.owner)).toEqual(volumes)

  const other = await build(ben)
  expect(isWarm(other.built)).toBe(false)
  const others = await volumesOf(ben.owner)
  expect(others).toHaveLength(1)
  expect(others).not.toEqual(volumes)
  await ben.driver.remove(other.order.deploymentId, null)
  expect(await volumesOf(ben.owner)).toEqual([])
})

clusterTest('of two builds at a time one does without', async () => {
  const before = await repository.git('rev-parse', 'HEAD')
  await repository.commit({ wait: 'sleep 300' }, 'Wait')
  const slow = await orderNow()
  await ana.driver.startBuild(slow)
  await untilWaiting(ana, slow)
  try {
    expect(await claimOf(slow)).not.toBe('')
    const second = await build(ana, { sha: before })
    expect(isWarm(second.built)).toBe(false)
  } finally {
    await ana.driver.cancelBuild(slow)
  }
  // What the cancelled one left may be half written.
  expect(isWarm((await build(ana, { sha: before })).built)).toBe(false)
  expect(isWarm((await build(ana, { sha: before })).built)).toBe(true)
})

clusterTest.each([
  ['was killed', kill],
  ['lost its pod', deletePod],
])('what a build left that %s is thrown away', async (how, end) => {
  await repository.commit({ wait: `sleep 300 # ${how}` }, 'Wait')
  const slow = await orderNow()
  try {
    await ana.driver.startBuild(slow)
    await untilWaiting(ana, slow)
    await end(slow)
    expect(await ana.untilBuild(slow)).toMatchObject({ state: 'failed' })
  } finally {
    await ana.driver.cancelBuild(slow)
  }

  await repository.commit({ wait: `true # ${how}` }, 'Wait no more')
  const next = await build(ana)
  expect(isWarm(next.built)).toBe(false)
  expect(isWarm((await build(ana)).built)).toBe(true)
})

clusterTest(
  'a build that takes nothing from before deletes it, and nothing is left with the last app',
  async () => {
    const [volume] = await volumesOf(ana.owner)
    const fresh = await build(ana, { isFresh: true })
    expect(isWarm(fresh.built)).toBe(false)
    expect(await volumesOf(ana.owner)).toEqual([])
    expect(await kubectl('get', 'persistentvolumes', '-o=name')).not.toContain(volume)

    const last = await build(ana)
    expect(await volumesOf(ana.owner)).toHaveLength(1)
    await ana.driver.remove(last.order.deploymentId, null)
    await vi.waitFor(async () => expect(await volumesOf(ana.owner)).toEqual([]), { timeout: 10_000 })
    expect(await ana.driver.count(last.order.deploymentId)).toMatchObject({ checkouts: 0 })
  },
)
