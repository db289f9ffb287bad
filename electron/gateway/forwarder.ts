import { Agent, type IncomingMessage, type ServerResponse } from 'node:http'
import { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { ProxyServer, type ServerOptions } from 'http-proxy-3'
import { prepareRequest, prepareResponse } from './headers.ts'

export type Dial = () => Promise<Duplex>

export interface Forwarder {
  request(request: IncomingMessage, response: ServerResponse, dial: Dial): void
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer, dial: Dial): void
  /** Ends all connections to apps. */
  dispose(): void
}

/**
 * Hands requests on as streams, each over a connection of its own that `dial` opens: so every request reaches the
 * instance that is ready now. `onRequestFailed` and `onUpgradeFailed`
 * are for requests that got no answer from the app.
 */
export function createForwarder({
  onAnswered,
  onRequestFailed,
  onUpgradeFailed,
}: {
  /** The app sent the head of its answer. */
  onAnswered: (response: ServerResponse, status: number) => void
  onRequestFailed: (error: unknown, request: IncomingMessage, response: ServerResponse) => void
  onUpgradeFailed: (error: unknown, request: IncomingMessage, socket: Duplex) => void
}): Forwarder {
  const proxy = new ProxyServer()
  const connections = new Set<Duplex>()
  const answered = new WeakSet<object>()
  let isDisposed = false

  const connect = async (dial: Dial): Promise<Duplex> => {
    const connection = withSocketMethods(await dial())
    connections.add(connection)
    connection.once('close', () => connections.delete(connection))
    connection.on('error', () => connection.destroy())
    if (isDisposed) connection.destroy()
    return connection
  }

  const toOptions = (dial: Dial): ServerOptions => {
    const agent = new Agent({ keepAlive: false })
    agent.createConnection = (_options, callback) => {
      connect(dial).then(
        connection => callback?.(null, connection),
        (error: Error) => callback?.(error, new Socket()),
      )
      return undefined
    }
    // `toProxy` keeps the path exactly as it came.
    return { target: { host: 'app', port: 80, protocol: 'http:' }, agent, toProxy: true }
  }

  const fail = (error: unknown, request: IncomingMessage, response: ServerResponse) => {
    // The rest of an upload has nowhere to go, but has to be read for the client to see the answer.
    request.unpipe()
    request.resume()
    if (answered.has(response)) return
    answered.add(response)
    onRequestFailed(error, request, response)
  }

  // Errors that belong to no request: a socket that went away. Without a listener they would end the program.
  proxy.on('error', () => undefined)

  // The library takes away the length of a DELETE's streamed body, but not the body.
  proxy.before('web', 'stream', request => {
    if (isStreamed(request) && request.headers['transfer-encoding'] === undefined) {
      delete request.headers['content-length']
      request.headers['transfer-encoding'] = 'chunked'
    }
  })

  proxy.on('proxyReq', (outgoing, request, response) => {
    // The library notices a client that leaves before the answer is complete, but an upload may go on after it.
    const onGone = () => outgoing.destroy()
    request.socket.once('close', onGone)
    outgoing.once('close', () => {
      request.socket.off('close', onGone)
      fail(new Error('closed without an answer'), request, response)
    })
  })

  proxy.on('proxyRes', (answer, request, response) => {
    if (!prepareResponse(answer, response)) {
      fail(new Error('not a valid answer'), request, response)
      answer.destroy()
      return
    }
    answered.add(response)
    onAnswered(response, answer.statusCode ?? 0)
    answer.once('error', () => response.destroy())
    // The library sends the head with the first of the body, which an event stream may have to wait for.
    setImmediate(() => {
      if (!response.headersSent && !response.destroyed) response.flushHeaders()
    })
  })

  proxy.on('proxyReqWs', (outgoing, _request, socket) => {
    const onGone = () => {
      if (!answered.has(socket)) outgoing.destroy()
    }
    // The socket is not read before the app has answered, so its end has to be looked for.
    const onReadable = () => {
      if (socket.readableLength === 0) socket.read()
    }
    socket.on('readable', onReadable).once('end', onGone).once('close', onGone)
    outgoing.once('upgrade', () => {
      answered.add(socket)
      socket.off('readable', onReadable)
    })
    outgoing.once('response', answer => {
      answered.add(socket)
      answer.once('error', () => socket.destroy())
    })
  })

  return {
    request(request, response, dial) {
      try {
        prepareRequest(request, { isUpgrade: false })
        proxy.web(request, response, toOptions(dial), error => fail(error, request, response))
      } catch (error) {
        fail(error, request, response)
      }
    },

    upgrade(request, socket, head, dial) {
      const onFailed = (error: unknown) => {
        if (answered.has(socket)) return
        answered.add(socket)
        onUpgradeFailed(error, request, socket)
      }
      try {
        prepareRequest(request, { isUpgrade: true })
        proxy.ws(request, socket, head, toOptions(dial), onFailed)
      } catch (error) {
        onFailed(error)
      }
    },

    dispose() {
      isDisposed = true
      for (const connection of connections) connection.destroy()
    },
  }
}

const isStreamed = (request: IncomingMessage): boolean =>
  request.rawHeaders.some((name, index) => index % 2 === 0 && name.toLowerCase() === 'transfer-encoding')

/** A connection need not be a TCP socket of this computer, but the library sets it up like one. */
function withSocketMethods(connection: Duplex): Duplex {
  if (connection instanceof Socket) return connection.setNoDelay(true)
  const unset = () => connection
  return Object.assign(connection, { setTimeout: unset, setNoDelay: unset, setKeepAlive: unset })
}
