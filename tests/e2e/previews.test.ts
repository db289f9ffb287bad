import { mkdirSync } from 'node:fs'
import { join, resolve } from 'node:path'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { findChromium, launchBrowser, startBrowserSession } from '../support/browser.ts'
import { findElectron, launchElectron } from '../support/electron.ts'
import { type GitHubStandIn, startGitHub } from '../support/github/github.ts'
import { createDataFolder, getThroughGateway } from '../support/platform.ts'
import {
  checkAccessibility,
  connectToSlipway,
  firstCommit,
  laterCommit,
  readGatewayPort,
  wear,
} from './journey.ts'

const pictures = resolve(import.meta.dirname, '..', 'output', 'previews')
const chromium = findChromium()
const runtime = await findElectron()
const patience = 30_000

interface Surface {
  readonly page: Page
  /** What the page complained of. */
  readonly errors: readonly string[]
  look(name: string): Promise<void>
  close(): Promise<void>
}

async function openBrowserSession(dataFolder: string): Promise<Surface> {
  const session = await startBrowserSession(dataFolder)
  const browser = await launchBrowser(chromium ?? '')
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 } })
  const page = await context.newPage()
  const errors: string[] = []
  page.on('pageerror', error => errors.push(error.message))
  page.on('console', message => {
    if (message.type() === 'error') errors.push(message.text())
  })
  await page.goto(session.url)
  return {
    ...{ page, errors },
    async look(name) {
      await page.waitForFunction(() => !document.querySelector('[data-loading]'))
      await checkAccessibility(page, name)
      for (const colorScheme of ['light', 'dark'] as const) {
        await wear(page, colorScheme)
        await page.screenshot({ path: join(pictures, `${name}-${colorScheme}.png`) })
      }
    },
    async close() {
      await browser.close()
      await session.stop()
    },
  }
}

async function openWindow(dataFolder: string): Promise<Surface> {
  if ('missing' in runtime) throw new Error(runtime.missing)
  const { page, close } = await launchElectron({ runtime, dataFolder })
  const errors: string[] = []
  page.on('pageerror', error => errors.push(error.message))
  return { page, errors, look: async () => {}, close }
}

describe.skipIf(chromium === undefined)('in the browser', () => walkRepository(openBrowserSession))
describe.skipIf('missing' in runtime)('in the window', () => walkRepository(openWindow))

