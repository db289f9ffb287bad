import { resolve } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { findChromium, launchBrowser } from '../support/browser.ts'
import { startStandIn } from '../support/contract-stand-in.ts'
import { checkAccessibility } from './journey.ts'

const chromium = findChromium()
if (chromium === undefined) {
  if (process.env.CI === 'true') throw new Error('Chromium is missing')
  console.log('The screens suite is skipped: no Chromium on this machine (SLIPWAY_TEST_CHROMIUM names one).')
}

const rendererFolder = resolve(import.meta.dirname, '..', '..', 'out', 'renderer')
/** Letters: a page with fewer has not come yet. */
const leastWords = 30
const sizes = [
  { width: 1440, height: 900 },
  { width: 1024, height: 700 },
] as const

/** `blog` runs in a cluster, `api` failed to start, `shop-staging` to build; `of` is its id. */
const routes = (
  of: (name: string) => string,
  ofCluster: (name: string) => string,
): Record<string, string> => ({
  board: '/',
  'board by cluster': '/?group=cluster',
  'new deployment': '/new',
  builds: '/builds',
  logs: '/logs',
  activity: '/activity',
  'what went wrong': '/activity?problems=true',
  clusters: '/clusters',
  'add a cluster': '/clusters/new',
  'a cluster': `/clusters/${ofCluster('prod-k3s')}`,
  'a cluster as a member sees it': `/clusters/${ofCluster('client-gke')}`,
  'a cluster that does not answer': `/clusters/${ofCluster('old-lab')}`,
  'this computer': `/clusters/${ofCluster('This computer')}`,
  settings: '/settings',
  overview: `/deployments/${of('blog')}`,
  'an app that did not start': `/deployments/${of('api')}`,
  'a build that failed': `/deployments/${of('shop-staging')}`,
  'a build that runs': `/deployments/${of('shop')}`,
  'an app that is stopped': `/deployments/${of('old-wiki')}`,
  log: `/deployments/${of('blog')}/log`,
  'builds of one': `/deployments/${of('blog')}/builds`,
  variables: `/deployments/${of('blog')}/variables`,
  domains: `/deployments/${of('blog')}/domains`,
  shell: `/deployments/${of('blog')}/shell`,
  databases: `/deployments/${of('blog')}/databases`,
  'a database': `/deployments/${of('shop-db')}`,
  backups: `/deployments/${of('shop-db')}/databases`,
  'activity of one': `/deployments/${of('blog')}/activity`,
  'settings of one': `/deployments/${of('blog')}/settings`,
  'a page that is not there': '/nowhere',
})

describe.skipIf(chromium === undefined)('screens', () => {
  let browser: Browser
  let page: Page
  let standIn: Awaited<ReturnType<typeof startStandIn>>
  const errors: string[] = []

  beforeAll(async () => {
    standIn = await startStandIn({ state: 'varied', rendererFolder })
    browser = await launchBrowser(chromium ?? '')
    page = await (await browser.newContext({ reducedMotion: 'reduce' })).newPage()
    page.on('pageerror', error => errors.push(error.message))
    page.on('console', message => {
      if (message.type() === 'error') errors.push(message.text())
    })
    await page.goto(standIn.url)
  })

  afterAll(async () => {
    await browser?.close()
    await standIn?.dispose()
  })

  const open = async (path: string) => {
    await page.evaluate(to => {
      // Where the page before left the focus, a tooltip would stay.
      ;(document.activeElement as HTMLElement | null)?.blur()
      location.hash = to
    }, path)
    await page.getByRole('main').waitFor()
    await page.waitForFunction(
      leastWords =>
        !document.querySelector('[data-loading], main [aria-busy="true"]:not([class*="shell"])') &&
        (document.querySelector('main')?.innerText.length ?? 0) > leastWords,
      leastWords,
    )
  }

  const none = () => ''
  const all = Object.keys(routes(none, none))
  const pathOf = (name: string) =>
    routes(
      id => standIn.ids[id] ?? '',
      id => standIn.clusterIds[id] ?? '',
    )[name] ?? ''

  test.each(all)('%s: fits, is told to a screen reader, and is reached by the keyboard', async name => {
    for (const size of sizes) {
      await page.setViewportSize(size)
      await open(pathOf(name))
      expect(await findOverflow(page), `${name} at ${size.width}`).toEqual([])
    }
    await checkAccessibility(page, name)
    expect(await findUnreached(page), name).toEqual([])
    expect(errors).toEqual([])
  })

  test('what is typed on the board narrows it, is kept in the address, and follows it back', async () => {
    await page.setViewportSize(sizes[0])
    await open('/')
    const filter = page.getByRole('textbox', { name: 'Filter deployments' })
    const names = () => page.locator('[data-row-link]').allInnerTexts()
    await filter.fill('BLOG')
    await page.waitForFunction(() => location.hash.includes('text=BLOG'))
    expect((await names()).map(name => name.trim())).toEqual(['blog'])
    await page.reload()
    await page.locator('[data-row-link]').first().waitFor()
    expect(await filter.inputValue()).toBe('BLOG')
    await open('/')
    await page.getByRole('link', { name: 'old-wiki' }).waitFor()
    expect(await filter.inputValue()).toBe('')
    await page.goBack()
    await page.getByRole('link', { name: 'old-wiki' }).waitFor({ state: 'detached' })
    expect(await filter.inputValue()).toBe('BLOG')
  })

  test('by keyboard alone: from the board to an app, its log, a rollback, and back', async () => {
    const sees = (text: string | RegExp) => page.getByText(text).filter({ visible: true }).first().waitFor()
    await page.setViewportSize(sizes[0])
    await open('/')
    await page.keyboard.press('/')
    await page.keyboard.type('blog')
    await page.keyboard.press('Tab')
    await page.keyboard.press('Escape')
    await page.keyboard.press('j')
    await page.locator('[data-row-link]:focus').waitFor()
    await page.keyboard.press('Enter')
    await sees('Releases')
    await page.keyboard.press('l')
    await page.getByRole('textbox', { name: 'Search the log' }).waitFor()
    await page.keyboard.press('Control+k')
    await page.locator('input[aria-label="Search or jump to"]:focus').waitFor()
    await page.keyboard.type('Roll back blog')
    await sees(/^Roll back blog$/)
    await page.keyboard.press('Enter')
    await sees('Rolling blog back to')
    await page.keyboard.press('?')
    await page.getByRole('dialog').waitFor()
    await page.keyboard.press('Escape')
    await page.getByRole('dialog').waitFor({ state: 'detached' })
    await page.keyboard.press('g')
    await page.keyboard.press('b')
    await page.getByRole('heading', { name: 'Board' }).waitFor()
  })
})

