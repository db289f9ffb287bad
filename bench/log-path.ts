import { readFile, writeFile } from 'node:fs/promises'
import { request } from 'node:http'
import { join } from 'node:path'
import { connectControl } from '../electron/rpc/control-socket.ts'
import { findChromium, startBrowserSession } from '../tests/support/browser.ts'
import { createDataFolder } from '../tests/support/platform.ts'
import { openQuietPage, type QuietPage } from './quiet-page.ts'
import { type Result, toResult } from './result.ts'

const rounds = 5
/** Less than a spool holds: nothing is dropped, however far the console is behind. */
const megabytes = 32
const wantedPerSecond = 20

/** As long as the lines of an access log. Each round has lines of its own, so that nothing of the round before counts. */
const lineOf = `(round, number) => \`\${round} 127.0.0.1 - - "GET /products/\${number} HTTP/1.1" 200 5120 "-" "Mozilla/5.0 (X11; Linux x86_64) bench" \${number % 97} ms\``

/** Writes so many megabytes when it is asked to, as fast as the pipe takes them, and how many lines that was. */
const app = {
  'package.json': JSON.stringify({ name: 'flood', private: true, scripts: { start: 'node server.js' } }),
  'server.js': `
    const line = ${lineOf}
    require('http').createServer((request, response) => {
      const [, round, megabytes] = request.url.split('/')
      let number = 0, left = megabytes * 1e6
      const write = () => {
        let text = ''
        while (text.length < 65536 && left > 0) {
          const next = line(round, ++number) + '\\n'
          text += next
          left -= next.length
        }
        if (text !== '') return void process.stdout.write(text, write)
        response.end(String(number))
      }
      if (megabytes === undefined) response.end()
      else write()
    }).listen(process.env.PORT)`,
}

/**
 * From an app's write to the drawn line in the console of the built page, by way of supervisor, spool, store and WebSocket,
 * against the same text, with its times as the console draws them, given to a terminal of the same size in the same page.
 */
export async function benchLogPath(): Promise<Result[]> {
  const chromium = findChromium()
  if (chromium === undefined) throw new Error('the log bench needs Chromium')
  const data = createDataFolder()
  const sources = createDataFolder()
  for (const [name, text] of Object.entries(app)) await writeFile(join(sources.path, name), text)
  const session = await startBrowserSession(data.path)
  const page = await openQuietPage(chromium, session.url)
  const ours: number[] = []
  const reference: number[] = []
  try {
    const control = await connectControl(data.path)
    if (control === undefined) throw new Error('the session does not answer')
    const { client } = control
    const address = sources.path
    const created = await client.deployments.create({
      source: { kind: 'folder', address },
      branch: '',
      name: 'flood',
      port: null,
      planEdits: {},
    })
    for await (const _change of await client.changes.watch()) {
      const one = await client.deployments.get({ id: created.id })
      if (one.health.ready === 1) break
      if (one.failure) throw new Error(one.failure.message)
    }
    const { gatewayPort } = await client.session.info()
    await noteAcknowledgements(page)
    await openLog(page, created.id)
    await addTerminal(page)
    const log = { kind: 'runtime', id: created.id } as const
    let last = (await client.logs.read({ log, limit: 1 })).last
    for (let round = 0; round < rounds; round++) {
      reference.push(await feedTerminal(page, round))
      const began = performance.now()
      last += await flood(gatewayPort, `/${round}/${megabytes}`)
      await page.evaluate(seq => (globalThis as unknown as Noted).untilTakenIn(seq), last)
      await untilShown(page, (await client.logs.read({ log, limit: 1 })).lines[0]?.text ?? '')
      ours.push(performance.now() - began)
      last = (await client.logs.read({ log, limit: 1 })).last
    }
    control.close()
  } finally {
    await page.close()
    await session.stop()
    data.remove()
    sources.remove()
  }
  const name = `${megabytes} MB of log, from process to console`
  const perSecond = (series: readonly number[]) =>
    series.map(ms => ((megabytes * 1000) / ms).toFixed(1)).join(', ')
  console.log(`MB/s: ${perSecond(ours)}; a terminal alone: ${perSecond(reference)}`)
  return [
    toResult({ name: `${name}, to a terminal alone`, unit: 'ms', aim: 1 / 0.9 }, { ours, reference }),
    toResult(
      { name: `${name}, to ${wantedPerSecond} MB/s`, unit: 'ms', aim: 1 },
      { ours, reference: ours.map(() => (megabytes * 1000) / wantedPerSecond) },
    ),
  ]
}

interface Noted {
  /** Resolves when the line was acknowledged. */
  untilTakenIn: (seq: number) => Promise<void>
}

