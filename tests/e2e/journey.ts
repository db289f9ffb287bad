import { AxeBuilder } from '@axe-core/playwright'
import type { Page } from 'playwright-core'
import { expect } from 'vitest'
import { type ControlConnection, connectControl, whenListening } from '../../electron/rpc/control-socket.ts'
import type { GitRepository } from '../support/git-server.ts'

const server = (body: string) => ({
  'package.json': JSON.stringify({
    name: 'blog',
    private: true,
    scripts: { build: 'node build.js', start: 'node server.js' },
  }),
  'build.js': "console.log('built the pages')",
  'server.js': `
    const http = require('node:http')
    http.createServer((request, response) => {
      if (request.url === '/crash') process.exit(7)
      response.setHeader('content-type', 'text/html')
      const { GREETING = '', API_TOKEN = 'none' } = process.env
      response.end('<h1>${body}</h1>' + GREETING + ' token ' + API_TOKEN)
    }).listen(process.env.PORT, () => console.log('the blog is up'))
  `,
})

export const firstCommit = server('Hello')
export const laterCommit = server('Moin')

const patience = 30_000

/** Waits until the window shows the text. The error of one that never comes says what is shown instead. */
const sees = (page: Page, text: string | RegExp, timeout = patience) =>
  page
    .getByText(text)
    .first()
    .waitFor({ timeout })
    .catch(async error => {
      const shown = await page.locator('body').innerText()
      throw new Error(`"${text}" was never shown, but: ${shown.replace(/\s+/g, ' ')}`, { cause: error })
    })

/**
 * From the first start to nothing left: deploy a repository by its URL, follow its build, open it, a failed build, a crash
 * loop, a rollback, a removal. The same for the browser session and the window. `openApp` reads a page of the app.
 */
export async function walk(deps: {
  page: Page
  repository: GitRepository
  openApp: (path?: string) => Promise<string>
  look: (name: string) => Promise<void>
}): Promise<void> {
  const { page, repository, openApp, look } = deps
  const header = page.getByRole('main')

  await sees(page, 'Deploy the sample app')
  await look('first-start')
  await page
    .getByRole('button', { name: 'Deploy a repository' })
    .or(page.getByRole('link', { name: 'Deploy a repository' }))
    .click()
  await page.getByLabel('Address of a git repository, or path of a folder').fill(repository.url)
  await page.keyboard.press('Enter')
  await page
    .getByRole('region', { name: 'Branch' })
    .getByRole('button', { name: 'Continue' })
    .click({ timeout: patience })
  await sees(page, 'npm run build')
  await look('wizard-plan')
  await page
    .getByRole('region', { name: 'How it is built and started' })
    .getByRole('button', { name: 'Continue' })
    .click({ timeout: patience })
  await look('wizard-variables')
  await page.getByRole('button', { name: 'Continue without' }).click()
  await page.getByRole('region', { name: 'Before the first deploy' }).waitFor()
  await look('wizard-deploy')
  await page.getByRole('button', { name: 'I understand, deploy' }).click()

  await page.getByRole('region', { name: /build/i }).first().waitFor({ timeout: patience })
  await sees(page, /^Live/)
  await look('build')
  expect(await openApp()).toContain('Hello')

  await page.getByRole('link', { name: 'Log', exact: true }).click()
  await page.locator('.xterm-screen').waitFor({ timeout: patience })
  await look('log')

  await page.getByRole('link', { name: 'Variables' }).click()
  await sees(page, 'No variables yet')
  await page.getByRole('button', { name: 'Paste .env' }).click()
  await page.getByLabel('Text of the file').fill('GREETING=to all\nAPI_TOKEN="t0ken of the app"')
  await look('variables-paste')
  await page.getByRole('button', { name: 'Save 2 variables' }).click()
  await page.getByRole('button', { name: 'Apply now' }).click()
  await expect.poll(() => openApp(), { timeout: patience }).toContain('to all token t0ken of the app')
  await page.getByRole('button', { name: 'Change API_TOKEN' }).click()
  await look('variables')

  await repository.commit(server('Welcome'), 'Greet warmly')
  await page.getByRole('link', { name: 'Overview' }).click()
  await header.getByRole('button', { name: 'Deploy', exact: true }).click()
  await expect.poll(() => openApp(), { timeout: patience }).toContain('Welcome')

  await repository.commit(
    { 'build.js': "console.error('no such theme: plain'); process.exit(3)" },
    'Break the build',
  )
  await header.getByRole('button', { name: 'Deploy', exact: true }).click()
  await sees(page, /npm run build exited with code 3/)
  expect(await openApp()).toContain('Welcome')
  await look('failed-build')

  await page.getByRole('button', { name: /Roll back to .* release 1/ }).click()
  await expect.poll(() => openApp(), { timeout: patience }).toContain('Hello')
  await look('rolled-back')

  for (let crash = 0; crash < 5; crash++) {
    await expect.poll(() => openApp(), { timeout: patience }).toContain('Hello')
    await openApp('/crash')
  }
  await sees(page, /^Failed/)
  await sees(page, /exited with code 7/)
  expect(await openApp()).toContain('exited with code 7')
  await look('crash-loop')

  await page.getByRole('link', { name: 'Settings', exact: true }).last().click()
  await look('deployment-settings')
  await page.getByRole('region', { name: 'Remove' }).getByRole('button').click()
  const dialog = page.getByRole('dialog')
  await dialog.getByLabel(/Type .* to remove it/).fill('blog')
  await look('remove-dialog')
  await dialog.getByRole('button', { name: /Remove/ }).click()
  await sees(page, /nothing is left/i, 3 * patience)
  await look('removed')
}

/** Changes the theme, and waits until the page wears it. */
export async function wear(page: Page, colorScheme: 'light' | 'dark'): Promise<void> {
  await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
  await page.locator(`html[data-mantine-color-scheme=${colorScheme}]`).waitFor({ state: 'attached' })
}

/** axe finds nothing on the page, in light and dark. No page has a frame; for those, axe would open a page at each look. */
export async function checkAccessibility(page: Page, name: string): Promise<void> {
  for (const colorScheme of ['light', 'dark'] as const) {
    await wear(page, colorScheme)
    const { violations } = await new AxeBuilder({ page }).setLegacyMode().analyze()
    const found = violations.map(
      one => `${one.id}: ${one.nodes.map(node => node.target.join(' ')).join(' | ')}`,
    )
    expect(found, `${name}, ${colorScheme}`).toEqual([])
  }
}

/** To the Slipway of the data folder, which may be starting: a window is there before its Slipway listens. */
export async function connectToSlipway(dataFolder: string): Promise<ControlConnection> {
  const connection = await whenListening(
    () => connectControl(dataFolder),
    async running => running,
  )
  if (!connection) throw new Error('no Slipway runs on the data folder')
  return connection
}

/** As the running Slipway of the data folder tells it. */
export async function readGatewayPort(dataFolder: string): Promise<number> {
  const connection = await connectToSlipway(dataFolder)
  const { gatewayPort } = await connection.client.session.info()
  connection.close()
  return gatewayPort
}
