import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { KubeConfig } from '@kubernetes/client-node'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { type WebSocket, WebSocketServer } from 'ws'
import { defaultLimits } from '../../../../shared/domain/cluster-limits.ts'
import { sendFolder } from './send-folder.ts'

const limits = { silenceMs: 300, restMs: 1, tries: 2 }
const success = Buffer.concat([Buffer.of(3), Buffer.from('{"status":"Success"}')])

let folder: string
let server: Server
let connections: WebSocket[]

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'slipway-test-'))
  writeFileSync(join(folder, 'server.js'), '// an app')
})
afterEach(() => {
  for (const one of connections) one.terminate()
  server.close()
  rmSync(folder, { recursive: true, force: true })
})

/** An API server whose programs in pods do what the test says, the first connection as the first. */
async function serve(...programs: ((socket: WebSocket) => void)[]): Promise<KubeConfig> {
  server = createServer()
  connections = []
  new WebSocketServer({ server, handleProtocols: () => 'v5.channel.k8s.io' }).on('connection', socket => {
    programs[Math.min(connections.push(socket), programs.length) - 1]?.(socket)
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    getCurrentCluster: () => ({ server: `http://127.0.0.1:${port}` }),
    getCurrentContext: () => 'test',
    applyToHTTPSOptions: async () => {},
  } as unknown as KubeConfig
}

const send = (config: KubeConfig) =>
  sendFolder(config, {
    ...{ namespace: 'build', pod: 'build', folder, limits },
    bounds: defaultLimits,
    signal: new AbortController().signal,
  })

/** Answers when the input has ended, as `tar` does, and leaves the connection open. */
const takes = (socket: WebSocket) =>
  void socket.on('message', (message: Buffer) => {
    if (message[0] === 255) socket.send(success)
  })
const saysNothing = () => undefined
const takesNothing = (socket: WebSocket) => socket.pause()
const breaksOff = (socket: WebSocket) => void socket.once('message', () => socket.terminate())

test('it is done when the pod says so, whether or not the connection ends', async () => {
  const config = await serve(takes)
  await send(config)
  expect(connections).toHaveLength(1)
})

test.each([
  ['breaks off', breaksOff],
  ['never answers', saysNothing],
  ['takes nothing any more', takesNothing],
])('a connection that %s is followed by another', async (_, broken) => {
  writeFileSync(join(folder, 'large'), Buffer.alloc(12_000_000))
  const config = await serve(broken, takes)
  await send(config)
  expect(connections).toHaveLength(2)
})

test('where none works, that is a failure with what to do', async () => {
  const config = await serve(saysNothing)
  await expect(send(config)).rejects.toMatchObject({
    failure: {
      code: 'build_interrupted',
      message: 'The folder did not get to the cluster: nothing moved for 0.3 seconds.',
    },
  })
  expect(connections).toHaveLength(2)
})

test('an archive that is not whole is no folder, however long the pod would wait for the rest', async () => {
  rmSync(folder, { recursive: true })
  const config = await serve(saysNothing)
  await expect(send(config)).rejects.toMatchObject({
    failure: { message: expect.stringContaining('No such file or directory') },
  })
})

test('a full disk in the pod is said at once', async () => {
  const config = await serve(socket => {
    socket.send(Buffer.concat([Buffer.of(2), Buffer.from('tar: ./large: No space left on device\n')]))
    socket.send(Buffer.concat([Buffer.of(3), Buffer.from('{"status":"Failure"}')]))
  })
  await expect(send(config)).rejects.toMatchObject({ failure: { code: 'disk_full' } })
  expect(connections).toHaveLength(1)
})
