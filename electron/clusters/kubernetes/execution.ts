import { Readable, Writable } from 'node:stream'
import type { KubeConfig } from '@kubernetes/client-node'
import type { Execution } from '../driver.ts'
import { openApiSocket } from './api-socket.ts'
import { toEnd } from './shell.ts'

/** Each message begins with its channel (`remotecommand` of Kubernetes, v4 and v5). */
const channels = { stdin: 0, stdout: 1, stderr: 2, end: 3 } as const
const mostSaid = 4000

/** A program in a container, with what goes in and what comes out. Neither side is read faster than the other takes it. */
export async function openExecution(
  config: KubeConfig,
  call: { namespace: string; pod: string; container: string; command: readonly string[] },
): Promise<Execution> {
  const query = new URLSearchParams({
    ...{ container: call.container, stdin: 'true', stdout: 'true', stderr: 'true' },
  })
  for (const word of call.command) query.append('command', word)
  const socket = await openApiSocket(config, {
    path: `/api/v1/namespaces/${encodeURIComponent(call.namespace)}/pods/${encodeURIComponent(call.pod)}/exec?${query}`,
    protocols: ['v5.channel.k8s.io', 'v4.channel.k8s.io'],
  })
  let said = ''
  let exitCode: number | null = null
  const end = () => {
    // A socket that is paused does not see its own end.
    socket.resume()
    socket.close()
  }
  const output = new Readable({
    read: () => {
      if (socket.isPaused) socket.resume()
    },
    destroy: (error, done) => {
      end()
      done(error)
    },
  })
  const input = new Writable({
    write: (chunk: Buffer, _encoding, done) => {
      if (socket.readyState === socket.OPEN)
        socket.send(Buffer.concat([Buffer.of(channels.stdin), chunk]), { binary: true }, done)
      else done(new Error('the program has ended'))
    },
    destroy: (error, done) => {
      if (error) end()
      done(error)
    },
  })
  // Why it broke off is told by its end.
  input.on('error', () => undefined)
  output.on('error', () => undefined)
  const ended = new Promise<{ exitCode: number | null; said: string }>(resolve => {
    socket.on('message', (message: Buffer) => {
      const rest = message.subarray(1)
      if (message[0] === channels.stderr) said = `${said}${rest}`.slice(-mostSaid)
      if (message[0] === channels.end) exitCode = toEnd(rest.toString(), call.pod).exitCode
      if (message[0] === channels.stdout && rest.length > 0 && !output.push(rest)) socket.pause()
    })
    socket.on('close', () => {
      if (!output.destroyed) output.push(null)
      resolve({ exitCode, said: said.trim() })
    })
  })
  socket.on('error', () => undefined)
  socket.resume()
  return { input, output, ended }
}
