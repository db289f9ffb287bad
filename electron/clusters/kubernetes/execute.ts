import { once } from 'node:events'
import type { KubeConfig } from '@kubernetes/client-node'
import { openApiSocket } from './api-socket.ts'

const stdout = 1
const executeMs = 10_000
const mostBytes = 256 * 1024

/** What a program in a container of a pod prints. Whether it ended well is not asked. */
export async function execute(
  config: KubeConfig,
  call: { namespace: string; pod: string; container: string; command: readonly string[] },
): Promise<string> {
  const query = new URLSearchParams({ container: call.container, stdout: 'true', stderr: 'true' })
  for (const word of call.command) query.append('command', word)
  const socket = await openApiSocket(config, {
    path: `/api/v1/namespaces/${encodeURIComponent(call.namespace)}/pods/${encodeURIComponent(call.pod)}/exec?${query}`,
    protocols: ['v5.channel.k8s.io', 'v4.channel.k8s.io'],
  })
  const parts: Buffer[] = []
  let size = 0
  socket.on('message', (message: Buffer) => {
    if (message[0] !== stdout) return
    parts.push(message.subarray(1))
    size += message.length
    if (size > mostBytes) socket.close()
  })
  const timer = setTimeout(() => socket.terminate(), executeMs)
  const closed = once(socket, 'close')
  socket.resume()
  await closed.finally(() => clearTimeout(timer))
  return Buffer.concat(parts).toString()
}
