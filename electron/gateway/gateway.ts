import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse, STATUS_CODES } from 'node:http'
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
  | {
      readonly state: 'ready'
      dial(): Promise<Duplex>
      /** The head of an answer was sent, `ms` after the request came: the app's, or a 502 in its place. */
      answered?(answer: { status: number; ms: number }): void
    }
  | {
      readonly state: 'starting' | 'stopped' | 'crashed' | 'building' | 'worker'
      readonly title: string
      readonly detail: string
      readonly lines: readonly string[]
    }

/** What counts where an app gave no answer. */
const failedStatus = 502

export interface Gateway {
  readonly port: number
  /** Ends all connections, and resolves when nothing listens any more. */
  dispose(): Promise<void>
}

interface Way {
  readonly dial: Dial
  answered(answer: { status: number; ms: number }): void
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

  /** Who wants to know when the head of the answer is sent. */
  const tells = new WeakMap<ServerResponse, (status: number) => void>()

  const forwarder = createForwarder({
    onAnswered: (response, status) => tells.get(response)?.(status),
    onRequestFailed: (error, request, response) => {
      if (response.destroyed) return
      tells.get(response)?.(failedStatus)
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
  const find = async (request: IncomingMessage): Promise<Way | Page> => {
    const name = toAppName(request.headers.host)
    if (name === undefined) return wrongHostPage
    try {
      const route = await resolve(name)
      if (route.state === 'ready')
        return { dial: () => route.dial(), answered: answer => route.answered?.(answer) }
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
      const from = performance.now()
      const found = await find(request)
      if (response.destroyed) return
      if ('dial' in found) {
        tells.set(response, status => found.answered({ status, ms: performance.now() - from }))
        return forwarder.request(request, response, found.dial)
      }
      const { status, headers, body } = toPageResponse(found, request)
      response.writeHead(status, headers).end(body)
    },
  )

  server.on('upgrade', async (request, socket, head) => {
    socket.on('error', () => socket.destroy())
    const found = await find(request)
    if (socket.destroyed) return
    if ('dial' in found) forwarder.upgrade(request, socket, head, found.dial)
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
