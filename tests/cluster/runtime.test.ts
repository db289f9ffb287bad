import { mkdtempSync } from 'node:fs'
import { request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, vi } from 'vitest'
import { WebSocket } from 'ws'
import { createGateway, type Gateway } from '../../electron/gateway/gateway.ts'
import type { LogStore } from '../../electron/logs/log-store.ts'
import { decodeBatch } from '../../shared/domain/log-record.ts'
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
let gateway: Gateway

beforeAll(async () => {
  test = await openClusterDriver()
})

afterAll(async () => {
  await gateway?.dispose()
  await test?.clean()
  await test?.dispose()
})

/** The texts of a runtime log from its begin, until there are as many as wanted. */
async function readTexts(
  logs: LogStore,
  id: string,
  isEnough: (texts: string[]) => boolean,
): Promise<string[]> {
  const texts: string[] = []
  for await (const batch of logs.follow({ kind: 'runtime', id }, 0, AbortSignal.timeout(60_000))) {
    const lines = decodeBatch(batch)
    // As the names of pods end.
    for (const { instance } of lines) expect(instance).toMatch(/^[a-z0-9]{5}$/)
    texts.push(...lines.map(line => line.text))
    if (isEnough(texts)) break
  }
  return texts
}

clusterTest('a log goes on where it was when Slipway was closed, and no line is there twice', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'slipway-test-'))
  const deploymentId = newId()
  const before = await openClusterDriver({ folder })
  before.describe(deploymentId, { name: 'counter' })
  await before.driver.applyRelease(
    toReleaseOrder({ deploymentId, artifact: await pushApp('prints-counter') }),
  )
  const seen = await readTexts(before.logs, deploymentId, texts => texts.length >= 20)
  await before.close()

  const after = await openClusterDriver({ folder, ownerId: before.owner.id })
  after.describe(deploymentId, { name: 'counter' })
  await after.driver.observe(deploymentId)
  const all = await readTexts(after.logs, deploymentId, texts => texts.length >= seen.length + 60)
  await after.clean()
  await after.dispose()

  expect(all).toEqual(all.map((_, index) => `count ${index + 1}`))
})

const talkative = `
  const { createServer } = require('http')
  const { createHash } = require('crypto')
  const server = createServer((request, response) => {
    if (request.url === '/exit') { console.log('asked to exit'); process.exit(7) }
    if (request.url === '/echo') return void request.pipe(response)
    if (request.url === '/slow') { response.write('first '); return void setTimeout(() => response.end('last'), 300) }
    response.end('pod ' + process.env.HOSTNAME)
  })
  server.on('upgrade', (request, socket) => {
    const key = createHash('sha1').update(request.headers['sec-websocket-key'] + '258EAFA5-E914-47DA-95CA-C5AB0DC85B11').digest('base64')
    socket.write('HTTP/1.1 101 Switching Protocols\\r\\nUpgrade: websocket\\r\\nConnection: Upgrade\\r\\nSec-WebSocket-Accept: ' + key + '\\r\\n\\r\\n')
    socket.write(Buffer.concat([Buffer.from([0x81, 5]), Buffer.from('hello')]))
  })
  server.listen(process.env.PORT)
`

function ask(path: string, body?: Buffer): Promise<{ status: number; body: Buffer }> {
  return new Promise((resolve, reject) => {
    const asked = request(
      {
        host: '127.0.0.1',
        port: gateway.port,
        path,
        method: body === undefined ? 'GET' : 'POST',
        headers: { host: `app.localhost:${gateway.port}` },
        agent: false,
      },
      response => {
        const parts: Buffer[] = []
        response.on('data', part => parts.push(part))
        response.on('end', () => resolve({ status: response.statusCode ?? 0, body: Buffer.concat(parts) }))
        response.on('error', reject)
      },
    )
    asked.on('error', reject)
    asked.end(body)
  })
}
const askText = async (path: string) => (await ask(path)).body.toString()

clusterTest(
  'the gateway reaches the pod that is ready now: bodies, streams, WebSockets, and the next pod',
  async () => {
    const deploymentId = newId()
    test.describe(deploymentId, { name: 'talkative' })
    const order = toReleaseOrder({
      deploymentId,
      artifact: await pushImage({ command: ['node', '-e', talkative] }),
    })
    await test.driver.applyRelease(order)
    const [instance] = await test.until(deploymentId, isReadyRun(order))
    const { releaseId } = order
    gateway = await createGateway({
      port: 0,
      log: { warn: () => undefined },
      resolve: () => ({ state: 'ready', dial: () => test.driver.dial({ deploymentId, releaseId }) }),
    })

    expect(await askText('/')).toBe(`pod ${instance?.name}`)
    expect(await askText('/slow')).toBe('first last')
    const large = Buffer.alloc(8_000_000, 'slipway ')
    const echoed = await ask('/echo', large)
    expect(echoed.body.equals(large)).toBe(true)

    const socket = new WebSocket(`ws://127.0.0.1:${gateway.port}/`, {
      headers: { host: `app.localhost:${gateway.port}` },
    })
    const greeting = await new Promise((resolve, reject) => {
      socket.on('message', data => resolve(data.toString()))
      socket.on('error', reject)
    })
    expect(greeting).toBe('hello')
    socket.terminate()

    await kubectl('-n', test.namespace, 'delete', 'pod', instance?.name ?? '', '--wait=false')
    const [next] = await test.until(
      deploymentId,
      instances => isReadyRun(order)(instances) && instances[0]?.name !== instance?.name,
    )
    expect(await askText('/')).toBe(`pod ${next?.name}`)

    const broken = await ask('/exit')
    expect(broken.status).toBe(502)
    const [again] = await test.until(
      deploymentId,
      instances => isReadyRun(order)(instances) && instances[0]?.restarts === 1,
    )
    expect(again?.name).toBe(next?.name)
    await vi.waitFor(async () => expect(await askText('/')).toBe(`pod ${next?.name}`))
    const told = await readTexts(test.logs, deploymentId, texts =>
      texts.some(text => text.startsWith('The app ended')),
    )
    expect(told.slice(-2)).toEqual([
      'asked to exit',
      'The app ended (exit code 7); the cluster starts it again',
    ])

    await test.driver.stop(deploymentId, () => false)
    await expect(test.driver.dial({ deploymentId, releaseId })).rejects.toMatchObject({
      failure: { code: 'unavailable' },
    })
  },
)
