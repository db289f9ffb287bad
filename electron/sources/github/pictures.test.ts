import { once } from 'node:events'
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createGitHubClient } from './client.ts'
import { readPicture } from './pictures.ts'

const answers: Record<string, (response: ServerResponse) => void> = {
  small: response => response.writeHead(200, { 'content-type': 'image/png' }).end('png'),
  large: response => response.writeHead(200, { 'content-type': 'image/png' }).end(Buffer.alloc(100_001)),
  page: response => response.writeHead(200, { 'content-type': 'text/html' }).end('<p>sign in</p>'),
  drawing: response => response.writeHead(200, { 'content-type': 'image/svg+xml' }).end('<svg/>'),
  gone: response => response.writeHead(404, { 'content-type': 'image/png' }).end('png'),
  elsewhere: response => response.writeHead(302, { location: '/avatars/small' }).end(),
}
const asked: string[] = []
const server = createServer((request, response) => {
  const { pathname } = new URL(request.url ?? '', 'http://localhost')
  const name = pathname.split('/').at(-1) ?? ''
  if (pathname.startsWith('/avatars/')) {
    asked.push(request.url ?? '')
    return answers[name]?.(response)
  }
  const { port } = server.address() as AddressInfo
  const origin = name === 'other' ? `http://localhost:${port}` : `http://127.0.0.1:${port}`
  response.writeHead(200, { 'content-type': 'application/json' })
  response.end(JSON.stringify({ avatar_url: name === 'nameless' ? '' : `${origin}/avatars/${name}` }))
})

beforeAll(async () => {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
})
afterAll(() => {
  server.closeAllConnections()
  server.close()
})

test.each([
  ['small', 'data:image/png;base64,cG5n'],
  ['large', undefined],
  ['page', undefined],
  ['drawing', undefined],
  ['gone', undefined],
  ['elsewhere', undefined],
  ['other', undefined],
  ['nameless', undefined],
])('of %s: %s', async (login, dataUrl) => {
  asked.length = 0
  const baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const client = createGitHubClient({
    ...{ baseUrl, who: login, version: 'test', now: Date.now, log: () => {} },
    readToken: async () => undefined,
  })
  expect(await readPicture(client, login, new AbortController().signal)).toBe(dataUrl)
  expect(asked).toEqual(['other', 'nameless'].includes(login) ? [] : [`/avatars/${login}?s=64`])
})
