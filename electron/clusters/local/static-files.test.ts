import { once } from 'node:events'
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { createServer, type Server, request as sendRequest } from 'node:http'
import { type AddressInfo, createServer as createSocket, type Server as SocketServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createStaticFiles, isInside } from './static-files.ts'

let home: string
let server: Server
let socket: SocketServer

beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'slipway-static-'))
  const [boundary, folder] = [join(home, 'repository'), join(home, 'repository', 'dist')]
  const files = {
    'private.txt': 'private',
    'repository/shared.txt': 'shared',
    'repository/dist/index.html': '<title>home</title>',
    'repository/dist/about.html': 'about',
    'repository/dist/docs/index.html': 'docs',
    'repository/dist/404.html': 'nothing here',
    'repository/dist/numbers.txt': '0123456789',
    'repository/dist/empty.css': '',
    'repository/dist/.env': 'KEY=1',
    'repository/dist/.well-known/x': 'known',
    "repository/dist/C# & 100% of ü🚀's.txt": 'odd',
  }
  for (const [name, content] of Object.entries(files)) {
    await mkdir(join(home, name, '..'), { recursive: true })
    await writeFile(join(home, name), content)
  }
  const link = (target: string, name: string) => symlink(target, join(folder, name))
  await link('/etc/passwd', 'passwd.txt')
  await link('../../private.txt', 'outside.txt')
  await link('../..', 'up')
  await link('../shared.txt', 'inside.txt')
  await link('gone', 'dangling.txt')
  await link('loop', 'loop')
  await link('.', 'here')
  socket = createSocket().listen(join(folder, 'socket.txt'))
  await once(socket, 'listening')
  const answer = createStaticFiles({ folder, boundary })
  const app = createStaticFiles({ folder, boundary, fallback: 'index.html' })
  server = createServer((asked, response) => {
    const serve = asked.headers['x-app'] ? app : answer
    serve(asked, response).catch(() => response.destroy())
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
})
afterAll(async () => {
  server.close()
  socket.close()
  await rm(home, { recursive: true })
})

async function get(path: string, headers: Record<string, string> = {}, method = 'GET') {
  const { port } = server.address() as AddressInfo
  const asked = sendRequest({ host: '127.0.0.1', port, path, headers, method, agent: false }).end()
  const [response] = await once(asked, 'response')
  return { status: response.statusCode, headers: response.headers, body: await text(response) }
}
const bodyOf = async (path: string, headers?: Record<string, string>) => (await get(path, headers)).body

describe('a site', () => {
  test.each([
    ['/', '<title>home</title>'],
    ['/index.html?x=/../y', '<title>home</title>'],
    ['/about', 'about'],
    ['/docs', 'docs'],
    ['/docs/', 'docs'],
    ['/inside.txt', 'shared'],
    ['/here/here/about', 'about'],
    ['/.well-known/x', 'known'],
    [`/${encodeURIComponent("C# & 100% of ü🚀's.txt")}`, 'odd'],
  ])('has %s', async (path, body) => {
    expect(await get(path)).toMatchObject({ status: 200, body })
  })

  test.each([
    '/passwd.txt',
    '/outside.txt',
    '/up/private.txt',
    '/here/up/private.txt',
    '/dangling.txt',
    '/loop',
    '/socket.txt',
    '/.env',
    '/here/.env',
    '/../shared.txt',
    '/..%2f..%2fprivate.txt',
    '/%2e%2e/shared.txt',
    '//etc/passwd',
    '/%00',
    '/%E0%A4%A',
    '/about.html/x',
    `/${'x'.repeat(5000)}`,
  ])('does not have %s', async path => {
    expect(await get(path)).toMatchObject({ status: 404, body: 'nothing here' })
  })

  test('whose pages are made in the browser has its index for all that is no file', async () => {
    expect(await bodyOf('/some/page', { 'x-app': '1' })).toBe('<title>home</title>')
    expect(await bodyOf('/some/file.js', { 'x-app': '1' })).toBe('nothing here')
  })

  test('tells type, length and version, and nothing where that version is known', async () => {
    const { headers } = await get('/')
    expect(headers).toMatchObject({ 'content-type': 'text/html;charset=utf-8', 'content-length': '19' })
    expect(await get('/', { 'if-none-match': String(headers.etag) })).toMatchObject({ status: 304, body: '' })
    expect(await get('/', {}, 'HEAD')).toMatchObject({ status: 200, body: '' })
    expect(await get('/empty.css')).toMatchObject({ status: 200, body: '' })
    expect((await get('/', {}, 'POST')).status).toBe(405)
  })

  test.each([
    ['bytes=2-4', 206, '234'],
    ['bytes=7-', 206, '789'],
    ['bytes=-2', 206, '89'],
    ['bytes=8-99', 206, '89'],
    ['bytes=10-', 416, ''],
    ['bytes=9-3', 200, '0123456789'],
    ['bytes=-', 200, '0123456789'],
    ['bytes=0-1,3-4', 200, '0123456789'],
    ['lines=1-2', 200, '0123456789'],
  ])('answers a range of %s with %i', async (range, status, body) => {
    expect(await get('/numbers.txt', { range })).toMatchObject({ status, body })
  })
})

test('a folder that is a link out of the repository is not inside', async () => {
  await symlink('/etc', join(home, 'repository', 'build'))
  expect(await isInside(join(home, 'repository'), join(home, 'repository', 'build'))).toBe(false)
  expect(await isInside(join(home, 'repository'), join(home, 'repository', 'dist'))).toBe(true)
})
