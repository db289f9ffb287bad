import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'
import sirv from 'sirv'
import { WebSocketServer } from 'ws'
import { SlipwayError } from '../../shared/domain/failure.ts'
import { checkOrigin, cookieName, type Refusal, readCookie, toRefusalPage } from './browser-guard.ts'
import { toPageHeaders } from './page-headers.ts'
import { createSessionKeys } from './session-keys.ts'
import type { TransportLog } from './unexpected.ts'
import { type ContractRouter, createWebSocketTransport, maxRequestBytes, rpcPath } from './websocket.ts'

const defaultPort = 7790
/** How many ports after the wanted one are tried. */
const portsToTry = 50

const notOpened: Refusal = { status: 401, reason: 'This browser is not connected to Slipway.' }
const spentLink: Refusal = { status: 401, reason: 'This link was used already, or is not from this Slipway.' }

export interface BrowserSession {
  /** Opens Slipway once, in one browser. */
  readonly url: string
  readonly port: number
  /** Another URL that works once. */
  issueUrl(): string
  dispose(): Promise<void>
}

/**
 * Slipway for a browser on this computer: the built page and the contract over a WebSocket, on 127.0.0.1 only. A
 * one-time token is exchanged for a cookie; both live in memory and end with the process.
 */
export async function createBrowserSession(deps: {
  router: ContractRouter
  /** Folder of the built page. */
  assets: string
  /** Wanted port; the next free one is taken. */
  port?: number
  log: TransportLog
}): Promise<BrowserSession> {
  const tokens = createSessionKeys({ limit: 16 })
  const sessions = createSessionKeys({ limit: 64 })
  const serve = createWebSocketTransport(deps)
  const sockets = new WebSocketServer({ noServer: true, maxPayload: maxRequestBytes })
  const serveAsset = sirv(deps.assets, { etag: true, setHeaders: setCaching })

  const server = createServer(onRequest)
  server.on('upgrade', onUpgrade)
  const port = await listen(server, deps.port ?? defaultPort)

  function onRequest(request: IncomingMessage, response: ServerResponse): void {
    const refusal = checkOrigin(request, port)
    const url = new URL(request.url ?? '/', `http://127.0.0.1:${port}`)
    const hasSession = sessions.isGood(readCookie(request, port))
    if (refusal) refuse(response, refusal)
    else if (url.pathname === '/open') open(url.searchParams.get('token') ?? '', hasSession, response)
    else if (!hasSession) refuse(response, notOpened)
    else if (request.method !== 'GET' && request.method !== 'HEAD') end(response, 405)
    else {
      const headers = toPageHeaders([`ws://${request.headers.host}`])
      // A range that ends before it begins would end the process; a page has no use for any.
      delete request.headers.range
      for (const [name, value] of Object.entries(headers)) response.setHeader(name, value)
      serveAsset(request, response, () => end(response, 404))
    }
  }

  /** A used link still leads to Slipway in the browser that used it. */
  function open(token: string, hasSession: boolean, response: ServerResponse): void {
    const isGood = tokens.spend(token)
    if (!isGood && !hasSession) {
      refuse(response, spentLink)
      return
    }
    if (isGood) {
      const cookie = `${cookieName(port)}=${sessions.issue()}; Path=/; HttpOnly; SameSite=Strict`
      response.setHeader('set-cookie', cookie)
    }
    response.writeHead(303, { location: '/', 'cache-control': 'no-store', 'referrer-policy': 'no-referrer' })
    response.end()
  }

  function onUpgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    socket.on('error', () => socket.destroy())
    const refusal = checkOrigin(request, port)
    if (refusal) refuseUpgrade(socket, refusal.status)
    else if (!sessions.isGood(readCookie(request, port))) refuseUpgrade(socket, 401)
    else if (request.url !== rpcPath) refuseUpgrade(socket, 404)
    else sockets.handleUpgrade(request, socket, head, opened => serve(opened))
  }

  const issueUrl = (): string => `http://127.0.0.1:${port}/open?token=${tokens.issue()}`

  return {
    url: issueUrl(),
    port,
    issueUrl,
    async dispose() {
      for (const socket of sockets.clients) socket.terminate()
      sockets.close()
      server.closeAllConnections()
      await new Promise(resolve => server.close(resolve))
    },
  }
}

function setCaching(response: ServerResponse, pathname: string): void {
  const isNamedByContent = pathname.startsWith('/assets/')
  response.setHeader('cache-control', isNamedByContent ? 'private, max-age=31536000, immutable' : 'no-store')
}

function refuse(response: ServerResponse, refusal: Refusal): void {
  response.writeHead(refusal.status, {
    ...toPageHeaders(),
    'content-type': 'text/html; charset=utf-8',
    'cache-control': 'no-store',
    connection: 'close',
  })
  response.end(toRefusalPage(refusal))
}

function end(response: ServerResponse, status: number): void {
  response.writeHead(status, { 'cache-control': 'no-store', 'content-type': 'text/plain' })
  response.end()
}

function refuseUpgrade(socket: Duplex, status: number): void {
  socket.end(`HTTP/1.1 ${status} Refused\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`)
}

/** Listens on 127.0.0.1, on the wanted port or the next free one. 0 takes any. */
async function listen(server: Server, wanted: number): Promise<number> {
  for (let port = wanted; port < wanted + portsToTry; port++) {
    const taken = await tryListen(server, port)
    if (taken !== undefined) return taken
  }
  throw new SlipwayError({
    code: 'port_taken',
    message: `Slipway found no free port between ${wanted} and ${wanted + portsToTry - 1}.`,
    hint: 'Stop a program that listens there, or give another port.',
    port: wanted,
  })
}

function tryListen(server: Server, port: number): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const onError = (error: NodeJS.ErrnoException): void => {
      server.off('listening', onListening)
      if (error.code === 'EADDRINUSE' || error.code === 'EACCES') resolve(undefined)
      else reject(error)
    }
    const onListening = (): void => {
      server.off('error', onError)
      const address = server.address()
      resolve(typeof address === 'object' && address !== null ? address.port : port)
    }
    server.once('error', onError)
    server.once('listening', onListening)
    server.listen({ host: '127.0.0.1', port, exclusive: true })
  })
}