/** What is wider than its place: the page as a whole, and words on buttons, tabs and marks that are cut off. */
function findOverflow(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const isSeen = (one: Element) => one.getClientRects().length > 0
    const nameOf = (one: Element) =>
      `${one.tagName.toLowerCase()} "${(one.getAttribute('aria-label') ?? one.textContent ?? '').trim().slice(0, 40)}"`
    const wide = [...document.querySelectorAll('main *')].filter(one => {
      const { right, width } = one.getBoundingClientRect()
      const isScrolled = one.closest('.xterm, pre, [data-scrolls]') !== null
      return isSeen(one) && !isScrolled && width > 1 && right > innerWidth + 1
    })
    const cut = [...document.querySelectorAll('button, [role="tab"], nav a, label, h1, h2')].filter(one => {
      const words = one.querySelector('[class*="label"]') ?? one
      const isMeant = getComputedStyle(words).textOverflow === 'ellipsis' && words.matches('.truncate')
      return isSeen(one) && !isMeant && words.scrollWidth > words.clientWidth + 1 && words.clientWidth > 1
    })
    return [
      ...(document.documentElement.scrollWidth > innerWidth ? ['the page scrolls sideways'] : []),
      ...wide.map(one => `${nameOf(one)} leaves the window`),
      ...cut.map(one => `${nameOf(one)} is cut off`),
    ]
  })
}

/** What can be pressed with a pointer and is not come to by Tab, or does not show that it has the focus. */
async function findUnreached(page: Page): Promise<string[]> {
  const count = await page.evaluate(() => {
    const pressable = 'a[href], button, input, select, textarea, [role="button"], [role="switch"]'
    const seen = [...document.querySelectorAll<HTMLElement>(pressable)].filter(one => {
      const isHidden = one.closest('[aria-hidden="true"], [inert]') !== null
      const isOff = one.matches(':disabled, [tabindex="-1"], .xterm-helper-textarea')
      return one.checkVisibility() && one.getClientRects().length > 0 && !isHidden && !isOff
    })
    // Of radio buttons with one name, Tab comes to one.
    const radios = new Set<string>()
    const wanted = seen.filter(one => {
      if (!(one instanceof HTMLInputElement) || one.type !== 'radio') return true
      if (radios.has(one.name)) return false
      radios.add(one.name)
      return false
    })
    for (const one of document.querySelectorAll('[data-wanted]')) one.removeAttribute('data-wanted')
    for (const one of wanted) one.setAttribute('data-wanted', '')
    ;(document.activeElement as HTMLElement | null)?.blur()
    return wanted.length
  })
  const invisible: string[] = []
  for (let step = 0; step < count * 2 + 20; step++) {
    await page.keyboard.press('Tab')
    const at = await page.evaluate(() => {
      const one = document.activeElement
      if (one === null || one === document.body) return { isLast: false, unseen: null }
      one.removeAttribute('data-wanted')
      const looks = [one, one.parentElement, one.nextElementSibling].flatMap(each =>
        each === null ? [] : [getComputedStyle(each), getComputedStyle(each, '::after')],
      )
      const isShown = looks.some(
        ({ outlineStyle, outlineWidth }) => outlineStyle !== 'none' && outlineWidth !== '0px',
      )
      const isTerminal = one.matches('.xterm-helper-textarea, input, textarea, select')
      const name = one.getAttribute('aria-label') ?? one.textContent?.trim().slice(0, 40)
      return {
        isLast: document.querySelector('[data-wanted]') === null,
        unseen:
          isShown || isTerminal ? null : `${one.tagName.toLowerCase()} "${name}" does not show its focus`,
      }
    })
    if (at.unseen !== null) invisible.push(at.unseen)
    if (at.isLast) break
  }
  const left = await page.evaluate(() =>
    [...document.querySelectorAll('[data-wanted]')].map(
      one =>
        `${one.tagName.toLowerCase()} "${one.getAttribute('aria-label') ?? one.textContent?.trim().slice(0, 40)}" is not reached`,
    ),
  )
  return [...new Set(invisible), ...left]
}
