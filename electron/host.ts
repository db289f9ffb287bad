import { join } from 'node:path'
import type { Logger } from 'pino'
import packageJson from '../package.json' with { type: 'json' }
import type { ClusterDriver } from './clusters/driver.ts'
import type { LocalLimits } from './clusters/local/local-deps.ts'
import { createLocalDriver } from './clusters/local/local-driver.ts'
import { lockFolder } from './database/open.ts'
import { createLogStore, type LogLimits } from './logs/segment-log.ts'
import { prepareDataFolder } from './platform/data-folder.ts'
import type { PlatformEnvironment } from './platform/environment.ts'
import { createLogFile } from './platform/log-file.ts'
import { createPlatform, type Platform } from './platform/platform.ts'
import type { PlatformDeps } from './platform/platform-deps.ts'
import { alreadyRunning, connectControl, createControlSocket } from './rpc/control-socket.ts'
import type { Surface } from './rpc/handlers/handler-base.ts'
import { createRouter, type Opener } from './rpc/router.ts'
import type { ContractRouter } from './rpc/websocket.ts'
import { findKeychain } from './secrets/keychain.ts'
import { createSecretPlace } from './secrets/secret-place.ts'
import { createSourceReader } from './sources/git.ts'
import { detectPlan, findApps } from './sources/plan/detect-plan.ts'
import { createPushedCommitReader } from './sources/pushed-commit.ts'

/** The platform and the way in for the command line: what window, browser session and command line have in common. */
export interface Host {
  readonly platform: Platform
  readonly log: Logger
  toRouter(surface: Surface): ContractRouter
  /** `stopApps`: whether apps end with Slipway that are not set to keep running. */
  dispose(options: { stopApps: boolean }): Promise<void>
}

/** The platform on this computer: real git, real processes, logs on disk. Tests add what they want to differ. */
export async function createLocalPlatform(
  environment: PlatformEnvironment,
  log: Logger,
  options: Pick<PlatformDeps, 'gatewayPort' | 'checkpoint' | 'limits' | 'isQuiet' | 'now' | 'pushPauses'> &
    Partial<Pick<PlatformDeps, 'loadGitHub' | 'gitHubClientId'>> & {
      localLimits?: Partial<LocalLimits>
      logLimits?: Partial<LogLimits>
      findKeychain?: typeof findKeychain
      /** Of a Kubernetes cluster. */
      changeDriver?: (driver: ClusterDriver) => ClusterDriver
    } = {},
): Promise<Platform> {
  const { dataFolder, resourcesFolder, supervisor, staticServer } = environment
  const { localLimits, logLimits, findKeychain: find = findKeychain, changeDriver, ...rest } = options
  const unlock = lockFolder(dataFolder)
  const logs = createLogStore({
    folder: join(dataFolder, 'logs'),
    ...(logLimits ? { limits: logLimits } : {}),
  })
  const sources = createSourceReader()
  return createPlatform({
    dataFolder,
    resourcesFolder,
    log,
    logs,
    sources,
    readPushed: createPushedCommitReader(),
    detectPlan,
    findApps,
    unlock,
    createSecretStore: record => createSecretPlace({ folder: dataFolder, record, findKeychain: find }),
    createDriver: deps =>
      createLocalDriver({
        ...deps,
        logs,
        sources,
        detectPlan,
        supervisor,
        staticServer,
        now: options.now ?? Date.now,
        log,
        ...(localLimits ? { limits: localLimits } : {}),
      }),
    createKubernetesDriver: async deps => {
      // Whoever has no cluster does without the client, which takes its time to load.
      const { createKubernetesDriver } = await import('./clusters/kubernetes/kubernetes-driver.ts')
      const driver = createKubernetesDriver({ ...deps, logs, sources, detectPlan, now: Date.now, log })
      return changeDriver?.(driver) ?? driver
    },
    loadGitHub: async () => {
      const { createGitHubParts } = await import('./sources/github/parts.ts')
      const { version } = packageJson
      return createGitHubParts({ version, now: options.now ?? Date.now, log: message => log.warn(message) })
    },
    gitHubClientId: environment.gitHubClientId,
    ...rest,
  })
}

/** Fails with `already_running` when another Slipway has this data folder. */
export async function createHost(
  environment: PlatformEnvironment,
  { open, ...options }: Pick<PlatformDeps, 'isQuiet'> & { open?: Opener } = {},
): Promise<Host> {
  const { dataFolder } = environment
  prepareDataFolder(dataFolder)
  const running = await connectControl(dataFolder)
  if (running) {
    running.close()
    throw alreadyRunning(dataFolder)
  }
  const log = createLogFile(dataFolder)
  const platform = await createLocalPlatform(environment, log, options)
  const toRouter = (surface: Surface): ContractRouter => createRouter(platform, { surface, open })
  try {
    const control = await createControlSocket({ router: toRouter('terminal'), dataFolder, log })
    return {
      platform,
      log,
      toRouter,
      async dispose(options) {
        await control.dispose()
        await platform.dispose(options)
      },
    }
  } catch (error) {
    await platform.dispose({ stopApps: false })
    throw error
  }
}