/** A line is acknowledged when the terminal has taken it in. */
function noteAcknowledgements(page: QuietPage): Promise<void> {
  return page.evaluate(() => {
    let last = 0
    let wake = () => {}
    Object.assign(globalThis, {
      async untilTakenIn(seq: number) {
        while (last < seq)
          await new Promise<void>(resolve => {
            wake = resolve
          })
      },
    })
    const { send } = WebSocket.prototype
    WebSocket.prototype.send = function (message) {
      const seq = typeof message === 'string' ? /"seq":(\d+)/.exec(message)?.[1] : undefined
      if (seq !== undefined) {
        last = Math.max(last, Number(seq))
        wake()
      }
      send.call(this, message)
    }
  }, undefined)
}

function openLog(page: QuietPage, id: string): Promise<void> {
  return page.evaluate(async hash => {
    location.hash = hash
    while (document.querySelector('.xterm') === null) await new Promise(requestAnimationFrame)
  }, `#/deployments/${id}/log`)
}

/** Where the DOM draws the terminal, whether a line is in the picture can be seen. */
function untilShown(page: QuietPage, text: string): Promise<void> {
  return page.evaluate(
    async wanted => {
      for (;;) {
        const rows = document.querySelector('.xterm-rows')
        if (rows === null || rows.textContent?.replaceAll('\u00a0', ' ').includes(wanted)) return
        await new Promise(requestAnimationFrame)
      }
    },
    text.slice(0, 60),
  )
}

const modules = join(import.meta.dirname, '..', 'node_modules', '@xterm')

async function addTerminal(page: QuietPage): Promise<void> {
  await page.addScript(await readFile(join(modules, 'xterm', 'lib', 'xterm.js'), 'utf8'))
  await page.addScript(await readFile(join(modules, 'addon-webgl', 'lib', 'addon-webgl.js'), 'utf8'))
}

/** Milliseconds for the text of a round, in pieces of 64 kB, a few of which are on their way at a time. */
function feedTerminal(page: QuietPage, round: number): Promise<number> {
  return page.evaluate(
    async ({ round, bytes, source }) => {
      const { Terminal } = globalThis as unknown as { Terminal: typeof import('@xterm/xterm').Terminal }
      const { WebglAddon } = (globalThis as unknown as { WebglAddon: { WebglAddon: new () => never } })
        .WebglAddon
      const line = new Function(`return ${source}`)() as (round: number, number: number) => string
      const pieces: string[] = []
      for (let left = bytes, number = 0; left > 0; ) {
        let text = ''
        while (text.length < 65_536 && left > 0) {
          const next = line(round, ++number)
          text += `\x1b[38;5;16m14:03:07.${100 + (number % 900)}\x1b[0m  ${next}\r\n`
          left -= next.length + 1
        }
        pieces.push(text)
      }
      const shown = document.querySelector('.xterm')
      const parent = document.createElement('div')
      Object.assign(parent.style, { position: 'fixed', inset: '0', zIndex: '1000' })
      document.body.append(parent)
      const { width, height } = shown?.getBoundingClientRect() ?? { width: 1000, height: 600 }
      const terminal = new Terminal({
        cols: Math.floor(width / 7.2),
        rows: Math.floor(height / 21),
        fontSize: 12,
        lineHeight: 1.5,
        scrollback: 50_000,
      })
      terminal.open(parent)
      // As the console draws: with the graphics card, where there is one.
      if (document.querySelector('.xterm .xterm-rows') === null) terminal.loadAddon(new WebglAddon())
      const began = performance.now()
      let drawn = 0
      let wake = () => {}
      for (const [index, piece] of pieces.entries()) {
        terminal.write(piece, () => {
          drawn++
          wake()
        })
        while (index - drawn > 8)
          await new Promise<void>(resolve => {
            wake = resolve
          })
      }
      while (drawn < pieces.length)
        await new Promise<void>(resolve => {
          wake = resolve
        })
      const took = performance.now() - began
      terminal.dispose()
      parent.remove()
      return took
    },
    { round, bytes: megabytes * 1e6, source: lineOf },
  )
}

/** Resolves with the number of lines when the app has written them all. */
function flood(gatewayPort: number, path: string): Promise<number> {
  return new Promise((resolve, reject) => {
    request(
      { host: '127.0.0.1', port: gatewayPort, path, headers: { host: 'flood.localhost' } },
      response => {
        let body = ''
        response.on('data', chunk => {
          body += chunk
        })
        response.once('end', () => resolve(Number(body)))
      },
    )
      .once('error', reject)
      .end()
  })
}
