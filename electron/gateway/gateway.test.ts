import { once } from 'node:events'
import {
  Agent,
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type RequestListener,
  request,
  type Server,
} from 'node:http'
import { type AddressInfo, connect, createServer as createTcpServer, type Socket } from 'node:net'
import { Duplex } from 'node:stream'
import { text } from 'node:stream/consumers'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { WebSocket, WebSocketServer } from 'ws'
import { SlipwayError } from '../../shared/domain/failure.ts'
import { createGateway, type Gateway, type GatewayRoute } from './gateway.ts'

let gateway: Gateway
let routes: Record<string, GatewayRoute | (() => GatewayRoute)>
const warnings: string[] = []
const clients = new Agent({ keepAlive: true })
const ends: (() => Promise<unknown> | unknown)[] = []

beforeEach(async () => {
  routes = {}
  warnings.length = 0
  gateway = await open(0)
})

afterEach(async () => {
  clients.destroy()
  for (const end of ends.splice(0)) await end()
})

async function open(port: number): Promise<Gateway> {
  const opened = await createGateway({
    port,
    resolve: name => {
      const route = routes[name] ?? { state: 'unknown' }
      return typeof route === 'function' ? route() : route
    },
    log: { warn: (_details, message) => warnings.push(message) },
  })
  ends.push(() => opened.dispose())
  return opened
}

async function dialTo(port: number): Promise<Socket> {
  const socket = connect(port, '127.0.0.1')
  await once(socket, 'connect')
  return socket
}

/** An app that is ready under the name. Returns its server. */
async function serveApp(name: string, listener: RequestListener): Promise<Server> {
  const server = createServer(listener)
  const port = await listen(server)
  routes[name] = { state: 'ready', dial: () => dialTo(port) }
  return server
}

/** An app that speaks no HTTP of its own accord: it is handed the bare connection. */
async function serveSockets(name: string, onSocket: (socket: Socket) => void): Promise<void> {
  const server = createTcpServer(socket => {
    socket.on('error', () => undefined)
    onSocket(socket)
  })
  const port = await listen(server)
  routes[name] = { state: 'ready', dial: () => dialTo(port) }
}

async function listen(server: Server | ReturnType<typeof createTcpServer>): Promise<number> {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  ends.push(() => new Promise(resolve => server.close(resolve)))
  return (server.address() as AddressInfo).port
}

interface Asked {
  method?: string
  path?: string
  headers?: Record<string, string>
  body?: string
}

function start(host: string, { method = 'GET', path = '/', headers = {} }: Asked = {}) {
  return request({
    host: '127.0.0.1',
    port: gateway.port,
    agent: clients,
    method,
    path,
    headers: { host, ...headers },
  })
}

async function ask(host: string, asked: Asked = {}) {
  const outgoing = start(host, asked)
  outgoing.end(asked.body)
  const [response] = (await once(outgoing, 'response')) as [IncomingMessage]
  return { status: response.statusCode, headers: response.headers, body: await text(response) }
}

