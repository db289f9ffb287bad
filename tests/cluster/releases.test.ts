import { request } from 'node:http'
import type { Duplex } from 'node:stream'
import { afterAll, beforeAll, describe, expect, vi } from 'vitest'
import type { Instance } from '../../electron/clusters/driver.ts'
import { clusterTest, kubectl } from '../support/cluster.ts'
import {
  isReadyRun,
  newId,
  openClusterDriver,
  type TestDriver,
  toReleaseOrder,
} from '../support/cluster-driver.ts'
import { pushApp, pushImage } from '../support/images.ts'
import { getThroughIngress } from '../support/ingress.ts'

let test: TestDriver

beforeAll(async () => {
  test = await openClusterDriver({ limits: { startMs: 8000, placeMs: 4000 } })
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
    const order = toReleaseOrder({ deploymentId, artifact: await pushApp('honours-port'), port: 3000 })

    await test.driver.applyRelease(order)

    const [instance] = await test.until(deploymentId, isReadyRun(order))
    expect(instance).toMatchObject({ state: 'ready', port: 3000, restarts: 0, failure: null })
    expect(await getThroughIngress(name)).toEqual({ status: 200, body: 'honours PORT\n' })
    const target = { deploymentId, releaseId: order.releaseId }
    expect(await ask(await test.driver.dial(target))).toBe('honours PORT\n')
    expect(await ask(await test.driver.dial(target))).toBe('honours PORT\n')

    const namespace = (output: string) =>
      kubectl('get', 'namespace', test.namespace, '--ignore-not-found', '-o', output)
    expect(await namespace('jsonpath={.metadata.labels}')).toContain(
      '"pod-security.kubernetes.io/enforce":"restricted"',
    )

    await test.driver.remove(deploymentId, null)
    expect(await test.driver.count(deploymentId)).toMatchObject({ processes: 0 })
    expect(await namespace('name')).toBe('')
  },
)

clusterTest('an app with a health path is ready when that answers well, and no sooner', async () => {
  const deploymentId = newId()
  test.describe(deploymentId, { name: `healthy-${deploymentId.slice(-6)}` })
  const script = `const from = Date.now(); require('http').createServer((q, r) => { r.statusCode = q.url === '/healthz' && Date.now() - from > 2500 ? 204 : 503; r.end() }).listen(8080)`
  const order = toReleaseOrder({
    deploymentId,
    artifact: await pushImage({ command: ['node', '-e', script] }),
    healthPath: '/healthz',
  })

  await test.driver.applyRelease(order)

  const [instance] = await test.until(deploymentId, isReadyRun(order))
  // A second is as fine as the cluster tells time.
  expect((instance?.readyAt ?? 0) - (instance?.startedAt ?? 0)).toBeGreaterThanOrEqual(2000)
  await test.driver.stop(deploymentId, () => false)
})

clusterTest(
  'a worker is ready when it has run for a while, and what served before it is reached until then',
  async () => {
    const deploymentId = newId()
    const name = `works-${deploymentId.slice(-6)}`
    test.describe(deploymentId, { name })
    const web = toReleaseOrder({ deploymentId, artifact: await pushApp('honours-port'), port: 3000 })
    await test.driver.applyRelease(web)
    await test.until(deploymentId, isReadyRun(web))

    const artifact = await pushImage({
      command: ['node', '-e', "setInterval(() => console.log('works'), 500)"],
    })
    const worker = toReleaseOrder({ deploymentId, artifact, isWorker: true })
    await test.driver.applyRelease(worker)
    expect((await getThroughIngress(name)).status).toBe(200)
    const [instance] = await test.until(deploymentId, isReadyRun(worker))
    expect(instance).toMatchObject({ port: null, failure: null })

    const reached = () =>
      kubectl(
        'get',
        'service,ingress',
        '-n',
        test.namespace,
        '-l',
        `slipway.dev/deployment=${deploymentId}`,
        '-o',
        'name',
      )
    expect(await reached()).not.toBe('')
    test.describe(deploymentId, { name, isWorker: true })
    await test.driver.observe(deploymentId)
    expect(await reached()).toBe('')
    expect(await test.driver.findDrift({ ...worker, variableNames: [] })).toEqual([])
    await test.driver.stop(deploymentId, () => false)
  },
)

const isExited = (instances: readonly Instance[]) => instances.some(one => one.state === 'exited')

