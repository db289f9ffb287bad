import { setTimeout as delay } from 'node:timers/promises'
import type { KubeConfig } from '@kubernetes/client-node'
import type { WebSocket } from 'ws'
import { isPassing, SlipwayError } from '../../../../shared/domain/failure.ts'
import { openApiSocket } from '../api-socket.ts'
import { buildNames } from './build-job.ts'
import type { BuildLimits } from './build-namespace.ts'
import { receiveCommand } from './fetch-script.ts'
import { diskFull } from './limit-failures.ts'
import { packFolder } from './pack-folder.ts'

const channels = { stdin: 0, stderr: 2, status: 3, close: 255 } as const
/** Of them, only the newer one can say that the input has ended; `tar` knows by the archive as well. */
const protocols = ['v5.channel.k8s.io', 'v4.channel.k8s.io'] as const
/** Of what is sent and not yet taken by the network. */
const mostUnsent = 4 * 1024 ** 2
const defaultLimits = { silenceMs: 60_000, restMs: 1000, tries: 3 }

export interface FolderOrder {
  readonly namespace: string
  readonly pod: string
  readonly folder: string
  readonly signal: AbortSignal
  /** What the build may take. */
  readonly bounds: BuildLimits
  readonly limits?: Partial<typeof defaultLimits>
}

/**
 * Sends the folder to the pod that waits for it. Nothing is held in memory. A connection that breaks, or on which nothing moves,
 * is followed by another: doing it twice leaves one folder.
 */
export async function sendFolder(config: KubeConfig, order: FolderOrder): Promise<void> {
  const limits = { ...defaultLimits, ...order.limits }
  for (let attempt = 1; ; attempt++) {
    try {
      return await sendOnce(config, { ...order, silenceMs: limits.silenceMs })
    } catch (error) {
      order.signal.throwIfAborted()
      if (error instanceof SlipwayError && !isPassing(error.failure.code)) throw error
      if (attempt >= limits.tries) throw toNotArrived(error)
      await delay(limits.restMs * attempt, undefined, { signal: order.signal })
    }
  }
}

async function sendOnce(config: KubeConfig, order: FolderOrder & { silenceMs: number }): Promise<void> {
  const query = new URLSearchParams({
    container: buildNames.fetch,
    stdin: 'true',
    stderr: 'true',
    stdout: 'true',
  })
  for (const word of ['/bin/sh', '-c', receiveCommand]) query.append('command', word)
  const socket = await openApiSocket(config, {
    path: `/api/v1/namespaces/${order.namespace}/pods/${order.pod}/exec?${query}`,
    protocols,
  })
  const end = new AbortController()
  const stop = () => end.abort(order.signal.reason)
  order.signal.addEventListener('abort', stop, { once: true })
  const silence = setTimeout(
    () => end.abort(new Error(`nothing moved for ${order.silenceMs / 1000} seconds`)),
    order.silenceMs,
  )
  try {
    order.signal.throwIfAborted()
    const answer = readAnswer(socket, end.signal, () => silence.refresh())
    socket.resume()
    const sent = writeFolder(socket, { folder: order.folder, signal: end.signal }, () => silence.refresh())
    // Whoever has an answer needs no more; one that is sent whole waits for it.
    check(await Promise.race([answer, sent.then(() => answer)]), order.bounds)
  } finally {
    clearTimeout(silence)
    order.signal.removeEventListener('abort', stop)
    end.abort(new Error('the folder is sent'))
    socket.terminate()
  }
}

interface Answer {
  /** As Kubernetes' Status. */
  readonly status: string
  readonly stderr: string
}

/** What the program in the pod came to. It need not end the connection. */
function readAnswer(socket: WebSocket, signal: AbortSignal, heard: () => void): Promise<Answer> {
  const answer = new Promise<Answer>((resolve, reject) => {
    let stderr = ''
    socket.on('message', (message: Buffer) => {
      heard()
      const text = message.subarray(1).toString()
      if (message[0] === channels.stderr) stderr = (stderr + text).slice(-2000)
      if (message[0] === channels.status) resolve({ status: text, stderr })
    })
    socket.on('error', reject)
    socket.on('close', () => reject(new Error('the connection ended')))
    signal.addEventListener('abort', () => reject(signal.reason), { once: true })
  })
  answer.catch(() => undefined)
  return answer
}

function check({ status, stderr }: Answer, bounds: BuildLimits): void {
  if (/"status":"Success"/.test(status)) return
  if (/no space left/i.test(stderr)) throw new SlipwayError(diskFull(bounds))
  throw new Error(stderr.trim() || status)
}

async function writeFolder(
  socket: WebSocket,
  order: { folder: string; signal: AbortSignal },
  heard: () => void,
): Promise<void> {
  for await (const chunk of packFolder(order)) {
    if (socket.readyState !== socket.OPEN) throw new Error('the connection ended')
    const taken = send(socket, Buffer.concat([Buffer.of(channels.stdin), chunk])).then(heard)
    if (socket.bufferedAmount > mostUnsent) await taken
    else taken.catch(() => undefined)
  }
  if (socket.protocol === protocols[0]) await send(socket, Buffer.of(channels.close, channels.stdin))
}

function send(socket: WebSocket, message: Buffer): Promise<void> {
  return new Promise((resolve, reject) => {
    socket.send(message, error => (error ? reject(error) : resolve()))
  })
}

const toNotArrived = (cause: unknown): SlipwayError =>
  new SlipwayError(
    {
      code: 'build_interrupted',
      message: `The folder did not get to the cluster: ${cause instanceof Error ? cause.message : String(cause)}.`,
      hint: 'Deploy again. If that does not help, see whether the connection to the cluster is stable.',
    },
    cause,
  )
