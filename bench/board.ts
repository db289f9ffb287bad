import { join } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { openDatabase } from '../electron/database/open.ts'
import { findChromium, launchBrowser, startBrowserSession } from '../tests/support/browser.ts'
import { createDataFolder } from '../tests/support/platform.ts'
import { fill } from './queries.ts'
import { type Result, toResult } from './result.ts'

const rounds = 5
const aims = { rowsMs: 1000, frameMs: 1000 / 55, typingMs: 50, heapMb: 150 }
const scrolledFrames = 180
const typed = ['app-12', 'app-499', 'hello', 'main', '3f2']

/**
 * The board of the built page with 5,000 deployments and 100,000 builds in the database of a browser session: until rows are
 * drawn, frames while it is scrolled, from a key to the narrowed list, and memory. The reference is what each may take.
 */
export async function benchBoard(): Promise<Result[]> {
  const chromium = findChromium()
  if (chromium === undefined) throw new Error('the board bench needs Chromium')
  const data = createDataFolder()
  const database = openDatabase(join(data.path, 'slipway.db'))
  fill(database.sqlite, { isStopped: true })
  database.close()
  const session = await startBrowserSession(data.path)
  const browser = await launchBrowser(chromium)
  const samples = {
    rowsMs: [] as number[],
    frameMs: [] as number[],
    typingMs: [] as number[],
    heapMb: [] as number[],
  }
  try {
    const signedIn = await browser.newContext()
    const first = await signedIn.newPage()
    await first.goto(session.url)
    await first.locator('[data-row-link]').first().waitFor()
    await first.close()
    for (let round = 0; round < rounds; round++) {
      const page = await openBoard(signedIn, new URL(session.url).origin)
      samples.rowsMs.push(await page.evaluate(() => (window as unknown as { rowsAt: number }).rowsAt))
      samples.frameMs.push(await measureScroll(page))
      samples.typingMs.push(await measureTyping(page))
      samples.heapMb.push(await measureHeap(page))
      await page.close()
    }
  } finally {
    await browser.close()
    await session.stop()
    data.remove()
  }
  const result = (name: string, key: keyof typeof samples, unit: 'ms' | 'MB') =>
    toResult({ name, unit, aim: 1 }, { ours: samples[key], reference: [aims[key]] })
  return [
    result('board of 5,000: until rows are drawn', 'rowsMs', 'ms'),
    result('board of 5,000: p95 of frames while it scrolls', 'frameMs', 'ms'),
    result('board of 5,000: p99 from a key to the rows', 'typingMs', 'ms'),
    result('board of 5,000: heap of the page', 'heapMb', 'MB'),
  ]
}

/** Notes when the first row is there, in ms since the page was asked for. Waits until all are. */
async function openBoard(context: Awaited<ReturnType<Browser['newContext']>>, url: string): Promise<Page> {
  const page = await context.newPage()
  await page.addInitScript(() => {
    const look = () => {
      if (document.querySelector('[data-row-link]') === null) return void requestAnimationFrame(look)
      Object.assign(window, { rowsAt: performance.now() })
    }
    requestAnimationFrame(look)
  })
  await page.goto(url)
  await page.getByRole('button', { name: /^All 5000$/ }).waitFor()
  return page
}

function measureScroll(page: Page): Promise<number> {
  return page.evaluate(async frames => {
    const scroller = document.querySelector('ul[aria-label="Deployments"]')?.parentElement
    const nextFrame = () => new Promise<number>(resolve => requestAnimationFrame(resolve))
    const times: number[] = []
    let before = await nextFrame()
    for (let frame = 0; frame < frames; frame++) {
      scroller?.scrollBy(0, 300)
      const now = await nextFrame()
      times.push(now - before)
      before = now
    }
    times.sort((a, b) => a - b)
    return times[Math.ceil(frames * 0.95) - 1] ?? Number.NaN
  }, scrolledFrames)
}

/** From the event of a key to the frame after the list was drawn for it. */
async function measureTyping(page: Page): Promise<number> {
  const field = page.getByRole('textbox', { name: 'Filter deployments' })
  const times: number[] = []
  await page.evaluate(() => {
    const found: number[] = []
    Object.assign(window, { keyTimes: found })
    document.addEventListener('input', event => {
      const began = event.timeStamp
      requestAnimationFrame(() => setTimeout(() => found.push(performance.now() - began)))
    })
  })
  for (const text of typed) {
    await field.fill('')
    await field.pressSequentially(text)
  }
  times.push(...(await page.evaluate(() => (window as unknown as { keyTimes: number[] }).keyTimes)))
  times.sort((a, b) => a - b)
  return times[Math.ceil(times.length * 0.99) - 1] ?? Number.NaN
}

async function measureHeap(page: Page): Promise<number> {
  const session = await page.context().newCDPSession(page)
  await session.send('HeapProfiler.collectGarbage')
  const { usedSize } = await session.send('Runtime.getHeapUsage')
  await session.detach()
  return usedSize / 1e6
}
