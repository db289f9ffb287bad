import { Duplex } from 'node:stream'
import type { KubeConfig } from '@kubernetes/client-node'
import type { WebSocket } from 'ws'
import { SlipwayError } from '../../../shared/domain/failure.ts'
import { openApiSocket } from './api-socket.ts'

export interface ForwardTarget {
  readonly namespace: string
  readonly pod: string
  readonly port: number
}

const dataChannel = 0
const errorChannel = 1
/** A forwarded connection has no half-close: after our end the app may answer as long as it does not fall silent. */
const lingerMs = 10_000

/** One TCP connection to a port of a pod, through the API server. */
export async function openForward(config: KubeConfig, target: ForwardTarget): Promise<Duplex> {
  const { namespace, pod, port } = target
  const socket = await openApiSocket(config, {
    path: `/api/v1/namespaces/${encodeURIComponent(namespace)}/pods/${encodeURIComponent(pod)}/portforward?ports=${port}`,
    protocols: ['v4.channel.k8s.io'],
  })
  return new ForwardedConnection(socket, target)
}

class ForwardedConnection extends Duplex {
  readonly #socket: WebSocket
  #lingering: NodeJS.Timeout | undefined

  constructor(socket: WebSocket, target: ForwardTarget) {
    super({ allowHalfOpen: true })
    this.#socket = socket
    /** The first message of a channel is the port. */
    const opened = new Set<number>()
    socket.on('message', (message: Buffer) => {
      const channel = message[0] ?? dataChannel
      if (!opened.has(channel)) {
        opened.add(channel)
        if (message.length <= 3) return
      }
      if (channel === errorChannel) return this.#fail(message.subarray(1).toString(), target)
      this.#lingering?.refresh()
      if (channel === dataChannel && message.length > 1 && !this.push(message.subarray(1))) socket.pause()
    })
    socket.on('close', () => {
      clearTimeout(this.#lingering)
      this.push(null)
      // The app is gone: what is still written reaches nobody.
      if (!this.writableFinished) this.end()
    })
    socket.on('error', error => this.destroy(error))
    socket.resume()
  }

  override _read(): void {
    if (this.#socket.isPaused) this.#socket.resume()
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    if (this.#socket.readyState !== this.#socket.OPEN) {
      done()
      return
    }
    const message = Buffer.allocUnsafe(chunk.length + 1)
    message[0] = dataChannel
    chunk.copy(message, 1)
    this.#socket.send(message, { binary: true }, done)
  }

  override _final(done: (error?: Error | null) => void): void {
    this.#lingering = setTimeout(() => this.#socket.close(), lingerMs)
    done()
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    clearTimeout(this.#lingering)
    if (this.#socket.readyState === this.#socket.OPEN) this.#socket.close()
    else this.#socket.terminate()
    done(error)
  }

  #fail(said: string, { pod, port }: ForwardTarget): void {
    const isRefused = /connection refused/i.test(said)
    this.destroy(
      new SlipwayError(
        {
          code: 'unavailable',
          message: isRefused
            ? `Nothing listens on port ${port} in ${pod} now.`
            : `The connection to ${pod} broke off.`,
          hint: 'It may just be stopping or starting. Its log in Slipway says more.',
          port,
        },
        new Error(said),
      ),
    )
  }
}
