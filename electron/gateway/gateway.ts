import { once } from 'node:events'
import { createServer, type IncomingMessage, STATUS_CODES } from 'node:http'
import type { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { SlipwayError } from '../../shared/domain/failure.ts'
import { createForwarder, type Dial } from './forwarder.ts'
import { isWebSocket, toAppName } from './headers.ts'
import { listenOnFreePort } from './listen.ts'
import { type Page, toPageResponse } from './page.ts'

/** Where the name of an app leads now. `title`, `detail` and `lines` are shown while there is nobody to answer. */
export type GatewayRoute =
  | { readonly state: 'unknown' }
  | { readonly state: 'ready'; dial(): Promise<Duplex> }
  | {
      readonly state: 'starting' | 'stopped' | 'crashed' | 'building'
      readonly title: string
      readonly detail: string
      readonly lines: readonly string[]
    }

export interface Gateway {
  readonly port: number
  /** Ends all connections, and resolves when nothing listens any more. */
  dispose(): Promise<void>
}

/** The local reverse proxy: `http://<name>.localhost:<port>` to wherever the app runs. */
export async function createGateway({
  resolve,
  port = 7780,
  host = '127.0.0.1',
  log,
}: {
  resolve: (name: string) => Promise<GatewayRoute> | GatewayRoute
  /** The first port that is tried; 0 for any. */
  port?: number
  host?: string
  log: { warn(details: object, message: string): void }
}): Promise<Gateway> {
  const sockets = new Set<Socket>()

  const forwarder = createForwarder({
    onRequestFailed: (error, request, response) => {
      if (response.destroyed) return
      log.warn({ app: request.headers.host, err: error }, 'an app gave no answer')
      const { status, headers, body } = toPageResponse(toFailedPage(error), request)
      response.writeHead(status, headers).end(body)
    },
    onUpgradeFailed: (error, request, socket) => {
      if (!socket.writable) return
      log.warn({ app: request.headers.host, err: error }, 'an app did not accept an upgrade')
      writePage(socket, request, toFailedPage(error))
    },
  })

  /** The way to the app, or the page in its place. */
  const find = async (request: IncomingMessage): Promise<Dial | Page> => {
    const name = toAppName(request.headers.host)
    if (name === undefined) return wrongHostPage
    try {
      const route = await resolve(name)
      if (route.state === 'ready') return () => route.dial()
      return route.state === 'unknown' ? toUnknownPage(name) : route
    } catch (error) {
      log.warn({ app: name, err: error }, 'the gateway could not find out where an app runs')
      return toFailedPage(error)
    }
  }

  const server = createServer(
    {
      // An upload may take as long as it takes.
      requestTimeout: 0,
      noDelay: true,
      // Others, such as h2c, may be left alone (RFC 9110, 7.8): the request is answered as it is.
      shouldUpgradeCallback: isWebSocket,
    },
    async (request, response) => {
      const found = await find(request)
      if (response.destroyed) return
      if (typeof found === 'function') return forwarder.request(request, response, found)
      const { status, headers, body } = toPageResponse(found, request)
      response.writeHead(status, headers).end(body)
    },
  )

  server.on('upgrade', async (request, socket, head) => {
    socket.on('error', () => socket.destroy())
    const found = await find(request)
    if (socket.destroyed) return
    if (typeof found === 'function') forwarder.upgrade(request, socket, head, found)
    else writePage(socket, request, found)
  })

  server.on('connection', socket => {
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
  })

  const listeningPort = await listenOnFreePort(server, host, port)

  return {
    port: listeningPort,
    async dispose() {
      if (!server.listening) return
      const closed = once(server, 'close')
      server.close()
      forwarder.dispose()
      for (const socket of sockets) socket.destroy()
      await closed
    },
  }
}

/** After an upgrade there is no response object, only the socket. */
function writePage(socket: Duplex, request: IncomingMessage, page: Page): void {
  const { status, headers, body } = toPageResponse(page, request)
  const fields = Object.entries({ ...headers, connection: 'close' }).map(
    ([name, value]) => `${name}: ${value}\r\n`,
  )
  socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n${fields.join('')}\r\n${body}`)
}

const wrongHostPage: Page = {
  state: 'not here',
  title: 'No app has this address.',
  detail:
    'Apps answer at http://name.localhost, with the port that this page has. The board of Slipway lists them.',
  lines: [],
}

const toUnknownPage = (name: string): Page => ({
  state: 'unknown',
  title: `There is no app called ${name}.`,
  detail: 'It may have been removed or renamed. The board of Slipway lists all apps.',
  lines: [],
})

function toFailedPage(error: unknown): Page {
  const page = (title: string, detail: string): Page => ({ state: 'unreachable', title, detail, lines: [] })
  if (error instanceof SlipwayError) return page(error.failure.message, error.failure.hint)
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  if (code === 'ECONNREFUSED') {
    return page(
      'The app refused the connection.',
      'It may just be stopping or starting. Its log in Slipway says more.',
    )
  }
  return page(
    'The app closed the connection before it answered.',
    'It may have crashed while it worked on this request. Its log in Slipway says more.',
  )
}
