import { spawn } from 'node:child_process'
import { once } from 'node:events'
import type { Readable } from 'node:stream'

export interface Display {
  readonly name: string
  dispose(): Promise<void>
}

/** The display there is, else a virtual one of our own. Fails where there is neither. */
export async function openDisplay(): Promise<Display> {
  const existing = process.env.DISPLAY
  if (existing) return { name: existing, dispose: async () => {} }
  const server = spawn(
    'Xvfb',
    ['-displayfd', '3', '-noreset', '-screen', '0', '1440x900x24', '-nolisten', 'tcp'],
    {
      stdio: ['ignore', 'ignore', 'ignore', 'pipe'],
    },
  )
  const numbers = server.stdio[3] as Readable
  const number = await new Promise<string>((resolve, reject) => {
    server.once('error', reject)
    server.once('exit', code => reject(new Error(`Xvfb ended with code ${code}`)))
    numbers.once('data', (chunk: Buffer) => resolve(chunk.toString().trim()))
  })
  return {
    name: `:${number}`,
    async dispose() {
      if (server.exitCode !== null || server.signalCode !== null) return
      const ended = once(server, 'exit')
      server.kill()
      await ended
    },
  }
}
