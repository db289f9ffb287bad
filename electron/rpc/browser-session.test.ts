import { once } from 'node:events'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { type IncomingMessage, request as sendRequest } from 'node:http'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { createORPCClient } from '@orpc/client'
import { RPCLink } from '@orpc/client/websocket'
import type { ContractRouterClient } from '@orpc/contract'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { WebSocket } from 'ws'
import type { Contract } from '../../shared/contract/contract.ts'
import { type BrowserSession, createBrowserSession } from './browser-session.ts'
import { sampleInfo, sampleRouter } from './sample-router.fixture.ts'

const logged: unknown[] = []
const log = { info: () => {}, error: (entry: unknown) => void logged.push(entry) }

let folder: string
let session: BrowserSession
let cookie: string

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'slipway-browser-'))
  await mkdir(join(folder, 'assets', 'assets'), { recursive: true })
  await writeFile(join(folder, 'secret.txt'), 'not for you')
  await writeFile(join(folder, 'assets', 'index.html'), '<title>Slipway</title>')
  await writeFile(join(folder, 'assets', 'assets', 'main-1a2b.js'), 'export {}')
  session = await createBrowserSession({
    router: sampleRouter(),
    assets: join(folder, 'assets'),
    port: 0,
    log,
  })
  cookie = (await openWith(session.url)).cookie
})

afterAll(async () => {
  await session.dispose()
  await rm(folder, { recursive: true })
})

interface Answer {
  readonly status: number
  readonly headers: IncomingMessage['headers']
  readonly body: string
}

/** Sends exactly these headers, which `fetch` would not. */
function send(path: string, headers: Record<string, string> = {}, method = 'GET'): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const sent = sendRequest({ host: '127.0.0.1', port: session.port, path, method, headers, agent: false })
    sent.on('error', reject)
    sent.on('response', response =>
      text(response).then(
        body => resolve({ status: response.statusCode ?? 0, headers: response.headers, body }),
        reject,
      ),
    )
    sent.end()
  })
}

async function openWith(url: string) {
  const { pathname, search } = new URL(url)
  const answer = await send(`${pathname}${search}`)
  return { ...answer, cookie: answer.headers['set-cookie']?.[0]?.split(';')[0] ?? '' }
}

const own = () => `http://127.0.0.1:${session.port}`

/** `open`, or the status with which the upgrade was refused. */
function upgrade(headers: Record<string, string>, path = '/rpc'): Promise<'open' | number> {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(`ws://127.0.0.1:${session.port}${path}`, { headers })
    socket.on('open', () => {
      socket.terminate()
      resolve('open')
    })
    socket.on('unexpected-response', (_request, response) => {
      response.resume()
      resolve(response.statusCode ?? 0)
    })
    socket.on('error', reject)
  })
}

describe('the one-time link', () => {
  test('is exchanged for a strict cookie and leads to the page', async () => {
    const answer = await openWith(session.issueUrl())
    expect(answer.status).toBe(303)
    expect(answer.headers.location).toBe('/')
    expect(answer.headers['set-cookie']).toEqual([
      expect.stringMatching(
        new RegExp(`^slipway-${session.port}=[\\w-]{43}; Path=/; HttpOnly; SameSite=Strict$`),
      ),
    ])
    const page = await send('/', { cookie: answer.cookie })
    expect([page.status, page.body]).toEqual([200, '<title>Slipway</title>'])
  })

  test('works once; afterwards only the browser that used it gets in', async () => {
    const url = session.issueUrl()
    const first = await openWith(url)
    const again = await openWith(url)
    expect([again.status, again.cookie]).toEqual([401, ''])
    const sameBrowser = await send(new URL(url).pathname + new URL(url).search, { cookie: first.cookie })
    expect([sameBrowser.status, sameBrowser.headers['set-cookie']]).toEqual([303, undefined])
  })

  test.each(['/open', '/open?token=', '/open?token=AAAA', `/open?token=${'A'.repeat(43)}`])(
    '%s opens nothing',
    async path => {
      const answer = await send(path)
      expect([answer.status, answer.headers['set-cookie']]).toEqual([401, undefined])
    },
  )

  test('is not spent by a page of another origin that has guessed the address', async () => {
    const url = new URL(session.issueUrl())
    const path = url.pathname + url.search
    expect((await send(path, { origin: 'http://blog.localhost:7780' })).status).toBe(403)
    expect((await send(path, { host: 'evil.example' })).status).toBe(421)
    expect((await openWith(url.href)).status).toBe(303)
  })
})

describe('without the cookie', () => {
  test('every path answers 401 with a page that says how to open Slipway', async () => {
    for (const path of ['/', '/index.html', '/assets/main-1a2b.js', '/rpc', '/nothing']) {
      const answer = await send(path)
      expect(answer.status).toBe(401)
      expect(answer.body).toContain('npm start')
    }
  })

  test.each(['', 'slipway-1=abc', 'slipway-PORT=', 'slipway-PORT=guess', 'other=COOKIE'])(
    'cookie "%s" is none',
    async template => {
      const sent = template
        .replace('PORT', String(session.port))
        .replace('COOKIE', cookie.split('=')[1] ?? '')
      expect((await send('/', { cookie: sent })).status).toBe(401)
      expect(await upgrade({ origin: own(), cookie: sent })).toBe(401)
    },
  )

  test('a token is no cookie', async () => {
    const token = new URL(session.issueUrl()).searchParams.get('token') ?? ''
    expect((await send('/', { cookie: `slipway-${session.port}=${token}` })).status).toBe(401)
  })
})

