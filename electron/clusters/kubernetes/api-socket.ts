import { once } from 'node:events'
import type { RequestOptions } from 'node:https'
import type { KubeConfig } from '@kubernetes/client-node'
import { WebSocket } from 'ws'
import { toApiError, toClusterFailure } from './api-failure.ts'

const openMs = 15_000
/** A connection whose other side has gone without a word, as after sleep, is given up after two of these. */
const pingMs = 10_000

/** An open WebSocket to a path of the API, signed like every request. The first byte of each message names its channel. */
export async function openApiSocket(
  config: KubeConfig,
  request: { path: string; protocols: readonly string[] },
): Promise<WebSocket> {
  const options: RequestOptions = {}
  const server = config.getCurrentCluster()?.server ?? ''
  try {
    await config.applyToHTTPSOptions(options)
    const socket = new WebSocket(
      server.replace(/^http/, 'ws').replace(/\/+$/, '') + request.path,
      [...request.protocols],
      { ...options, handshakeTimeout: openMs, perMessageDeflate: false },
    )
    // Nothing that arrives with the answer may be lost before somebody listens.
    socket.once('open', () => socket.pause())
    const refused = once(socket, 'unexpected-response')
    refused.catch(() => undefined)
    await Promise.race([
      once(socket, 'open'),
      refused.then(async ([, response]) => {
        const parts: Buffer[] = []
        for await (const part of response) parts.push(part)
        throw toApiError(response.statusCode ?? 500, Buffer.concat(parts).toString())
      }),
    ])
    endWhenDead(socket)
    return socket
  } catch (error) {
    throw toClusterFailure(error, config.getCurrentContext())
  }
}

/** While it is paused no answer is read, and none is missed: whoever paused it is there. */
function endWhenDead(socket: WebSocket): void {
  let isAnswered = true
  const heard = () => {
    isAnswered = true
  }
  socket.on('pong', heard).on('message', heard)
  const timer = setInterval(() => {
    if (socket.isPaused) return heard()
    if (!isAnswered) return socket.terminate()
    isAnswered = false
    socket.ping()
  }, pingMs)
  socket.once('close', () => clearInterval(timer))
}
