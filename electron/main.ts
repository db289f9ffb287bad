import { join } from 'node:path'
import { app, dialog } from 'electron'
import { toFailure } from '../shared/domain/failure.ts'
import { setApplicationMenu } from './desktop/menu.ts'
import { createNotifications } from './desktop/notifications.ts'
import { handOutPorts } from './desktop/port.ts'
import { registerAppScheme, serveAppScheme } from './desktop/protocol.ts'
import { lockDown, openExternal } from './desktop/security.ts'
import { createTray } from './desktop/tray.ts'
import { createMainWindow, type MainWindow } from './desktop/window.ts'
import { createWindowStateStore } from './desktop/window-state.ts'
import type { Host } from './host.ts'
import { prepareDataFolder } from './platform/data-folder.ts'
import { platformEnvironment } from './platform/environment.ts'

const environment = platformEnvironment()
const icons = join(environment.resourcesFolder, 'icons')
const icon = join(icons, 'icon.png')
const desktopFolder = join(environment.dataFolder, 'desktop')

/** The window is there while the platform starts; its page waits for the port. */
async function start(): Promise<void> {
  prepareDataFolder(environment.dataFolder)
  lockDown()
  setApplicationMenu()
  serveAppScheme(environment.rendererFolder)
  const window = createMainWindow({
    preload: join(import.meta.dirname, '..', 'preload', 'preload.cjs'),
    icon,
    state: createWindowStateStore(desktopFolder),
  })
  app.on('second-instance', () => window.show())
  app.on('activate', () => window.show())
  window.show()
  const host = startHost(window)
  handOutPorts(host.then(({ transport }) => transport))
  endWith(host.then(({ host }) => surround(host, window)))
  await host
}

/** Loaded while the page's process starts: it is most of what this process has to read. */
async function startHost(window: MainWindow) {
  const [{ createHost }, { createMessagePortTransport }] = await Promise.all([
    import('./host.ts'),
    import('./rpc/message-port.ts'),
  ])
  const host = await createHost(environment, {
    open: () => {
      window.show()
      return { url: null }
    },
  })
  return {
    host,
    transport: createMessagePortTransport({ router: host.toRouter('window'), log: host.log }),
  }
}

/** Tray and notifications around the running platform. */
function surround(host: Host, window: MainWindow): Ending {
  const { platform, log } = host
  const notifications = createNotifications({
    onDeploymentEvent: platform.onDeploymentEvent,
    notifies: () => platform.settings.get().notifies,
    window,
    icon,
  })
  const tray = createTray({
    icons,
    deployments: platform.deployments,
    counts: platform.deploymentCounts,
    onChange: platform.onChange,
    actions: {
      openUrl: openExternal,
      show: route => window.show(route),
      deploy: id => platform.deploy(id).catch((error: unknown) => notifications.tellFailure(id, error)),
      quit: () => app.quit(),
    },
  })
  return {
    isRunningAnything: platform.isRunningAnything,
    async dispose() {
      notifications.dispose()
      tray.dispose()
      await host.dispose({ stopApps: true }).catch(error => {
        log.error({ err: error }, 'Slipway could not end in order')
      })
    },
  }
}

interface Ending {
  isRunningAnything(): boolean
  dispose(): Promise<void>
}

/** With apps running, Slipway stays beside the clock when the window closes. Quitting waits until all is put away. */
function endWith(starting: Promise<Ending>): void {
  starting.catch(() => {}) // start() reports it
  app.on('window-all-closed', async () => {
    const running = await starting.catch(() => undefined)
    if (!running?.isRunningAnything()) app.quit()
  })
  let isEnding = false
  app.on('will-quit', async event => {
    event.preventDefault()
    if (isEnding) return
    isEnding = true
    await starting.then(running => running.dispose()).catch(() => {})
    // Not quit(): it does nothing while the quit that was put off is still on the stack of Electron.
    app.exit()
  })
}

function fail(error: unknown): void {
  const { message, hint } = toFailure(error)
  console.error(error)
  dialog.showErrorBox(message, hint)
  app.exit(1)
}

app.setName('Slipway')
app.setPath('userData', desktopFolder)
if (app.requestSingleInstanceLock()) {
  registerAppScheme()
  // An ESM main must not await this: the app gets ready only after the module has run.
  app.whenReady().then(start).catch(fail)
} else app.quit()