describe.concurrent('a rollout that fails says why', () => {
  const node = (script: string) => () => pushImage({ command: ['node', '-e', script] })
  const cases = [
    {
      title: 'an image that is not there',
      image: async () => (await pushApp('honours-port')).replace(/@.*/, `@sha256:${'0'.repeat(64)}`),
      failure: {
        code: 'image_unavailable',
        message: /^The nodes cannot pull the image .*: there is no such image\.$/,
      },
    },
    {
      title: 'an app that exits, with its last lines',
      image: () => pushApp('exits-at-once'),
      failure: {
        code: 'start_exited',
        message: /^The app exited with code 1, \d times in a row\.$/,
        // Two streams: the container runtime reads them side by side.
        lines: expect.toSatisfy(
          (lines: string[]) => `${lines.toSorted()}` === 'Error: DATABASE_URL is not set,one line to stdout',
        ),
      },
    },
    {
      title: 'a worker that ends',
      image: node("console.log('nothing to do')"),
      isWorker: true,
      failure: {
        code: 'start_exited',
        message: /^The app exited with code 0, \d times in a row\.$/,
        lines: ['nothing to do'],
      },
    },
    {
      title: 'an app that prints a secret before it exits',
      image: node('console.log(process.env.TOKEN); process.exit(3)'),
      failure: { code: 'start_exited', message: /^The app exited with code 3/, lines: ['***'] },
    },
    {
      title: 'an app that never listens',
      image: () => pushApp('never-listens'),
      failure: {
        code: 'start_timed_out',
        message: /^Nothing listened on port 8080 within 8 s\.$/,
        lines: ['waiting for something that never comes'],
        port: 8080,
      },
    },
    {
      title: 'an app that listens on another port',
      image: () => pushApp('fixed-port', { port: 4321 }),
      failure: {
        code: 'port_differs',
        message: /^The app listens on port 4321, and nothing listens on port 8080\.$/,
        port: 4321,
      },
    },
    {
      title: 'an app that listens on 127.0.0.1 alone',
      image: () => pushApp('loopback-only'),
      failure: {
        code: 'loopback_only',
        message: /^The app listens on port 8080 for itself only/,
        port: 8080,
      },
    },
    {
      title: 'an app whose health path answers 404',
      image: node("require('http').createServer((q, r) => { r.statusCode = 404; r.end() }).listen(8080)"),
      healthPath: '/healthz',
      failure: {
        code: 'health_failed',
        message: /^The app listens and never got ready: \/healthz answered 404 on port 8080\.$/,
        port: 8080,
      },
    },
    {
      title: 'an app that takes more memory than it has',
      image: node('const all = []; for (;;) all.push(Buffer.alloc(10_000_000, 1))'),
      failure: { code: 'out_of_memory', message: /^The app took more memory than its limit of 512Mi/ },
    },
    {
      title: 'an image whose command is not there',
      image: () => pushImage({ command: ['no-such-program'] }),
      failure: { code: 'image_refused', message: /no-such-program/ },
    },
  ]
  for (const { title, image, failure, ...more } of cases) {
    clusterTest(title, async ({ expect }) => {
      const deploymentId = newId()
      test.describe(deploymentId, { name: `failing-${deploymentId.slice(-6)}` })
      const order = toReleaseOrder({
        deploymentId,
        artifact: await image(),
        variables: { TOKEN: 'a-token-nobody-may-see' },
        secrets: ['a-token-nobody-may-see'],
        ...more,
      })

      await test.driver.applyRelease(order)

      const [instance] = await test.until(deploymentId, isExited)
      expect(instance).toMatchObject({ releaseId: order.releaseId, run: 1, state: 'exited', readyAt: null })
      expect(instance?.failure).toMatchObject({ ...failure, message: expect.stringMatching(failure.message) })

      await test.driver.stop(deploymentId, () => false)
      expect(await test.driver.observe(deploymentId)).toEqual([])
    })
  }
})

