import { Duplex } from 'node:stream'
import type { KubeConfig, V1Pod, V1Status } from '@kubernetes/client-node'
import type { WebSocket } from 'ws'
import { SlipwayError } from '../../../shared/domain/failure.ts'
import type { ShellEnd, ShellSize } from '../../../shared/domain/shell.ts'
import type { Shell } from '../driver.ts'
import { openApiSocket } from './api-socket.ts'

interface ShellTarget {
  readonly namespace: string
  readonly pod: string
  readonly container: string
}

/** The first container is the app's. */
export const toShellTarget = ({ metadata, spec }: V1Pod): ShellTarget => ({
  namespace: metadata?.namespace ?? '',
  pod: metadata?.name ?? '',
  container: spec?.containers[0]?.name ?? '',
})

/** Each message begins with its channel (`remotecommand` of Kubernetes, v4 and v5). */
const channels = { stdin: 0, stdout: 1, end: 3, size: 4 } as const
/** The best shell that the image has. */
const command = [
  '/bin/sh',
  '-c',
  'TERM=xterm-256color; export TERM; command -v bash >/dev/null && exec bash; exec sh',
]

/** A shell with a terminal in a container, through the API server. */
export async function openShell(
  config: KubeConfig,
  target: ShellTarget & { readonly command?: readonly string[] | undefined },
  size: ShellSize,
): Promise<Shell> {
  const { namespace, pod, container } = target
  const query = new URLSearchParams({ container, stdin: 'true', stdout: 'true', tty: 'true' })
  for (const word of target.command ?? command) query.append('command', word)
  const socket = await openApiSocket(config, {
    path: `/api/v1/namespaces/${encodeURIComponent(namespace)}/pods/${encodeURIComponent(pod)}/exec?${query}`,
    protocols: ['v5.channel.k8s.io', 'v4.channel.k8s.io'],
  })
  const terminal = new ShellTerminal(socket, pod)
  const resize = ({ columns, rows }: ShellSize) =>
    send(socket, channels.size, Buffer.from(JSON.stringify({ Width: columns, Height: rows })))
  resize(size)
  return { terminal, ended: terminal.ended, resize }
}

function send(
  socket: WebSocket,
  channel: number,
  bytes: Buffer,
  done?: (error?: Error | null) => void,
): void {
  if (socket.readyState !== socket.OPEN) done?.()
  else socket.send(Buffer.concat([Buffer.of(channel), bytes]), { binary: true }, done)
}

class ShellTerminal extends Duplex {
  readonly ended: Promise<ShellEnd>
  readonly #socket: WebSocket

  constructor(socket: WebSocket, pod: string) {
    super({ allowHalfOpen: false })
    this.#socket = socket
    this.ended = new Promise(resolve => {
      let end: ShellEnd = { exitCode: null, failure: brokeOff(pod) }
      socket.on('message', (message: Buffer) => {
        if (message[0] === channels.end) end = toEnd(message.subarray(1).toString(), pod)
        if (message[0] === channels.stdout && message.length > 1 && !this.push(message.subarray(1)))
          socket.pause()
      })
      socket.on('close', () => {
        resolve(end)
        this.push(null)
      })
    })
    // What is wrong with a connection is told by its end.
    socket.on('error', () => undefined)
    socket.resume()
  }

  override _read(): void {
    if (this.#socket.isPaused) this.#socket.resume()
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    send(this.#socket, channels.stdin, chunk, done)
  }

  /** What runs in the terminal gets a hang-up. */
  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.#socket.resume()
    this.#socket.close()
    done(error)
  }
}

/** From the `Status` that ends the session. */
export function toEnd(json: string, pod: string): ShellEnd {
  const status = readStatus(json)
  if (status?.status === 'Success') return { exitCode: 0, failure: null }
  const code = Number(status?.details?.causes?.find(cause => cause.reason === 'ExitCode')?.message)
  if (Number.isInteger(code)) return { exitCode: code, failure: null }
  const said = status?.message ?? json
  return { exitCode: null, failure: isMissing.test(said) ? noShell() : brokeOff(pod) }
}

const isMissing = /no such file or directory|executable file not found/i

function readStatus(json: string): V1Status | undefined {
  try {
    return JSON.parse(json)
  } catch {
    return undefined
  }
}

const noShell = () =>
  new SlipwayError({
    code: 'unavailable',
    message: 'The image of this app has no shell.',
    hint: 'Build it on an image that has one, such as alpine or debian, or look into its log.',
  }).failure

export const noneReady = () =>
  new SlipwayError({
    code: 'unavailable',
    message: 'There is no instance of the app that a shell could be opened in now.',
    hint: 'Start it, or wait until it is ready; its log says why it is not.',
  })

const brokeOff = (pod: string) =>
  new SlipwayError({
    code: 'unavailable',
    message: `The connection to ${pod} broke off.`,
    hint: 'It may have been replaced. Open the shell again.',
  }).failure
