import { execFileSync } from 'node:child_process'
import { mkdirSync, readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { findChromium, launchBrowser, startBrowserSession } from '../support/browser.ts'
import type { GitRepository } from '../support/git-server.ts'
import { type GitHubStandIn, startGitHub } from '../support/github/github.ts'
import { createDataFolder } from '../support/platform.ts'
import { checkAccessibility, firstCommit, readGatewayPort, wear } from './journey.ts'

const pictures = resolve(import.meta.dirname, '..', 'output', 'github')
const chromium = findChromium()
const patience = 30_000
const many = 3000

describe.skipIf(chromium === undefined)('GitHub in the browser session', () => {
  const data = createDataFolder()
  let github: GitHubStandIn
  let served: GitRepository | undefined
  let session: Awaited<ReturnType<typeof startBrowserSession>>
  let browser: Browser
  let context: BrowserContext
  let page: Page
  const errors: string[] = []

  beforeAll(async () => {
    mkdirSync(pictures, { recursive: true })
    github = await startGitHub()
    github.device.interval = 1
    served = await addRepositories(github)
    session = await startBrowserSession(data.path)
    browser = await launchBrowser(chromium ?? '')
    context = await browser.newContext({ viewport: { width: 1440, height: 900 } })
    page = await context.newPage()
    page.on('pageerror', error => errors.push(error.message))
    page.on('console', message => {
      if (message.type() === 'error') errors.push(message.text())
    })
  })

  afterAll(async () => {
    await browser?.close()
    await session?.stop()
    await github?.close()
    data.remove()
  })

  const look = async (name: string) => {
    await page.waitForFunction(() => !document.querySelector('[data-loading]'))
    await checkAccessibility(page, context, name)
    for (const colorScheme of ['light', 'dark'] as const) {
      await wear(page, colorScheme)
      await page.screenshot({ path: join(pictures, `${name}-${colorScheme}.png`) })
    }
  }
  const sees = (text: string | RegExp) => page.getByText(text).first().waitFor({ timeout: patience })
  const go = (route: string) => page.goto(`${new URL(session.url).origin}/#${route}`)

  const findRepository = (): GitRepository => {
    if (served === undefined) throw new Error('there is no repository')
    return served
  }

  /** Everything that the page's memory holds, as text. */
  const readMemory = async () => {
    const session = await context.newCDPSession(page)
    let snapshot = ''
    session.on('HeapProfiler.addHeapSnapshotChunk', ({ chunk }) => {
      snapshot += chunk
    })
    await session.send('HeapProfiler.takeHeapSnapshot')
    await session.detach()
    return snapshot
  }

  test('signs in by a code, finds one among 3,000 repositories, deploys it, and signs out', async () => {
    await page.goto(session.url)
    await page.getByRole('link', { name: 'Deploy a repository' }).click()
    await page.getByText('From GitHub').click()
    await page.getByRole('button', { name: 'Use GitHub Enterprise Server' }).click()
    await page.getByLabel('Address of the GitHub Enterprise Server').fill(github.address)
    await page.keyboard.press('Enter')
    await page.getByText('With a code').click()
    await page.getByLabel('Client ID').fill('test-client')
    await look('sign-in')
    await page.getByRole('button', { name: 'Sign in with GitHub' }).click()
    await sees('Type this code at')
    await look('sign-in-code')
    const code = /WDJB-\w+/.exec((await page.getByText(/WDJB-/).textContent()) ?? '')?.[0] ?? ''
    const token = github.device.approve(code, 'ana')

    await sees('Signed in as ana')
    await sees(`${(many + 1).toLocaleString('en')} repositories`)
    await page.getByText(/^Signed in as ana\.$/).waitFor({ state: 'hidden', timeout: patience })
    await look('picker')
    await page.getByLabel('Search repositories').fill('secret blog')
    await sees(`1 of ${(many + 1).toLocaleString('en')}`)
    await look('picker-found')
    await page.keyboard.press('Enter')

    const branch = page.getByRole('region', { name: 'Branch' })
    await branch.getByRole('button', { name: 'Continue' }).waitFor({ timeout: patience })
    await sees('First commit')
    await page.getByRole('combobox', { name: 'Branch' }).click()
    await sees('#7 A darker footer')
    await look('branch')
    await page.keyboard.press('Escape')
    await branch.getByRole('button', { name: 'Continue' }).click()
    await page
      .getByRole('region', { name: 'How it is built and started' })
      .getByRole('button', { name: 'Continue' })
      .click({ timeout: patience })
    await page.getByRole('button', { name: 'Continue without' }).click()
    await page.getByRole('button', { name: 'I understand, deploy' }).click()
    await sees(/^Live/)
    const tab = await context.newPage()
    await tab.goto(`http://secret-blog.localhost:${await readGatewayPort(data.path)}/`)
    expect(await tab.content()).toContain('Hello')
    await tab.close()

    const repository = findRepository()
    await repository.commit({ 'notes.md': 'more' }, 'Write notes for the next release')
    await repository.commit({ 'notes.md': 'even more' }, 'Say it in fewer words')
    await page.getByRole('link', { name: 'Overview' }).click()
    await page
      .getByRole('region', { name: 'Changed since the running release' })
      .waitFor({ timeout: patience })
    await sees('2 commits not deployed yet')
    await look('changes')

    expect(await readMemory()).toContain('secret-blog')
    expect((await readMemory()).includes(token)).toBe(false)
    expect(readFiles(data.path).filter(({ text }) => text.includes(token))).toEqual([])
    expect(execFileSync('ps', ['axww', '-o', 'args'], { encoding: 'utf8' })).not.toContain(token)

    await go('/settings')
    await page.getByRole('region', { name: 'GitHub' }).scrollIntoViewIfNeeded()
    await look('settings')
    await page.getByRole('button', { name: 'Sign out ana' }).click()
    await sees(/Signed out of .* as ana/)
    await page.getByRole('button', { name: 'Sign out ana' }).waitFor({ state: 'detached' })
    expect(errors).toEqual([])
  })
})

/** The last one is real. */
async function addRepositories(github: GitHubStandIn): Promise<GitRepository | undefined> {
  github.addUser('ana', { name: 'Ana Lindqvist' })
  github.addUser('acme', { type: 'Organization' })
  const words = ['shop', 'wiki', 'api', 'site', 'bot', 'board', 'notes', 'radio', 'garden']
  for (let index = 0; index < many; index++) {
    const owner = index % 3 === 0 ? 'acme' : 'ana'
    await github.addRepository(`${owner}/${words[index % words.length]}-${index}`, {
      readers: ['ana'],
      isPrivate: index % 2 === 0,
      isArchived: index % 11 === 0,
      description: index % 4 === 0 ? 'Everything that the team needs to know about it' : '',
      pushedAt: new Date(Date.now() - (index + 1) * 5_400_000).toISOString(),
    })
  }
  const listed = await github.addRepository('ana/secret-blog', {
    isPrivate: true,
    files: firstCommit,
    pushedAt: new Date(Date.now() - 400 * 86_400_000).toISOString(),
  })
  await listed.git?.git('tag', 'v1.0')
  await listed.git?.git('push', '-q', 'origin', 'v1.0', 'HEAD:refs/pull/7/head')
  listed.pulls.push({ number: 7, title: 'A darker footer', head: 'footer' })
  return listed.git
}

function readFiles(folder: string): { name: string; text: string }[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter(entry => entry.isFile())
    .map(entry => join(entry.parentPath, entry.name))
    .map(name => ({ name, text: readFileSync(name, 'latin1') }))
}
