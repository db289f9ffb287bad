import { existsSync, readFileSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { build, preview } from 'vite'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import rendererConfig from '../../renderer/vite.config.ts'
import { findChromium, launchBrowser } from '../support/browser.ts'
import { startStandIn } from '../support/contract-stand-in.ts'
import { createDataFolder } from '../support/platform.ts'

const chromium = findChromium()
if (chromium === undefined) {
  if (process.env.CI === 'true') throw new Error('Chromium is missing')
  console.log('The pictures suite is skipped: no Chromium on this machine (SLIPWAY_TEST_CHROMIUM names one).')
}

const root = resolve(import.meta.dirname, '..', '..')
const folder = join(root, 'docs', 'pictures')
/** `SLIPWAY_NEW_PICTURES=1` takes them anew: look at them, then commit them. */
const areTaken = process.env.SLIPWAY_NEW_PICTURES === '1'
const at = Date.UTC(2026, 10, 25, 14, 30)

/** Cells of a picture, whose mean colours are compared: fonts and their edges differ between computers, a page does not. */
const cells = { across: 72, down: 45 }
/** Of 255: a cell that differs by more is another one. */
const most = 14
const mostOthers = 0.03

const names = ['board', 'deployment', 'failure', 'builds', 'log', 'new', 'clusters', 'cluster', 'settings']
const shots = names.flatMap(name => (['light', 'dark'] as const).map(scheme => ({ name, scheme })))

describe.skipIf(chromium === undefined)('pages look as in docs/pictures', () => {
  let browser: Browser
  let standIn: Awaited<ReturnType<typeof startStandIn>>

  beforeAll(async () => {
    standIn = await startStandIn({
      state: 'varied',
      rendererFolder: join(root, 'out', 'renderer'),
      now: at,
    })
    browser = await launchBrowser(chromium ?? '')
  })

  afterAll(async () => {
    await browser?.close()
    await standIn?.dispose()
  })

  test.each(shots)('$name, $scheme', async ({ name, scheme }) => {
    const page = await openPage(scheme)
    const { blog = '', api = '' } = standIn.ids
    const paths: Record<string, string> = {
      ...{ board: '/', deployment: `/deployments/${blog}`, failure: `/deployments/${api}` },
      ...{ builds: '/builds', log: `/deployments/${blog}/log`, new: '/new', clusters: '/clusters' },
      ...{ cluster: `/clusters/${standIn.clusterIds['prod-k3s']}`, settings: '/settings' },
    }
    await page.goto(`${standIn.url}#${paths[name]}`)
    await page.waitForFunction(
      () =>
        !document.querySelector('main [aria-busy="true"]') &&
        (document.querySelector('main')?.innerText.length ?? 0) > 30,
    )
    await page.evaluate(async () => {
      await document.fonts.ready
      for (let frame = 0; frame < 10; frame++) await new Promise(requestAnimationFrame)
    })
    await expectAsBefore(page, name, scheme)
  })

  test.each(['light', 'dark'] as const)('every primitive in every state, %s', async scheme => {
    const folder = createDataFolder()
    await buildStates(folder.path)
    const served = await preview({
      configFile: false,
      logLevel: 'warn',
      build: { outDir: folder.path },
      preview: { port: 0 },
    })
    try {
      const page = await openPage(scheme)
      await page.setViewportSize({ width: 1440, height: 2660 })
      await page.goto(`${served.resolvedUrls?.local[0]}states/index.html`)
      await page.getByText('Dialog that failed').waitFor()
      await expectAsBefore(page, 'states', scheme)
    } finally {
      await served.close()
      folder.remove()
    }
  })

  async function expectAsBefore(page: Page, name: string, scheme: 'light' | 'dark') {
    const picture = await page.screenshot()
    const file = join(folder, `${name}-${scheme}.png`)
    if (areTaken) await writeFile(file, picture)
    if (!existsSync(file)) throw new Error(`There is no ${file}: take it with SLIPWAY_NEW_PICTURES=1.`)
    const others = await compare(page, readFileSync(file), picture)
    await page.context().close()
    expect(others, 'the share of the page that looks otherwise').toBeLessThan(mostOthers)
  }

  async function openPage(colorScheme: 'light' | 'dark'): Promise<Page> {
    const context = await browser.newContext({
      ...{ viewport: { width: 1440, height: 900 }, colorScheme, reducedMotion: 'reduce' },
      ...{ timezoneId: 'UTC', locale: 'en-US' },
    })
    const page = await context.newPage()
    await page.clock.setFixedTime(at)
    return page
  }
})

/** `renderer/states` is no part of the product's bundle. */
const buildStates = (outDir: string) =>
  build({
    ...rendererConfig,
    configFile: false,
    logLevel: 'warn',
    build: {
      ...rendererConfig.build,
      outDir,
      rolldownOptions: { input: join(root, 'renderer', 'states', 'index.html') },
    },
  })

/** The share of cells that differ. */
function compare(page: Page, before: Buffer, after: Buffer): Promise<number> {
  const pictures = [before, after].map(one => `data:image/png;base64,${one.toString('base64')}`)
  return page.evaluate(
    async ({ pictures, cells: { across, down }, most }) => {
      const [a, b] = await Promise.all(
        pictures.map(async url => {
          const image = new Image()
          image.src = url
          await image.decode()
          const canvas = new OffscreenCanvas(across, down)
          const context = canvas.getContext('2d')
          if (context === null) throw new Error('no canvas')
          context.imageSmoothingQuality = 'high'
          context.drawImage(image, 0, 0, across, down)
          return context.getImageData(0, 0, across, down).data
        }),
      )
      let others = 0
      for (let cell = 0; cell < across * down; cell++) {
        const parts = [0, 1, 2].map(part =>
          Math.abs((a?.[cell * 4 + part] ?? 0) - (b?.[cell * 4 + part] ?? 0)),
        )
        if (Math.max(...parts) > most) others++
      }
      return others / (across * down)
    },
    { pictures, cells, most },
  )
}
