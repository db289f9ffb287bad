import { mkdirSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { describe, expect, test } from 'vitest'
import { findChromium, launchBrowser, startBrowserSession } from '../support/browser.ts'
import { findElectron, launchElectron } from '../support/electron.ts'
import { createDataFolder } from '../support/platform.ts'
import { startFullGitHub, walkGitHub } from './github-journey.ts'
import { checkAccessibility, wear } from './journey.ts'

const pictures = resolve(import.meta.dirname, '..', 'output', 'github')
const chromium = findChromium()
const runtime = await findElectron()

describe('GitHub: sign in, pick, deploy, push, sign out', () => {
  test.skipIf(chromium === undefined)('in the browser session', async () => {
    mkdirSync(pictures, { recursive: true })
    const data = createDataFolder()
    const { github, repository } = await startFullGitHub()
    const session = await startBrowserSession(data.path)
    const browser = await launchBrowser(chromium ?? '')
    try {
      const context = await browser.newContext({ viewport: { width: 1440, height: 900 } })
      const page = await context.newPage()
      const errors: string[] = []
      page.on('pageerror', error => errors.push(error.message))
      page.on('console', message => {
        if (message.type() === 'error') errors.push(message.text())
      })
      const look = async (name: string) => {
        await page.waitForFunction(() => !document.querySelector('[data-loading]'))
        await checkAccessibility(page, name)
        for (const colorScheme of ['light', 'dark'] as const) {
          await wear(page, colorScheme)
          await page.screenshot({ path: join(pictures, `${name}-${colorScheme}.png`) })
        }
      }
      await page.goto(session.url)
      await walkGitHub({ page, github, repository, dataFolder: data.path, look })
      expect(errors).toEqual([])
    } finally {
      await browser.close()
      await session.stop()
      await github.close()
      data.remove()
    }
  })

  test.skipIf('missing' in runtime)('in the window', async () => {
    if ('missing' in runtime) return
    const data = createDataFolder()
    const { github, repository } = await startFullGitHub()
    const session = await launchElectron({ runtime, dataFolder: data.path })
    try {
      const look = async () => {}
      await walkGitHub({ page: session.page, github, repository, dataFolder: data.path, look })
    } finally {
      await session.close()
      await github.close()
      data.remove()
    }
  })
})
