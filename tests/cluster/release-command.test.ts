import { afterAll, beforeAll, describe, expect } from 'vitest'
import type { CommandOrder } from '../../electron/clusters/driver.ts'
import { clusterTest, kubectl } from '../support/cluster.ts'
import {
  isReadyRun,
  newId,
  openClusterDriver,
  type TestDriver,
  toReleaseOrder,
} from '../support/cluster-driver.ts'
import { pushApp, pushImage } from '../support/images.ts'

let test: TestDriver

beforeAll(async () => {
  test = await openClusterDriver({ limits: { startMs: 8000, placeMs: 4000 } })
})

afterAll(async () => {
  await test?.clean()
  await test?.dispose()
})

function toOrder(command: string, more: Parameters<typeof toReleaseOrder>[0]): CommandOrder {
  test.describe(more.deploymentId, { name: `migrates-${more.deploymentId.slice(-6)}` })
  return { ...toReleaseOrder(more), command, timeLimitMs: 60_000 }
}

const linesOf = async ({ deploymentId: id }: CommandOrder) =>
  (await test.logs.read({ kind: 'runtime', id }, { limit: 100 })).lines.map(line => line.text)
const left = ({ deploymentId }: CommandOrder) =>
  kubectl(
    'get',
    'jobs,pods',
    '-n',
    test.namespace,
    '-o',
    'name',
    '-l',
    `slipway.dev/command-of=${deploymentId}`,
  )

clusterTest(
  'a command runs once with the variables of its release, beside what serves, and is in the log',
  async () => {
    const deploymentId = newId()
    const artifact = await pushApp('honours-port')
    const order = toOrder('echo "to $TARGET with $TOKEN" && sleep 3', {
      ...{ deploymentId, artifact, port: 3000 },
      variables: { TARGET: 'v2', TOKEN: 'a-token-nobody-may-see' },
      secrets: ['a-token-nobody-may-see'],
    })
    await test.driver.applyRelease({ ...order, releaseId: newId() })
    await test.until(deploymentId, ([one]) => one?.state === 'ready')

    await test.driver.startCommand(order)
    await test.driver.startCommand(order)
    expect(await test.driver.observeCommand(order)).toEqual({ state: 'running' })
    // Neither an instance nor behind the address of the app.
    expect(await test.driver.observe(deploymentId)).toHaveLength(1)
    expect(await test.untilCommand(order)).toEqual({ state: 'succeeded' })
    expect(await test.driver.observeCommand(order)).toEqual({ state: 'succeeded' })

    await test.driver.cancelCommand(deploymentId)
    expect((await linesOf(order)).filter(text => text === 'to v2 with ***')).toHaveLength(1)
    expect(await left(order)).toBe('')
    expect(await test.driver.observeCommand(order)).toEqual({ state: 'absent' })

    await test.driver.applyRelease(order)
    await test.until(deploymentId, isReadyRun(order))
    await test.driver.stop(deploymentId, () => false)
  },
)

clusterTest('one that runs is looked at again although nothing tells of it', async () => {
  const deploymentId = newId()
  const order = toOrder('sleep 50', { deploymentId, artifact: await pushImage({ command: ['true'] }) })
  await test.driver.startCommand(order)
  const pods = ['-n', test.namespace, 'pods', '-l', `slipway.dev/command-of=${deploymentId}`]
  await kubectl('wait', ...pods, '--for=jsonpath={.status.phase}=Running', '--timeout=60s')
  expect(await test.untilCommand(order, { looks: 5 })).toEqual({ state: 'running' })
  await test.driver.cancelCommand(deploymentId)
})

describe.concurrent('a command that fails says why', () => {
  const cases = [
    {
      title: 'with its exit code and last lines',
      command: 'echo no such table; exit 3',
      message: 'The release command exited with code 3. The release does not take the traffic.',
      lines: ['no such table'],
    },
    {
      title: 'where it takes too long',
      command: 'echo waits; sleep 600',
      timeLimitMs: 4000,
      lines: ['waits'],
      message:
        'The release command was not done within 1 minute and was ended. The release does not take the traffic.',
    },
    {
      title: 'where it takes more memory than it may',
      command: "node -e 'const all = []; for (;;) all.push(Buffer.alloc(10_000_000, 1))'",
      message:
        'The release command took more memory than its limit and was ended. The release does not take the traffic.',
    },
  ]
  for (const { title, command, message, lines, ...more } of cases) {
    clusterTest(title, async ({ expect }) => {
      const deploymentId = newId()
      const artifact = await pushImage({ command: ['node', '-e', ''] })
      const order = { ...toOrder(command, { deploymentId, artifact }), ...more }
      await test.driver.startCommand(order)
      expect(await test.untilCommand(order)).toMatchObject({
        state: 'failed',
        failure: { code: 'release_command_failed', message, ...(lines === undefined ? {} : { lines }) },
      })
      await test.driver.cancelCommand(deploymentId)
      expect(await left(order)).toBe('')
    })
  }

  clusterTest('where its image cannot be pulled', async ({ expect }) => {
    const deploymentId = newId()
    const artifact = (await pushApp('honours-port')).replace(/@.*/, `@sha256:${'0'.repeat(64)}`)
    const order = toOrder('true', { deploymentId, artifact })
    await test.driver.startCommand(order)
    expect(await test.untilCommand(order)).toMatchObject({
      state: 'failed',
      failure: { code: 'image_unavailable' },
    })
    await test.driver.remove(deploymentId, null)
    expect(await test.driver.count(deploymentId)).toMatchObject({ processes: 0 })
  })
})
