/**
 * Slipway to be sent nonsense to: the real platform and both of its sockets, in a process of its own on the data folder in
 * `SLIPWAY_DATA`. Nothing is ever fetched, so nothing runs. Sends where it listens, and on each message how it is.
 */
import { join } from 'node:path'
import { pino } from 'pino'
import { createLocalDriver } from '../../electron/clusters/local/local-driver.ts'
import { createLogStore } from '../../electron/logs/segment-log.ts'
import { platformEnvironment } from '../../electron/platform/environment.ts'
import { createPlatform } from '../../electron/platform/platform.ts'
import { createBrowserSession } from '../../electron/rpc/browser-session.ts'
import { createControlSocket } from '../../electron/rpc/control-socket.ts'
import { createRouter } from '../../electron/rpc/router.ts'
import { createSecretPlace } from '../../electron/secrets/secret-place.ts'
import type { SourceReader } from '../../electron/sources/source-reader.ts'
import { SlipwayError } from '../../shared/domain/failure.ts'

/** The one address that has a branch. */
const goodAddress = 'https://example.org/good.git'

const nothingThere = () =>
  new SlipwayError({ code: 'source_not_found', message: 'There is no repository.', hint: 'Give another.' })
const sources: SourceReader = {
  async branches() {
    throw nothingThere()
  },
  async head(source, branch) {
    if (source.address === goodAddress) return { branch: branch || 'main', sha: 'a'.repeat(40) }
    throw nothingThere()
  },
  async checkout() {
    throw nothingThere()
  },
}

const unhandled: string[] = []
process.on('unhandledRejection', error => unhandled.push(String(error)))
/** Failures that nobody expected, each kind once. */
const unexpected: string[] = []
const log = pino(
  { level: 'error' },
  {
    write: (line: string) => {
      const { message, stack } = JSON.parse(line).err ?? {}
      if (!unexpected.some(known => known.startsWith(message)))
        unexpected.push(`${message} ${stack}`.slice(0, 900))
    },
  },
)
// What the transport says of frames that it cannot read.
console.error = () => {}

const { dataFolder, resourcesFolder, rendererFolder, supervisor, staticServer } = platformEnvironment()
const logs = createLogStore({ folder: join(dataFolder, 'logs') })
const detectPlan = async () => {
  throw nothingThere()
}
const platform = await createPlatform({
  dataFolder,
  resourcesFolder,
  log,
  logs,
  sources,
  readPushed: async () => ({ message: null, files: null }),
  detectPlan,
  findApps: async () => [],
  loadGitHub: async () => {
    throw nothingThere()
  },
  gitHubClientId: undefined,
  gatewayPort: 0,
  createSecretStore: record =>
    createSecretPlace({ folder: dataFolder, record, findKeychain: async () => undefined }),
  createDriver: deps =>
    createLocalDriver({ ...deps, logs, sources, detectPlan, supervisor, staticServer, now: Date.now, log }),
  createKubernetesDriver: async () => {
    throw nothingThere()
  },
})
const control = await createControlSocket({
  router: createRouter(platform, { surface: 'terminal' }),
  dataFolder,
  log,
})
const session = await createBrowserSession({
  router: createRouter(platform, { surface: 'browser' }),
  assets: rendererFolder,
  port: 0,
  log,
})

process.on('message', async message => {
  if (message === 'end') {
    await session.dispose()
    await control.dispose()
    await platform.dispose({ stopApps: true })
    process.disconnect()
    return
  }
  globalThis.gc?.()
  process.send?.({
    heapMb: process.memoryUsage().heapUsed / 1024 / 1024,
    unhandled,
    unexpected,
    polluted: Object.keys(Object.prototype),
    deployments: platform.reader.deploymentIds().length,
  })
})
process.send?.({ url: session.url, port: session.port })
