import { execFileSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { expect } from 'vitest'
import type { GitRepository } from '../support/git-server.ts'
import { type GitHubStandIn, startGitHub } from '../support/github/github.ts'
import { getThroughGateway } from '../support/platform.ts'
import { firstCommit, laterCommit, readGatewayPort } from './journey.ts'

const patience = 30_000
const many = 3000
/** A look at the branch each 30 to 60 seconds, and the build. */
const longestPushMs = 100_000

/** A GitHub with 3,000 repositories, the last of which is real. */
export async function startFullGitHub(): Promise<{ github: GitHubStandIn; repository: GitRepository }> {
  const github = await startGitHub()
  github.device.interval = 1
  const repository = await addRepositories(github)
  if (repository === undefined) throw new Error('there is no repository')
  return { github, repository }
}

/** A person signs in by a code, finds one repository among 3,000, deploys it, pushes to it, sees that live, and signs out. */
export async function walkGitHub({
  page,
  github,
  repository,
  dataFolder,
  look,
}: {
  page: Page
  github: GitHubStandIn
  repository: GitRepository
  dataFolder: string
  look: (name: string) => Promise<void>
}): Promise<void> {
  const sees = (text: string | RegExp) => page.getByText(text).first().waitFor({ timeout: patience })
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
  const portraits = page.getByRole('main').locator('img[src^="data:image/png"]')
  await portraits.first().waitFor({ timeout: patience })
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
  await page.getByRole('switch', { name: /^Deploy what is pushed to main/ }).waitFor({ timeout: patience })
  await look('deploy')
  await page.getByRole('button', { name: 'I understand, deploy' }).click()
  await sees(/^Live/)
  const gatewayPort = await readGatewayPort(dataFolder)
  const answer = async () => (await getThroughGateway({ gatewayPort }, 'secret-blog')).body
  expect(await answer()).toContain('Hello')

  // A push is deployed by itself; in the meantime the overview says what is new.
  await repository.commit({ 'notes.md': 'more' }, 'Write notes for the next release')
  await repository.commit(laterCommit, 'Say it in another way')
  await page.getByRole('link', { name: 'Overview' }).click()
  await sees('deployed from main')
  await page.getByRole('region', { name: 'Changed since the running release' }).waitFor({ timeout: patience })
  await sees('2 commits not deployed yet')
  await expect.poll(() => portraits.count(), { timeout: patience }).toBe(2)
  await look('changes')
  await expect.poll(answer, { timeout: longestPushMs, interval: 500 }).toContain('Moin')
  await sees(/^#2/)

  const memory = await readMemory(page)
  expect(memory).toContain('secret-blog')
  expect(memory.includes(token)).toBe(false)
  expect(readFiles(dataFolder).filter(({ text }) => text.includes(token))).toEqual([])
  expect(execFileSync('ps', ['axww', '-o', 'args'], { encoding: 'utf8' })).not.toContain(token)

  await page.evaluate(() => {
    location.hash = '#/settings'
  })
  await page.getByRole('region', { name: 'GitHub' }).scrollIntoViewIfNeeded()
  await look('settings')
  await page.getByRole('button', { name: 'Sign out ana' }).click()
  await sees(/Signed out of .* as ana/)
  await page.getByRole('button', { name: 'Sign out ana' }).waitFor({ state: 'detached' })
}

/** Everything that the page's memory holds, as text. */
async function readMemory(page: Page): Promise<string> {
  const session = await page.context().newCDPSession(page)
  let snapshot = ''
  session.on('HeapProfiler.addHeapSnapshotChunk', ({ chunk }) => {
    snapshot += chunk
  })
  await session.send('HeapProfiler.takeHeapSnapshot')
  await session.detach()
  return snapshot
}

/** The last one is real. */
async function addRepositories(github: GitHubStandIn): Promise<GitRepository | undefined> {
  github.addUser('ana', { name: 'Ana Lindqvist', email: 'ana@example.com' })
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
