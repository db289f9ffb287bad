import type { Logger } from 'pino'
import type { PlatformEnvironment } from './platform/environment.ts'
import { createLogFile } from './platform/log-file.ts'
import { createPlatform, type Platform } from './platform/platform.ts'
import { alreadyRunning, connectControl, createControlSocket } from './rpc/control-socket.ts'
import { createRouter } from './rpc/router.ts'
import type { ContractRouter } from './rpc/websocket.ts'

export type Surface = 'window' | 'browser' | 'terminal'

/** The platform and the way in for the command line: what window, browser session and command line have in common. */
export interface Host {
  readonly platform: Platform
  readonly log: Logger
  toRouter(surface: Surface): ContractRouter
  /** `stopApps`: whether apps end with Slipway that are not set to keep running. */
  dispose(options: { stopApps: boolean }): Promise<void>
}

/** Fails with `already_running` when another Slipway has this data folder. */
export async function createHost(environment: PlatformEnvironment): Promise<Host> {
  const { dataFolder } = environment
  const running = await connectControl(dataFolder)
  if (running) {
    running.close()
    throw alreadyRunning(dataFolder)
  }
  const log = createLogFile(dataFolder)
  const platform = await createPlatform({ environment, log })
  const toRouter = (surface: Surface): ContractRouter => createRouter(platform, { surface })
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