describe('the releases of a deployment', () => {
  const deploymentId = newId()
  const name = `story-${deploymentId.slice(-6)}`
  const runs = async () =>
    (await test.driver.observe(deploymentId)).map(({ releaseId, run, state }) => ({ releaseId, run, state }))
  const secretNames = async () =>
    (
      await kubectl(
        '-n',
        test.namespace,
        'get',
        'secret',
        '-l',
        `slipway.dev/deployment=${deploymentId}`,
        '-o',
        'name',
      )
    )
      .split('\n')
      .sort()
  const speaking = (word: string) =>
    pushImage({
      command: [
        'node',
        '-e',
        `require('http').createServer((_, r) => r.end('${word} ' + process.env.GREETING)).listen(process.env.PORT); console.log('${word} is here')`,
      ],
    })
  let first = toReleaseOrder({ deploymentId, artifact: '', variables: { GREETING: 'one' } })
  let second = toReleaseOrder({ deploymentId, artifact: '', variables: { GREETING: 'two' } })
  const answer = async () => (await getThroughIngress(name)).body

  clusterTest('one that fails leaves the one before serving, and is taken away', async () => {
    test.describe(deploymentId, { name })
    first = { ...first, artifact: await speaking('first') }
    await test.driver.applyRelease(first)
    await test.until(deploymentId, isReadyRun(first))
    const broken = toReleaseOrder({ deploymentId, artifact: await pushApp('exits-at-once') })

    await test.driver.applyRelease(broken)
    await test.until(deploymentId, isExited)
    expect(await runs()).toEqual([
      { releaseId: broken.releaseId, run: 1, state: 'exited' },
      { releaseId: first.releaseId, run: 1, state: 'ready' },
    ])
    expect(await answer()).toBe('first one')
    await test.driver.stop(deploymentId, one => one.releaseId === first.releaseId)

    await test.until(deploymentId, isReadyRun(first))
    expect(await runs()).toEqual([{ releaseId: first.releaseId, run: 1, state: 'ready' }])
    expect(await answer()).toBe('first one')
  })

  clusterTest('the next one follows, and the one before comes back with its variables', async () => {
    second = { ...second, artifact: await speaking('second') }
    await test.driver.applyRelease(second)
    await test.until(deploymentId, isReadyRun(second))
    await vi.waitFor(async () => expect(await answer()).toBe('second two'))

    const again = { ...first, releaseId: newId() }
    await test.driver.applyRelease(again)
    await test.until(deploymentId, isReadyRun(again))
    await vi.waitFor(async () => expect(await answer()).toBe('first one'))
  })

  clusterTest('a restart is a new pod of the same release', async () => {
    const [before] = await test.driver.observe(deploymentId)
    const restart = { ...first, releaseId: before?.releaseId ?? '', run: 2 }
    await test.driver.applyRelease(restart)
    const [after] = await test.until(deploymentId, isReadyRun(restart))
    expect(after?.name).not.toBe(before?.name)
    expect(await runs()).toEqual([{ releaseId: restart.releaseId, run: 2, state: 'ready' }])

    await test.driver.applyRelease(restart)
    expect((await test.driver.observe(deploymentId))[0]?.name).toBe(after?.name)
  })

  clusterTest('stopped, nothing of it runs; started, it is there again', async () => {
    await test.driver.stop(deploymentId, () => false)
    expect(await runs()).toEqual([])
    expect(
      await kubectl(
        '-n',
        test.namespace,
        'get',
        'pod',
        '-l',
        `slipway.dev/deployment=${deploymentId}`,
        '-o',
        'name',
      ),
    ).toBe('')

    second = { ...second, run: 2 }
    await test.driver.applyRelease(second)
    await test.until(deploymentId, isReadyRun(second))
    await vi.waitFor(async () => expect(await answer()).toBe('second two'))
  })

  clusterTest('secrets of releases that the cluster does not keep are gone', async () => {
    for (let run = 3; run <= 5; run++) {
      await test.driver.applyRelease({ ...second, run })
      await test.until(deploymentId, isReadyRun({ ...second, run }))
    }
    second = { ...second, run: 6 }
    await test.driver.applyRelease(second)
    expect(await secretNames()).toEqual([`secret/release-${second.releaseId}`])
  })

  clusterTest('what its pods print is in its log, once each', async () => {
    await test.until(deploymentId, isReadyRun(second))
    await vi.waitFor(async () => {
      const { lines } = await test.logs.read({ kind: 'runtime', id: deploymentId }, { limit: 1000 })
      const texts = lines.filter(line => line.stream === 'stdout').map(line => line.text)
      const count = (text: string) => texts.filter(one => one === text).length
      expect({ first: count('first is here'), second: count('second is here') }).toEqual({
        first: 3,
        second: 6,
      })
    })
  })
})
