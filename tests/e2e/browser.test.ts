import { mkdirSync } from 'node:fs'
import { join, resolve } from 'node:path'
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { findChromium, launchBrowser, startBrowserSession } from '../support/browser.ts'
import { type GitServer, startGitServer } from '../support/git-server.ts'
import { createDataFolder } from '../support/platform.ts'
import { checkAccessibility, connectToSlipway, firstCommit, readGatewayPort, walk, wear } from './journey.ts'

const pictures = resolve(import.meta.dirname, '..', 'output', 'browser')
const chromium = findChromium()
if (chromium === undefined) {
  if (process.env.CI === 'true') throw new Error('Chromium is missing')
  console.log('The browser suite is skipped: no Chromium on this machine (SLIPWAY_TEST_CHROMIUM names one).')
}

describe.skipIf(chromium === undefined)('the browser session', () => {
  let data: ReturnType<typeof createDataFolder>
  let session: Awaited<ReturnType<typeof startBrowserSession>>
  let git: GitServer
  let browser: Browser
  let context: BrowserContext
  let page: Page
  const errors: string[] = []

  // A second try begins like the first.
  beforeEach(async () => {
    mkdirSync(pictures, { recursive: true })
    data = createDataFolder()
    errors.length = 0
    git = await startGitServer()
    session = await startBrowserSession(data.path)
    browser = await launchBrowser(chromium ?? '')
    context = await browser.newContext({ viewport: { width: 1440, height: 900 } })
    page = await context.newPage()
    page.on('pageerror', error => errors.push(error.message))
    page.on('console', message => {
      if (message.type() === 'error') errors.push(message.text())
    })
  })

  afterEach(async () => {
    await browser?.close()
    await session?.stop()
    await git?.close()
    data.remove()
  })

  const look = async (name: string) => {
    await page.waitForFunction(() => !document.querySelector('[data-loading]'))
    await checkAccessibility(page, name)
    for (const colorScheme of ['light', 'dark'] as const) {
      await wear(page, colorScheme)
      await page.screenshot({ path: join(pictures, `${name}-${colorScheme}.png`) })
    }
  }

  const openApp = async (path = '/') => {
    const tab = await context.newPage()
    await tab.goto(`http://blog.localhost:${await readGatewayPort(data.path)}${path}`)
    const text = await tab.content()
    await tab.close()
    return text
  }
  /** Sets a secret from elsewhere while the page shows the variables. Returns its value. */
  const plantSecret = async () => {
    const value = `planted-${crypto.randomUUID()}`
    const connection = await connectToSlipway(data.path)
    const [deployment] = await connection.client.deployments.list()
    const edit = { name: 'PLANTED', scope: 'run', isSecret: true, value } as const
    const changes = { set: [edit], remove: [] }
    await connection.client.variables.save({ id: deployment?.id ?? '', changes, apply: false })
    connection.close()
    await page.getByText('PLANTED').first().waitFor()
    return value
  }

  /** Whether the page's memory holds the text. Proves that it looks by a text that is there. */
  const findInMemory = async (text: string) => {
    const session = await context.newCDPSession(page)
    let snapshot = ''
    session.on('HeapProfiler.addHeapSnapshotChunk', ({ chunk }) => {
      snapshot += chunk
    })
    await session.send('HeapProfiler.takeHeapSnapshot')
    await session.detach()
    expect(snapshot).toContain('GREETING')
    return snapshot.includes(text)
  }

  test('goes from the first start to an open URL, through failures and a rollback, to nothing left', async () => {
    const repository = await git.createRepository('blog', firstCommit)
    await page.goto(session.url)
    const second = await startBrowserSession(data.path)
    await second.ended
    const tab = await (await browser.newContext()).newPage()
    await tab.goto(second.url)
    await tab.getByText('Deploy the sample app').first().waitFor()
    await tab.context().close()
    await walk({
      page,
      repository,
      openApp,
      look: async name => {
        await look(name)
        if (name === 'variables') expect(await findInMemory(await plantSecret())).toBe(false)
      },
    })
    for (const [name, route] of [
      ['board-empty', '/'],
      ['builds', '/builds'],
      ['activity', '/activity'],
      ['settings', '/settings'],
    ] as const) {
      await page.goto(`${new URL(session.url).origin}/#${route}`)
      await page.getByRole('main').waitFor()
      await look(name)
    }
    expect(errors).toEqual([])
  })
})
