import { mkdirSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type ElectronSession, findElectron, launchElectron } from '../support/electron.ts'
import { type GitRepository, type GitServer, startGitServer } from '../support/git-server.ts'
import { type NotificationService, startNotificationService } from '../support/notifications.ts'
import { createDataFolder, getThroughGateway } from '../support/platform.ts'
import { connectToSlipway, firstCommit, readGatewayPort, walk } from './journey.ts'

const pictures = resolve(import.meta.dirname, '..', 'output', 'window')
const runtime = await findElectron()
if ('missing' in runtime) {
  console.log(`The Electron suite is skipped: ${runtime.missing}.`)
}

describe.skipIf('missing' in runtime)('the window', () => {
  const data = createDataFolder()
  let git: GitServer
  let notifications: NotificationService
  let session: ElectronSession
  let repository: GitRepository

  beforeAll(async () => {
    if ('missing' in runtime) return
    mkdirSync(pictures, { recursive: true })
    git = await startGitServer()
    repository = await git.createRepository('blog', firstCommit)
    notifications = await startNotificationService()
    session = await launchElectron({
      runtime,
      dataFolder: data.path,
      env: { DBUS_SESSION_BUS_ADDRESS: notifications.address },
    })
  })

  afterAll(async () => {
    await session?.close()
    await notifications?.dispose()
    await git?.close()
    data.remove()
  })

  const openApp = async (path = '/') => {
    const gatewayPort = await readGatewayPort(data.path)
    return getThroughGateway({ gatewayPort }, 'blog', path).then(
      answer => answer.body,
      // An app that crashes cuts the connection.
      (error: Error) => error.message,
    )
  }

  test('goes from the first start to an open URL, through failures and a rollback, to nothing left', async () => {
    const { page } = session
    const look = async (name: string) => void (await page.screenshot({ path: join(pictures, `${name}.png`) }))
    await walk({ page, repository, openApp, look })
  })

  test('a real build ends in a notification whose click opens its page, silent while that page is in view', async () => {
    const { page, app } = session
    const connection = await connectToSlipway(data.path)
    const { client } = connection
    try {
      await page.evaluate(() => {
        location.hash = '#/builds'
      })
      const source = { kind: 'git', address: repository.url } as const
      await repository.commit(firstCommit, 'Good again')
      const { id } = await client.deployments.create({
        source,
        branch: 'main',
        name: 'news',
        port: null,
        planEdits: {},
      })
      const told = (title: string) => notifications.shown.filter(one => one.title === title)
      await expect.poll(() => told('news is live').length, { timeout: 30_000 }).toBe(1)

      notifications.click(told('news is live')[0]?.id ?? 0)
      await expect.poll(() => page.url(), { timeout: 10_000 }).toContain(`/deployments/${id}`)

      await app.evaluate(({ BrowserWindow }) => {
        const window = BrowserWindow.getAllWindows()[0]
        window?.show()
        window?.focus()
      })
      await expect
        .poll(() => app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.isFocused()))
        .toBe(true)
      await client.deployments.deploy({ id })
      await expect
        .poll(async () => (await client.deployments.get({ id })).serving?.number, { timeout: 30_000 })
        .toBe(2)
      expect(told('news is live')).toHaveLength(1)
    } finally {
      connection.close()
    }
  })
})
