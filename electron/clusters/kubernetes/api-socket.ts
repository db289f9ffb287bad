import { once } from 'node:events'
import type { RequestOptions } from 'node:https'
import type { KubeConfig } from '@kubernetes/client-node'
import { WebSocket } from 'ws'
import { toApiError, toClusterFailure } from './api-failure.ts'

const openMs = 15_000

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
    return socket
  } catch (error) {
    throw toClusterFailure(error, config.getCurrentContext())
  }
}
