import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { type Browser, chromium } from 'playwright-core'

const root = resolve(import.meta.dirname, '..', '..')
const places = [
  '/usr/bin/chromium',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
]

/** A Chromium of this machine; `SLIPWAY_TEST_CHROMIUM` names another. Undefined when there is none. */
export function findChromium(): string | undefined {
  return [process.env.SLIPWAY_TEST_CHROMIUM ?? '', ...places].find(path => path !== '' && existsSync(path))
}

export function launchBrowser(executablePath: string): Promise<Browser> {
  const isRoot = process.getuid?.() === 0
  return chromium.launch({
    executablePath,
    args: [
      ...(isRoot ? ['--no-sandbox'] : []),
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-quic',
      '--disable-sync',
    ],
  })
}

/** The built browser session as its own process, as `npm start` runs it. */
export async function startBrowserSession(
  dataFolder: string,
  env: Readonly<Record<string, string>> = {},
): Promise<{ url: string; stop(): Promise<void>; ended: Promise<void> }> {
  const child = spawn(process.execPath, [join(root, 'out', 'main', 'serve.js'), '--no-open', '--port', '0'], {
    env: { ...process.env, ...env, SLIPWAY_DATA: dataFolder },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const exited = new Promise<void>(resolve => child.once('exit', () => resolve()))
  const url = await readUrl(child)
  return {
    url,
    ended: exited,
    stop: async () => {
      child.kill('SIGTERM')
      await exited
    },
  }
}

function readUrl(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let output = ''
    const read = (chunk: Buffer) => {
      output += chunk.toString()
      const url = /http:\/\/\S+/.exec(output)?.[0]
      if (url !== undefined && output.includes('\n')) resolve(url)
    }
    child.stdout?.on('data', read)
    child.stderr?.on('data', read)
    child.once('exit', code => reject(new Error(`the browser session ended with ${code}:\n${output}`)))
  })
}