/** What a deployment does with its repository. */
function walkRepository(openSurface: (dataFolder: string) => Promise<Surface>): void {
  const data = createDataFolder()
  let github: GitHubStandIn
  let listed: Awaited<ReturnType<GitHubStandIn['addRepository']>>
  let surface: Surface
  let page: Page
  let id = ''

  beforeAll(async () => {
    mkdirSync(pictures, { recursive: true })
    github = await startGitHub()
    github.addUser('octo-ana')
    listed = await github.addRepository('octo-ana/blog', { isPrivate: true, files: firstCommit })
    await listed.git?.git('checkout', '-q', '-B', 'greeting')
    await listed.git?.commit(laterCommit, 'Say it in another way')
    await listed.git?.git('push', '-q', 'origin', 'HEAD:refs/pull/7/head', 'HEAD:refs/pull/8/head')
    const updatedAt = new Date().toISOString()
    listed.pulls.push(
      { number: 7, title: 'Say Moin', head: 'greeting', updatedAt },
      { number: 8, title: 'From elsewhere', head: 'greeting', fork: { login: 'mallory' }, updatedAt },
    )
    surface = await openSurface(data.path)
    page = surface.page
    const connection = await connectToSlipway(data.path)
    const { client } = connection
    await client.settings.update({ localConsentAt: 1 })
    const token = github.issueToken('octo-ana', ['repo'])
    await client.accounts.signInWithToken({ baseUrl: github.address, token })
    const source = { kind: 'git', address: `${github.address}/octo-ana/blog.git` } as const
    const made = { source, branch: '', name: 'blog', port: null, planEdits: {} }
    id = (await client.deployments.create(made)).id
    connection.close()
  })
  afterAll(async () => {
    await surface?.close()
    await github?.close()
    data.remove()
  })

  const open = (path: string) =>
    page.evaluate(to => {
      location.hash = to
    }, path)
  const look = (name: string) => surface.look(name)
  const section = (name: string) => page.getByRole('region', { name, exact: true })
  const sees = (name: string, text: string | RegExp) =>
    section(name).getByText(text).first().waitFor({ timeout: patience })
  const flip = (name: string) => section(name).getByRole('switch').click({ timeout: patience })

  test('pushes are switched on with paths, which stay after a reload, and off', async () => {
    await open(`/deployments/${id}/settings`)
    await flip('Deploy on push')
    await section('Deploy on push').getByLabel('Only when these change').fill('server.js lib')
    await section('Deploy on push').getByRole('button', { name: 'Save paths' }).click()
    await page.getByText('Saved. It holds for the next push.').waitFor({ timeout: patience })
    await sees('Deploy on push', /^Looked for a push/)
    await page.reload()
    const paths = section('Deploy on push').getByLabel('Only when these change')
    await paths.waitFor({ timeout: patience })
    expect(await paths.inputValue()).toBe('server.js lib')
    await paths.fill('../up')
    await section('Deploy on push').getByRole('button', { name: 'Save paths' }).click()
    await sees('Deploy on push', /lies in the repository/)
    await flip('Deploy on push')
    await paths.waitFor({ state: 'detached', timeout: patience })
  })

  test('GitHub is told where it runs, until that is switched off', async () => {
    await sees('Status at GitHub', /^GitHub shows \w{7} as live\.$/)
    await flip('Status at GitHub')
    await section('Status at GitHub')
      .getByText(/^GitHub shows/)
      .waitFor({ state: 'detached', timeout: patience })
    await expect
      .poll(() => listed.deployments.at(0)?.statuses.at(-1)?.state, { timeout: patience })
      .toBe('inactive')
  })

  test('pull requests have previews, on the page and the board, until that is switched off', async () => {
    await sees('Previews', /Requests from forks get none here/)
    await flip('Previews')
    await sees('Previews', 'blog-pr-7')
    await sees('Previews', /^No preview\. It comes from another repository/)
    await section('Previews').scrollIntoViewIfNeeded()
    await look('settings')
    const request = section('Previews').getByRole('link', { name: '#7 Say Moin' })
    expect(await request.getAttribute('href')).toBe(`${github.address}/octo-ana/blog/pull/7`)
    await section('Previews').getByRole('link', { name: 'blog-pr-7' }).click()
    // The page before it says that its own deployment is live.
    await page.getByText('Preview of #7 Say Moin').waitFor({ timeout: patience })
    await page.getByText(/^Live/).first().waitFor({ timeout: patience })
    await look('overview')
    const gatewayPort = await readGatewayPort(data.path)
    expect((await getThroughGateway({ gatewayPort }, 'blog-pr-7')).body).toContain('Moin')

    await open('/')
    const onBoard = page.getByTitle('Preview of #7 Say Moin')
    await onBoard.waitFor({ timeout: patience })
    expect(await onBoard.getAttribute('href')).toBe(`${github.address}/octo-ana/blog/pull/7`)
    await look('board')
    await page.getByRole('link', { name: 'Preview of #7 blog-pr-7' }).click()
    await page.getByRole('link', { name: 'Settings', exact: true }).last().click()
    await sees('Preview', /It follows what is pushed to the request/)
    expect(await section('Deploy on push').count()).toBe(0)
    await section('Preview').getByRole('link', { name: 'Settings of previews' }).click()
    await flip('Previews')
    await section('Previews').getByRole('list').waitFor({ state: 'detached', timeout: patience })
    await open('/')
    await onBoard.waitFor({ state: 'detached', timeout: patience })
    await open('/activity')
    await page.getByText('previews are off').first().waitFor({ timeout: patience })
    // What the page itself refused to save is told to it by the server.
    expect(surface.errors.filter(text => !text.includes('400'))).toEqual([])
  })
}