describe('a ready app', () => {
  test('gets the request as it was sent, with who asked, and its answer comes back', async () => {
    let seen: { method?: string; url?: string; headers: IncomingHttpHeaders; body: string } | undefined
    await serveApp('blog', async (asked, response) => {
      const { method, url, headers } = asked
      seen = { ...(method && { method }), ...(url && { url }), headers, body: await text(asked) }
      response.writeHead(201, { 'set-cookie': ['a=1', 'b=2'], 'x-app': 'yes' }).end('made')
    })

    const answer = await ask('blog.localhost:7780', {
      method: 'PUT',
      path: '//a/../b%20c?x=1?&y',
      headers: {
        'content-length': '5',
        'x-forwarded-for': '6.6.6.6',
        'x-forwarded-proto': 'https',
        te: 'trailers',
      },
      body: 'hello',
    })

    expect(seen).toEqual({
      method: 'PUT',
      url: '//a/../b%20c?x=1?&y',
      headers: {
        host: 'blog.localhost:7780',
        connection: 'keep-alive',
        'content-length': '5',
        'x-forwarded-for': '127.0.0.1',
        'x-forwarded-host': 'blog.localhost:7780',
        'x-forwarded-port': String(gateway.port),
        'x-forwarded-proto': 'http',
      },
      body: 'hello',
    })
    expect([answer.status, answer.headers['set-cookie'], answer.headers['x-app'], answer.body]).toEqual([
      201,
      ['a=1', 'b=2'],
      'yes',
      'made',
    ])
    expect(answer.headers.connection).toBe('keep-alive')
  })

  test('sees an upload while it is still being sent, and answers before its end', async () => {
    const chunks: string[] = []
    await serveApp('blog', (asked, response) => {
      asked.on('data', chunk => chunks.push(String(chunk)))
      response.writeHead(200).flushHeaders()
      asked.on('end', () => response.end(chunks.join()))
    })
    const upload = start('blog.localhost', { method: 'POST' })

    upload.write('first')
    const [response] = (await once(upload, 'response')) as [IncomingMessage]
    await vi.waitFor(() => expect(chunks).toEqual(['first']))
    upload.end('second')
    expect(await text(response)).toBe('first,second')
  })

  test.each(['DELETE', 'OPTIONS', 'POST'])('gets the streamed body of a %s', async method => {
    await serveApp('blog', async (asked, response) => response.end(await text(asked)))
    const headers = { 'transfer-encoding': 'chunked' }

    expect((await ask('blog.localhost', { method, headers, body: 'ids=1' })).body).toBe('ids=1')
  })

  test('reaches the browser event by event', async () => {
    let send: (text: string) => void = () => undefined
    await serveApp('blog', (_asked, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' })
      send = text => response.write(text)
      send('data: 1\n\n')
    })
    const outgoing = start('blog.localhost')
    outgoing.end()
    const [response] = (await once(outgoing, 'response')) as [IncomingMessage]

    expect(String((await once(response, 'data'))[0])).toBe('data: 1\n\n')
    send('data: 2\n\n')
    expect(String((await once(response, 'data'))[0])).toBe('data: 2\n\n')
    outgoing.destroy()
  })

  test('learns at once that the client has gone', async () => {
    let upstreamClosed: Promise<unknown> | undefined
    await serveApp('blog', (_asked, response) => {
      upstreamClosed = once(response, 'close')
      response.write('endless')
    })
    const outgoing = start('blog.localhost')
    outgoing.on('error', () => undefined).end()
    await once(outgoing, 'response')

    outgoing.destroy()
    await upstreamClosed
  })

  test('is not kept connected to for a client that left while it was being dialled', async () => {
    let asked = false
    let connected: (socket: Socket) => void = () => undefined
    const server = createServer()
    const port = await listen(server)
    const dial = () => {
      asked = true
      return new Promise<Duplex>(resolve => {
        connected = resolve
      })
    }
    routes.blog = { state: 'ready', dial }
    const outgoing = start('blog.localhost')
    outgoing.on('error', () => undefined).end()
    await vi.waitFor(() => expect(asked).toBe(true))
    outgoing.destroy()

    const socket = await dialTo(port)
    const closed = once(socket, 'close')
    connected(socket)
    await closed
  })

  test('may answer without reading an upload, and the client sees the answer', async () => {
    await serveApp('blog', (_asked, response) => response.writeHead(413).end('too much'))

    const { status, body } = await ask('blog.localhost', { method: 'POST', body: 'x'.repeat(2 ** 23) })
    expect([status, body]).toEqual([413, 'too much'])
  })

  test('is let go of when the client leaves in the middle of an upload that was answered', async () => {
    const upstreamClosed = new Promise(resolve => {
      void serveApp('blog', (asked, response) => {
        asked.socket.once('close', resolve)
        response.end('enough')
      })
    })
    await vi.waitFor(() => expect(routes.blog).toBeDefined())
    const outgoing = start('blog.localhost', { method: 'POST' })
    outgoing.on('error', () => undefined).write('some')
    const [response] = (await once(outgoing, 'response')) as [IncomingMessage]
    expect(await text(response)).toBe('enough')

    outgoing.destroy()
    await upstreamClosed
  })

  test.each([
    ['GET http://blog.localhost/a?b HTTP/1.1', '200 /a?b'],
    ['GET http://[ HTTP/1.1', '200 /http://['],
    ['GET //[:99999 HTTP/1.1', '200 //[:99999'],
    ['GET /\u00ff\u00fe HTTP/1.1', '400 '],
    ['OPTIONS * HTTP/1.1', '200 /*'],
    ['GET /old HTTP/1.0', '200 /old'],
    ['GET HTTP/1.1', '400 '],
  ])('is asked, or not, by odd request lines: %s', async (line, expected) => {
    await serveApp('blog', (asked, response) => response.end(asked.url, 'latin1'))
    const socket = await dialTo(gateway.port)
    socket.write(`${line}\r\nhost: blog.localhost\r\nconnection: close\r\n\r\n`, 'latin1')

    const answer = Buffer.concat(await socket.toArray()).toString('latin1')
    const [head = '', body = ''] = answer.split('\r\n\r\n')
    const path = /transfer-encoding: chunked/i.test(head) ? body.split('\r\n')[1] : body
    expect(`${head.split(' ')[1]} ${path}`).toBe(expected)
  })

  test('can be reached over a connection that is not a TCP socket', async () => {
    const server = createServer((_asked, response) => response.end('through a tunnel'))
    const sockets = new WebSocketServer({ server })
    sockets.on('connection', socket => socket.on('message', message => socket.send(String(message))))
    const port = await listen(server)
    routes.blog = {
      state: 'ready',
      dial: async () => {
        const socket = await dialTo(port)
        return Duplex.from({ readable: socket, writable: socket })
      },
    }

    expect((await ask('blog.localhost')).body).toBe('through a tunnel')
    expect(await echo('blog.localhost', 'hello')).toBe('hello')
  })
})

