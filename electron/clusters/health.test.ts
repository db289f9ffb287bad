import { once } from 'node:events'
import { createServer, type RequestListener, type Server } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { afterEach, expect, test } from 'vitest'
import { askHealth, isHealthy } from './health.ts'

let server: Server

afterEach(() => {
  server.closeAllConnections()
  server.close()
})

async function serve(listener: RequestListener): Promise<number> {
  server = createServer(listener).listen(0, '127.0.0.1')
  await once(server, 'listening')
  return (server.address() as AddressInfo).port
}

test('what the path answers is what counts, and the app is told where it was asked', async () => {
  const asked: unknown[] = []
  const port = await serve((request, response) => {
    asked.push([request.url, request.headers.host])
    response.writeHead(418).end('short and stout')
  })
  expect(await askHealth({ host: '127.0.0.1', port, path: '/healthz?deep=1' })).toBe(418)
  expect(asked).toEqual([['/healthz?deep=1', `127.0.0.1:${port}`]])
})

test('a connection that is given is the one that is used', async () => {
  const port = await serve((_, response) => response.writeHead(204).end())
  const connection = connect(port, '127.0.0.1')
  expect(await askHealth({ host: '192.0.2.1', port: 1, path: '/', connection })).toBe(204)
})

test('a connection that breaks is no answer, and neither is one that is waited for too long', async () => {
  const port = await serve(request => {
    if (request.url === '/broken') request.socket.destroy()
  })
  const place = { host: '127.0.0.1', port }
  expect(await askHealth({ ...place, path: '/broken' })).toBeNull()
  expect(await askHealth({ ...place, path: '/never', signal: AbortSignal.timeout(50) })).toBeNull()
})

test('200 to 399 are well', () => {
  expect([null, 199, 200, 302, 399, 400, 503].map(isHealthy)).toEqual([
    ...[false, false, true, true, true, false, false],
  ])
})
