import { spawn } from 'node:child_process'
import { once } from 'node:events'
import type { KubeConfig } from '@kubernetes/client-node'
import type { WebSocket } from 'ws'
import { SlipwayError } from '../../../../shared/domain/failure.ts'
import { openApiSocket } from '../api-socket.ts'
import { buildNames } from './build-job.ts'
import { podFolders, receivedFile } from './fetch-script.ts'

const stdin = 0
const status = 3
const mostBytes = 2 * 1024 ** 3
/** Of what is sent and not yet taken by the network. */
const mostUnsent = 4 * 1024 ** 2

const receive = `rm -rf ${podFolders.source} && mkdir -p ${podFolders.source} && tar -xf - -C ${podFolders.source} && touch ${receivedFile}`

/** Sends the folder to the pod that waits for it. Nothing is held in memory. */
export async function sendFolder(
  config: KubeConfig,
  order: { namespace: string; pod: string; folder: string; signal: AbortSignal },
): Promise<void> {
  const query = new URLSearchParams({
    container: buildNames.fetch,
    stdin: 'true',
    stderr: 'true',
    stdout: 'true',
  })
  for (const word of ['/bin/sh', '-c', receive]) query.append('command', word)
  const socket = await openApiSocket(config, {
    path: `/api/v1/namespaces/${order.namespace}/pods/${order.pod}/exec?${query}`,
    protocols: ['v5.channel.k8s.io', 'v4.channel.k8s.io'],
  })
  const end = () => socket.terminate()
  order.signal.addEventListener('abort', end, { once: true })
  let said = ''
  socket.on('message', (message: Buffer) => {
    if (message[0] === status) said = message.subarray(1).toString()
  })
  const closed = once(socket, 'close')
  socket.resume()
  try {
    await sendTar(socket, order)
    await closed
  } finally {
    order.signal.removeEventListener('abort', end)
    socket.terminate()
  }
  order.signal.throwIfAborted()
  if (!/"status":"Success"/.test(said))
    throw new Error(`the folder did not arrive: ${said === '' ? 'the connection ended' : said}`)
}

async function sendTar(
  socket: WebSocket,
  { folder, signal }: { folder: string; signal: AbortSignal },
): Promise<void> {
  const tar = spawn('tar', ['-cf', '-', '-C', folder, '.'], {
    stdio: ['ignore', 'pipe', 'ignore'],
    env: { ...process.env, COPYFILE_DISABLE: '1' },
    signal,
  })
  const failed = once(tar, 'error').then(([error]) => {
    throw error
  })
  failed.catch(() => undefined)
  const send = async () => {
    let bytes = 0
    for await (const chunk of tar.stdout as AsyncIterable<Buffer>) {
      bytes += chunk.length
      if (bytes > mostBytes) throw tooLarge
      if (socket.readyState !== socket.OPEN) throw new Error('the connection ended')
      const sent = new Promise<void>((resolve, reject) => {
        socket.send(Buffer.concat([Buffer.of(stdin), chunk]), error => (error ? reject(error) : resolve()))
      })
      if (socket.bufferedAmount > mostUnsent) await sent
      else sent.catch(() => undefined)
    }
  }
  try {
    await Promise.race([send(), failed])
  } finally {
    tar.kill()
  }
}

const tooLarge = new SlipwayError({
  code: 'invalid_input',
  message: 'The folder has more than 2 GB, which is too much to send to the cluster.',
  hint: 'Leave out what the build does not need with a .gitignore, then deploy again.',
})