async function echo(host: string, message: string): Promise<string> {
  const socket = new WebSocket(`ws://127.0.0.1:${gateway.port}/chat`, { headers: { host } })
  await once(socket, 'open')
  socket.send(message)
  const [answer] = await once(socket, 'message')
  socket.close()
  await once(socket, 'close')
  return String(answer)
}

describe('websockets', () => {
  test('go to the app and back, with who asked', async () => {
    const server = await serveApp('chat', (_asked, response) => response.end())
    const sockets = new WebSocketServer({ server })
    const closed = new Promise(resolve => {
      sockets.on('connection', (socket, asked) => {
        const { 'x-forwarded-for': from, 'x-forwarded-proto': proto, host } = asked.headers
        socket.on('message', message => socket.send(`${message} ${asked.url} ${from} ${proto} ${host}`))
        socket.on('close', resolve)
      })
    })

    expect(await echo('chat.localhost', 'hello')).toBe('hello /chat 127.0.0.1 http chat.localhost')
    await closed
  })

  test('that the app does not take get its answer', async () => {
    await serveApp('chat', (_asked, response) => response.end('not here'))
    const socket = new WebSocket(`ws://127.0.0.1:${gateway.port}/`, { headers: { host: 'chat.localhost' } })

    const [, response] = (await once(socket, 'unexpected-response')) as [unknown, IncomingMessage]
    expect([response.statusCode, await text(response)]).toEqual([200, 'not here'])
  })

  test.each([
    ['a stopped app', 503],
    ['an app that refuses', 502],
    ['an app that hangs up', 502],
  ])('to %s are answered with %i', async (which, status) => {
    if (which === 'a stopped app') routes.chat = { state: 'stopped', title: 'Stopped', detail: '', lines: [] }
    if (which === 'an app that refuses') routes.chat = { state: 'ready', dial: () => dialTo(1) }
    if (which === 'an app that hangs up') await serveSockets('chat', socket => socket.destroy())
    const socket = new WebSocket(`ws://127.0.0.1:${gateway.port}/`, { headers: { host: 'chat.localhost' } })

    const [, response] = (await once(socket, 'unexpected-response')) as [unknown, IncomingMessage]
    expect(response.statusCode).toBe(status)
    await text(response)
  })

  test('end at the app when the client goes before the app has answered', async () => {
    const gone = new Promise(resolve => {
      void serveSockets('chat', socket => {
        socket.resume()
        socket.once('data', () => client.terminate())
        socket.once('close', resolve)
      })
    })
    await vi.waitFor(() => expect(routes.chat).toBeDefined())
    const client = new WebSocket(`ws://127.0.0.1:${gateway.port}/`, { headers: { host: 'chat.localhost' } })
    client.on('error', () => undefined)

    await gone
  })
})

