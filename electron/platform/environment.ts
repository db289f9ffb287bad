import { homedir } from 'node:os'
import { join } from 'node:path'

/** A program of ours to start as a child process. */
export interface Program {
  readonly program: string
  readonly args: readonly string[]
  readonly env: Readonly<Record<string, string>>
}

/** Where things are. The same for the window, the browser session and the command line. */
export interface PlatformEnvironment {
  /** Database, logs, checkouts. Made when it is first needed. */
  readonly dataFolder: string
  /** Icons and samples, as plain files. */
  readonly resourcesFolder: string
  /** The built page. */
  readonly rendererFolder: string
  readonly supervisor: Program
  readonly staticServer: Program
  /** Of the app that people sign in to github.com with; undefined: this Slipway has none. No secret. */
  readonly gitHubClientId: string | undefined
}

/**
 * Runs from source (Node strips the types) and from the bundle, whose files lie side by side in `out/main`. In a
 * package the bundle is inside `app.asar`, which only Electron can read: what others read is unpacked beside it.
 */
export function platformEnvironment(): PlatformEnvironment {
  const isSource = import.meta.filename.endsWith('.ts')
  const root = join(import.meta.dirname, '..', '..')
  const env: Record<string, string> = {
    ...(process.versions.electron === undefined ? {} : { ELECTRON_RUN_AS_NODE: '1' }),
    // Types are stripped once, not at each start.
    ...(isSource ? { NODE_COMPILE_CACHE: join(root, 'node_modules', '.cache', 'slipway') } : {}),
  }
  const program = (source: string, bundled: string): Program => ({
    program: process.execPath,
    args: [isSource ? join(root, source) : join(import.meta.dirname, bundled)],
    env,
  })
  return {
    dataFolder: toDataFolder(process.platform, process.env),
    resourcesFolder: join(root, 'resources').replace(/app\.asar(?=[\\/])/, 'app.asar.unpacked'),
    rendererFolder: join(root, 'out', 'renderer'),
    supervisor: program('electron/clusters/local/supervisor.ts', 'supervisor.js'),
    staticServer: program('electron/clusters/local/static-server.ts', 'static-server.js'),
    // What was set when it was bundled stands in the place of this.
    gitHubClientId: process.env.SLIPWAY_GITHUB_CLIENT_ID || undefined,
  }
}

/** `SLIPWAY_DATA`, else where this operating system keeps the data of programs. */
export function toDataFolder(platform: NodeJS.Platform, env: NodeJS.ProcessEnv, home = homedir()): string {
  const chosen = env.SLIPWAY_DATA
  if (chosen !== undefined && chosen !== '') return chosen
  if (platform === 'darwin') return join(home, 'Library', 'Application Support', 'Slipway')
  if (platform === 'win32') return join(env.LOCALAPPDATA ?? join(home, 'AppData', 'Local'), 'Slipway')
  const shared = env.XDG_DATA_HOME
  return join(shared?.startsWith('/') ? shared : join(home, '.local', 'share'), 'slipway')
}
