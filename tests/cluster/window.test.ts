import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect } from 'vitest'
import { checkAccessibility, firstCommit, readGatewayPort, wear } from '../e2e/journey.ts'
import { findChromium, launchBrowser, startBrowserSession } from '../support/browser.ts'
import { clusterTest, expose, kubeconfig } from '../support/cluster.ts'
import { findElectron, launchElectron } from '../support/electron.ts'
import { type GitServer, startGitServer } from '../support/git-server.ts'
import { createDataFolder, getThroughGateway } from '../support/platform.ts'
import { removeTenants } from '../support/tenants.ts'
import { addCluster, deployToCluster, leaveCluster } from './window-journey.ts'

const pictures = resolve(import.meta.dirname, '..', 'output', 'cluster')
const chromium = findChromium()
const runtime = await findElectron()
for (const [what, missing] of [
  ['a browser', chromium === undefined ? 'there is no Chromium on this machine' : undefined],
  ['an Electron window', 'missing' in runtime ? runtime.missing : undefined],
] as const)
  if (missing !== undefined) console.log(`The cluster is not tried from ${what}: ${missing}.`)

let git: GitServer
let address: string

beforeAll(async () => {
  mkdirSync(pictures, { recursive: true })
  git = await startGitServer()
  address = await expose(Number(new URL(git.address).port))
  await git.createRepository('blog', firstCommit)
})
afterAll(() => git?.close())

/** Whole journeys, with a build each, on a machine that does much else. */
const limitMs = 600_000

/** Of this run alone: a run that failed may have left its own. */
const toName = (surface: string) => `${surface}-${Date.now().toString(36)}`

/** The usual kubeconfig of the Slipway that is tried. */
const fileOf = (dataFolder: string) => join(dataFolder, 'kube', 'config')

/** There is a kubeconfig, with nothing in it yet. */
function prepare(dataFolder: string): string {
  const file = fileOf(dataFolder)
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, 'apiVersion: v1\nkind: Config\n')
  return file
}

async function walk(surface: {
  page: Page
  dataFolder: string
  name: string
  look: (name: string) => Promise<void>
}): Promise<void> {
  const { page, dataFolder, name, look } = surface
  await addCluster({
    ...{ page, look },
    writeKubeconfig: () => copyFileSync(kubeconfig, fileOf(dataFolder)),
  })
  await deployToCluster({
    ...{ page, name, look, address: `${address}/blog.git` },
    openThroughGateway: async () => {
      const gatewayPort = await readGatewayPort(dataFolder)
      return (await getThroughGateway({ gatewayPort }, name)).body
    },
  })
  await leaveCluster(page, name)
}

describe.skipIf(chromium === undefined)('in a browser', () => {
  clusterTest(
    'the wizard takes a repository to a cluster, an address by https and the gateway',
    async () => {
      const data = createDataFolder()
      const session = await startBrowserSession(data.path, { KUBECONFIG: prepare(data.path) })
      const browser = await launchBrowser(chromium ?? '')
      try {
        const context = await browser.newContext({ viewport: { width: 1440, height: 900 } })
        const page = await context.newPage()
        const errors: string[] = []
        page.on('pageerror', error => errors.push(error.message))
        await page.goto(session.url)
        const look = async (name: string) => {
          await checkAccessibility(page, name)
          for (const colorScheme of ['light', 'dark'] as const) {
            await wear(page, colorScheme)
            await page.screenshot({ path: join(pictures, `browser-${name}-${colorScheme}.png`) })
          }
        }
        await walk({ page, dataFolder: data.path, name: toName('web'), look })
        expect(errors).toEqual([])
      } finally {
        await browser.close()
        await session.stop()
        await removeTenants(data.path)
        data.remove()
      }
    },
    limitMs,
  )
})

describe.skipIf('missing' in runtime)('in an Electron window', () => {
  clusterTest(
    'the wizard takes a repository to a cluster, an address by https and the gateway',
    async () => {
      if ('missing' in runtime) return
      const data = createDataFolder()
      const session = await launchElectron({
        ...{ runtime, dataFolder: data.path },
        env: { KUBECONFIG: prepare(data.path) },
      })
      try {
        const { page } = session
        const look = async (name: string) =>
          void (await page.screenshot({ path: join(pictures, `window-${name}.png`) }))
        await walk({ page, dataFolder: data.path, name: toName('window'), look })
      } finally {
        await session.close()
        await removeTenants(data.path)
        data.remove()
      }
    },
    limitMs,
  )
})