describe('pages in place of an app', () => {
  test('a crashed app shows its last lines, escaped and without colours', async () => {
    routes.blog = {
      state: 'crashed',
      title: 'blog <crashed>.',
      detail: 'It exited with code 1 & gave up.',
      lines: ['\u001b[31mError: <script>alert("1")</script>\u001b[0m', "it's 1 & 2"],
    }
    const { status, headers, body } = await ask('blog.localhost', { headers: { accept: 'text/html' } })

    expect([status, headers['content-type'], headers['retry-after'], headers.refresh]).toEqual([
      503,
      'text/html; charset=utf-8',
      undefined,
      undefined,
    ])
    expect(headers['content-security-policy']).toMatch(/^default-src 'none'; style-src 'sha256-/)
    expect(body).toContain('<h1>blog &lt;crashed&gt;.</h1>')
    expect(body).toContain('It exited with code 1 &amp; gave up.')
    expect(body).toContain(
      '>Error: &lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt;\nit&#39;s 1 &amp; 2</pre>',
    )
    expect(body).not.toContain('<script')
  })

  test.each(['starting', 'building'] as const)('an app that is %s reloads by itself', async state => {
    routes.blog = { state, title: 'blog is coming.', detail: 'Soon.', lines: [] }

    const { status, headers, body } = await ask('blog.localhost')
    expect([status, headers['retry-after'], headers.refresh]).toEqual([503, '2', '2'])
    expect(body).not.toContain('<pre')
  })

  test('a program that asks for JSON gets it', async () => {
    const page = {
      state: 'stopped',
      title: 'blog is stopped.',
      detail: 'Start it.',
      lines: ['a <b>'],
    } as const
    routes.blog = page

    const answer = await ask('blog.localhost', { headers: { accept: 'application/json' } })
    expect([answer.status, answer.headers['content-type'], JSON.parse(answer.body)]).toEqual([
      503,
      'application/json',
      page,
    ])
  })

  test('HEAD has no body, and an upload to a stopped app is answered', async () => {
    routes.blog = { state: 'stopped', title: 'blog is stopped.', detail: '', lines: [] }

    expect((await ask('blog.localhost', { method: 'HEAD' })).body).toBe('')
    expect((await ask('blog.localhost', { method: 'POST', body: 'x'.repeat(2 ** 20) })).status).toBe(503)
  })

  test('an unknown name is said to be unknown', async () => {
    const { status, body } = await ask('nobody.localhost')

    expect([status, body.includes('There is no app called nobody.')]).toEqual([404, true])
  })

  test.each([
    'localhost',
    '127.0.0.1:7780',
    'evil.example',
    'a.b.localhost',
    '<b>.localhost',
    'blog.localhost.evil',
  ])('the host %s belongs to no app', async host => {
    routes.blog = { state: 'stopped', title: 'blog', detail: '', lines: [] }
    const { status, body } = await ask(host)

    expect([status, body.includes('No app has this address.'), body.includes('<b>')]).toEqual([
      421,
      true,
      false,
    ])
  })
})

describe('an app that gives no answer', () => {
  test('because nobody listens', async () => {
    routes.blog = { state: 'ready', dial: () => dialTo(1) }

    const { status, body } = await ask('blog.localhost', { method: 'POST', body: 'x'.repeat(2 ** 20) })
    expect([status, body.includes('The app refused the connection.')]).toEqual([502, true])
    expect(warnings).toEqual(['an app gave no answer'])
  })

  test.each([
    ['hangs up', ''],
    ['speaks another language', 'SSH-2.0\r\n\r\n'],
    ['answers with an impossible status', 'HTTP/1.1 042 Odd\r\ncontent-length: 2\r\n\r\nhi'],
    ['upgrades unasked', 'HTTP/1.1 101 Switching\r\nupgrade: x\r\nconnection: upgrade\r\n\r\n'],
  ])('because it %s', async (_how, answer) => {
    await serveSockets('blog', socket => socket.once('data', () => socket.end(answer)))

    const { status, body } = await ask('blog.localhost')
    expect([status, body.includes('The app closed the connection before it answered.')]).toEqual([502, true])
  })

  test('because it cannot be found out where it runs: the reason is shown', async () => {
    routes.blog = () => {
      throw new SlipwayError({ code: 'unavailable', message: 'The cluster is away.', hint: 'Connect <it>.' })
    }

    const { status, body } = await ask('blog.localhost')
    expect([status, body.includes('The cluster is away.'), body.includes('Connect &lt;it&gt;.')]).toEqual([
      502,
      true,
      true,
    ])
  })

  test('to the end: the client sees that it was cut short', async () => {
    await serveSockets('blog', socket =>
      socket.once('data', () => socket.end('HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nhalf')),
    )
    const outgoing = start('blog.localhost')
    outgoing.end()
    const [response] = (await once(outgoing, 'response')) as [IncomingMessage]

    await expect(text(response)).rejects.toThrow('aborted')
  })

  test.each([
    ['odd reason', 'HTTP/1.1 200 O\u0001K\r\ncontent-length: 2\r\n\r\nhi'],
    ['trailers announced', 'HTTP/1.1 200 OK\r\ntrailer: x-sum\r\ncontent-length: 2\r\n\r\nhi'],
  ])('in good form is still handed on: %s', async (_what, answer) => {
    await serveSockets('blog', socket => socket.once('data', () => socket.end(answer)))

    const { status, body } = await ask('blog.localhost')
    expect([status, body]).toEqual([200, 'hi'])
  })
})

describe('listening', () => {
  test('takes the next port when its own is taken', async () => {
    const second = await open(gateway.port)

    expect(second.port).toBeGreaterThan(gateway.port)
    expect(second.port).toBeLessThanOrEqual(gateway.port + 50)
  })

  test('dispose ends every connection, in use or not', async () => {
    const server = await serveApp('blog', (_asked, response) => void response.write('endless'))
    new WebSocketServer({ server })
    const upstream = once(server, 'connection')
    const outgoing = start('blog.localhost')
    outgoing.on('error', () => undefined).end()
    const [response] = (await once(outgoing, 'response')) as [IncomingMessage]
    const cut = new Promise(resolve => response.on('error', () => undefined).once('close', resolve))
    const socket = new WebSocket(`ws://127.0.0.1:${gateway.port}/`, { headers: { host: 'blog.localhost' } })
    await once(socket, 'open')
    const [connection] = (await upstream) as [Socket]

    await gateway.dispose()
    await Promise.all([cut, once(socket, 'close'), connection.destroyed || once(connection, 'close')])
    await gateway.dispose()
    await expect(dialTo(gateway.port)).rejects.toThrow('ECONNREFUSED')
  })
})
