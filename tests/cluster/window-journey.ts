import type { Page } from 'playwright-core'
import { expect, vi } from 'vitest'
import { baseDomain, clusterSettings, contextName } from '../support/cluster.ts'
import { getSecurely, readAuthority } from '../support/ingress.ts'

const patience = 30_000
/** For a build in the cluster, and a certificate. */
const longPatience = 150_000
const issuer = 'test-ca'

/** Adds the context as a cluster, sees what it can do, and sets how apps are reached there. */
export async function addCluster(deps: {
  page: Page
  /** Puts the context into the kubeconfig, while the page shows what is in it. */
  writeKubeconfig: () => void
  look: (name: string) => Promise<void>
}): Promise<void> {
  const { page, look } = deps
  await page.getByRole('link', { name: 'Clusters', exact: true }).click()
  await page.getByRole('link', { name: 'Add a cluster' }).click()
  await page.getByText('No context is in').waitFor({ timeout: patience })
  await look('add-cluster-empty')
  deps.writeKubeconfig()
  await page.getByText(contextName, { exact: true }).waitFor({ timeout: patience })
  await look('add-cluster')
  await page.getByRole('button', { name: `Add ${contextName}` }).click({ timeout: patience })
  await page.getByRole('heading', { name: contextName }).waitFor({ timeout: patience })
  await seesVerdict(page)

  const { mirrors, buildEnvironment } = await clusterSettings()
  const toLines = (pairs: Readonly<Record<string, string>> = {}) =>
    Object.entries(pairs)
      .map(([name, value]) => `${name}=${value}`)
      .join('\n')
  await page.getByLabel('Base domain').fill(baseDomain)
  await page.getByLabel('Issuer of certificates').fill(issuer)
  await page.getByLabel('Mirrors').fill(toLines(mirrors))
  await page.getByLabel('Environment of builds').fill(toLines(buildEnvironment))
  await page.getByRole('button', { name: 'Save' }).click()
  await page.getByText('Saved.').waitFor({ timeout: patience })

  await page.getByRole('button', { name: 'Try it out' }).click()
  await look('cluster-proofs-begin')
  await seesVerdict(page)
  // What was set belongs in no picture.
  await page.getByLabel('Environment of builds').evaluate(one => one.setAttribute('hidden', ''))
  await look('cluster')
}

const seesVerdict = (page: Page) =>
  page.getByRole('status').filter({ hasText: 'Ready to deploy to' }).waitFor({ timeout: longPatience })

/** From a repository to an app that answers by https, as its certificate says, and through the gateway. */
export async function deployToCluster(deps: {
  page: Page
  address: string
  name: string
  openThroughGateway: () => Promise<string>
  look: (name: string) => Promise<void>
}): Promise<void> {
  const { page, name, look } = deps
  const host = `${name}.${baseDomain}`
  const next = (step: string) =>
    page.getByRole('region', { name: step }).getByRole('button', { name: 'Continue' })
  await page.getByRole('link', { name: 'New deployment' }).first().click()
  await page.getByLabel('Address of a git repository, or path of a folder').fill(deps.address)
  await page.keyboard.press('Enter')
  await next('Branch').click({ timeout: patience })
  await page.getByRole('radio', { name: contextName }).check()
  await seesVerdict(page)
  await look('wizard-where')
  await next('Where should it run?').click()
  await next('How it is built and started').click({ timeout: patience })
  await page.getByRole('button', { name: 'Continue without' }).click()
  await page.getByLabel('Name').fill(name)
  await page.getByText(`https://${host}`).waitFor({ timeout: patience })
  await look('wizard-name')
  await page.getByRole('button', { name: 'Deploy', exact: true }).click()

  await page.getByText(/^Live/).first().waitFor({ timeout: longPatience })
  await look('live')
  await page.getByRole('link', { name: 'Domains' }).click()
  await page.getByText('Certificate ready').waitFor({ timeout: longPatience })
  await look('domains')
  const ca = await readAuthority(issuer)
  const answers = async () => (await getSecurely(host, ca)).body
  await vi.waitFor(async () => expect(await answers()).toContain('Hello'), { timeout: 30_000, interval: 200 })
  expect(await deps.openThroughGateway()).toContain('Hello')

  await page.getByRole('link', { name: 'Shell' }).click()
  await page.getByLabel(/^Shell: /).pressSequentially('echo "from $((40 + 2))"\n')
  await page.locator('.xterm-rows').getByText('from 42', { exact: true }).waitFor({ timeout: 30_000 })
  await look('shell')
}

/** Nothing of the app is left in the cluster, and the cluster is forgotten. */
export async function leaveCluster(page: Page, name: string): Promise<void> {
  await page.getByRole('link', { name: 'Settings', exact: true }).last().click()
  await page.getByRole('region', { name: 'Remove' }).getByRole('button').click()
  const dialog = page.getByRole('dialog')
  await dialog.getByLabel(/Type .* to remove it/).fill(name)
  await dialog.getByRole('button', { name: /Remove/ }).click()
  await page
    .getByText(/nothing is left/i)
    .first()
    .waitFor({ timeout: longPatience })
  await page.getByRole('link', { name: 'Clusters', exact: true }).click()
  await page.getByRole('main').getByRole('link', { name: contextName }).click()
  await page.getByRole('region', { name: 'Remove' }).getByRole('button').click()
  await page.getByText('Nothing in the cluster was changed').waitFor({ timeout: patience })
}