describe('from another origin, cookie or not', () => {
  const foreign = [
    'http://evil.example',
    'http://blog.localhost:7780',
    'http://blog.localhost:PORT',
    'http://127.0.0.1:7780',
    'http://127.0.0.1',
    'http://localhost:PORT',
    'https://127.0.0.1:PORT',
    'http://127.0.0.1:PORT.evil.example',
    'http://127.0.0.1:PORT/',
    'null',
    '',
  ]

  test.each(foreign)('origin "%s" is refused', async template => {
    const origin = template.replace('PORT', String(session.port))
    expect((await send('/', { cookie, origin })).status).toBe(403)
    expect(await upgrade({ cookie, origin })).toBe(403)
  })

  test('an upgrade or a post without an origin is refused', async () => {
    expect(await upgrade({ cookie })).toBe(403)
    expect((await send('/', { cookie }, 'POST')).status).toBe(403)
  })

  test.each([
    'evil.example',
    'evil.example:PORT',
    'blog.localhost:PORT',
    '127.0.0.1',
    '127.0.0.1:1',
    '[::1]:PORT',
  ])('a rebound host "%s" is refused', async template => {
    const host = template.replace('PORT', String(session.port))
    expect((await send('/', { cookie, host })).status).toBe(421)
    expect(await upgrade({ cookie, host, origin: `http://${host}` })).toBe(421)
  })

  test('a request without a host is refused', async () => {
    const answer = await new Promise<string>((resolve, reject) => {
      const socket = connect(session.port, '127.0.0.1', () => socket.write('GET / HTTP/1.0\r\n\r\n'))
      text(socket).then(resolve, reject)
    })
    expect(answer).toMatch(/^HTTP\/1\.1 4(00|21) /)
  })
})

describe('with the cookie', () => {
  test('the page comes with strict headers and is not stored', async () => {
    const { headers } = await send('/', { cookie })
    expect({
      csp: headers['content-security-policy'],
      sniff: headers['x-content-type-options'],
      referrer: headers['referrer-policy'],
      opener: headers['cross-origin-opener-policy'],
      resource: headers['cross-origin-resource-policy'],
      cache: headers['cache-control'],
      cors: headers['access-control-allow-origin'],
    }).toEqual({
      csp: `default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; connect-src 'self' ws://127.0.0.1:${session.port}; img-src 'self' data:; font-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'`,
      sniff: 'nosniff',
      referrer: 'no-referrer',
      opener: 'same-origin',
      resource: 'same-origin',
      cache: 'no-store',
      cors: undefined,
    })
  })

  test.each([
    '/../secret.txt',
    '/..%2fsecret.txt',
    '/%2e%2e/secret.txt',
    '/assets/..%5c..%5c..%5csecret.txt',
    '/assets/../../secret.txt',
    '//secret.txt',
    '/%00',
    '/%E0%A4%A',
  ])('%s leads nowhere', async path => {
    const answer = await send(path, { cookie })
    expect([answer.status, answer.body]).toEqual([404, ''])
  })

  test.each(['bytes=9-3', 'bytes=1-2', 'bytes=-'])(
    'a range of %s is answered with the whole page',
    async range => {
      const answer = await send('/', { cookie, range })
      expect([answer.status, answer.body]).toEqual([200, '<title>Slipway</title>'])
    },
  )

  test('other methods and other upgrade paths are refused', async () => {
    expect((await send('/', { cookie, origin: own() }, 'POST')).status).toBe(405)
    expect(await upgrade({ cookie, origin: own() }, '/')).toBe(404)
  })

  test('the page calls the contract over a WebSocket', async () => {
    await withClient(async client => expect(await client.session.info()).toEqual(sampleInfo))
  })

  test('input that cannot be decoded is refused, and is nothing for the log', async () => {
    const socket = new WebSocket(`ws://127.0.0.1:${session.port}/rpc`, { headers: { cookie, origin: own() } })
    await once(socket, 'open')
    socket.send(
      JSON.stringify({ i: '1', p: { u: '/session/info', b: { json: {}, meta: [[0, 'nothing']] } } }),
    )
    const [bytes] = await once(socket, 'message')
    socket.terminate()
    expect(JSON.parse(String(bytes))).toMatchObject({
      i: '1',
      p: { s: 400, b: { json: { code: 'BAD_REQUEST' } } },
    })
    expect(logged).toEqual([])
  })

  test('an unexpected error reaches the log with its cause and the page without it', async () => {
    const error = await withClient(client => client.clusters.list().catch((thrown: unknown) => thrown))
    expect(JSON.parse(JSON.stringify(error))).toEqual({
      defined: false,
      code: 'INTERNAL_SERVER_ERROR',
      status: 500,
      message: 'Internal server error',
    })
    expect(logged).toEqual([{ err: new Error('disk on fire at /home/ana') }])
  })
})

test('the next free port is taken when the wanted one is not free', async () => {
  const second = await createBrowserSession({
    router: sampleRouter(),
    assets: join(folder, 'assets'),
    port: session.port,
    log,
  })
  expect(second.port).toBeGreaterThan(session.port)
  await second.dispose()
})

async function withClient<T>(use: (client: ContractRouterClient<Contract>) => Promise<T>): Promise<T> {
  const socket = new WebSocket(`ws://127.0.0.1:${session.port}/rpc`, { headers: { cookie, origin: own() } })
  try {
    return await use(createORPCClient(new RPCLink({ websocket: socket as unknown as globalThis.WebSocket })))
  } finally {
    socket.terminate()
  }
}
