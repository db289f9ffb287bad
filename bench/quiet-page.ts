import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as delay } from 'node:timers/promises'
import { WebSocket } from 'ws'

export interface QuietPage {
  /** Runs a function in the page and waits for what it returns. Nothing outside of it is known there. */
  evaluate<Argument, Result>(
    run: (argument: Argument) => Result,
    argument: Argument,
  ): Promise<Awaited<Result>>
  /** Runs a script as the page's own. */
  addScript(text: string): Promise<void>
  close(): Promise<void>
}

/**
 * A page of a Chromium whose traffic nobody watches. A test driver is told of every message of every WebSocket, which costs
 * the page more than the message itself.
 */
export async function openQuietPage(executable: string, url: string): Promise<QuietPage> {
  const profile = mkdtempSync(join(tmpdir(), 'slipway-bench-'))
  const chromium = spawn(
    executable,
    [
      '--headless',
      ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
      ...[
        '--disable-background-networking',
        '--disable-component-update',
        '--disable-sync',
        '--no-first-run',
      ],
      ...['--remote-debugging-port=0', `--user-data-dir=${profile}`, '--window-size=1440,900', url],
    ],
    { stdio: ['ignore', 'ignore', 'pipe'] },
  )
  const ended = once(chromium, 'exit')
  const socket = await connectTo(await readAddress(chromium.stderr))
  const waiting = new Map<number, (answer: Answer) => void>()
  socket.on('message', (data: Buffer) => {
    const answer: Answer = JSON.parse(data.toString())
    waiting.get(answer.id)?.(answer)
    waiting.delete(answer.id)
  })
  const gone = once(socket, 'close').then(() => Promise.reject(new Error('the page has gone')))
  gone.catch(() => undefined)
  let count = 0
  const ask = async (expression: string): Promise<unknown> => {
    const id = ++count
    const answered = new Promise<Answer>(resolve => waiting.set(id, resolve))
    const params = { expression, awaitPromise: true, returnByValue: true }
    socket.send(JSON.stringify({ id, method: 'Runtime.evaluate', params }))
    const { result, error } = await Promise.race([answered, gone])
    if (result === undefined || result.exceptionDetails !== undefined)
      throw new Error(JSON.stringify(error ?? result?.exceptionDetails))
    return result.result.value
  }
  // The page's first address leads to another one, which ends what is asked meanwhile.
  while ((await ask(`document.querySelector('main') !== null`).catch(() => false)) !== true) await delay(20)

  return {
    evaluate: (run, argument) => ask(`(${run})(${JSON.stringify(argument)})`) as never,
    addScript: async text => void (await ask(`${text}\n;0`)),
    async close() {
      socket.close()
      chromium.kill()
      await ended
      rmSync(profile, { recursive: true, force: true, maxRetries: 5 })
    },
  }
}

interface Answer {
  readonly id: number
  readonly result?: { readonly result: { readonly value: unknown }; readonly exceptionDetails?: unknown }
  readonly error?: unknown
}

/** The port that Chromium says it listens on. */
async function readAddress(output: NodeJS.ReadableStream): Promise<string> {
  for await (const line of createInterface({ input: output })) {
    const address = /^DevTools listening on ws:\/\/([^/]+)/.exec(line)?.[1]
    if (address !== undefined) return address
  }
  throw new Error('Chromium ended before it listened')
}

async function connectTo(address: string): Promise<WebSocket> {
  const answer = await fetch(`http://${address}/json/list`)
  const targets = (await answer.json()) as readonly { type: string; webSocketDebuggerUrl: string }[]
  const page = targets.find(({ type }) => type === 'page')
  if (page === undefined) throw new Error('Chromium has no page')
  const socket = new WebSocket(page.webSocketDebuggerUrl, { maxPayload: 2 ** 28 })
  await once(socket, 'open')
  return socket
}
