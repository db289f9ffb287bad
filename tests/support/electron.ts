import { execFile } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { promisify } from 'node:util'
import { _electron, type ElectronApplication, type Page } from 'playwright-core'
import { openDisplay } from './display.ts'

/** A machine that compiles a cluster beside it opens a window after so long. */
const windowMs = 90_000

const root = resolve(import.meta.dirname, '..', '..')

export interface ElectronRuntime {
  readonly executable: string
  readonly args: readonly string[]
  readonly env: Readonly<Record<string, string>>
}

/**
 * An Electron to test with: the binary of the `electron` package when it was downloaded, else an older runtime that
 * `SLIPWAY_TEST_ELECTRON` (a folder) knows how to install. There, libsql stands in for better-sqlite3. Otherwise the reason why
 * there is none.
 */
export async function findElectron(): Promise<ElectronRuntime | { readonly missing: string }> {
  const own = findOwnElectron()
  if (own !== undefined) return { executable: own, args: [], env: {} }
  const folder = resolve(root, process.env.SLIPWAY_TEST_ELECTRON ?? '../shared/electron')
  if (!existsSync(join(folder, 'install'))) {
    return { missing: 'the binary of the electron package is not installed (npx install-electron)' }
  }
  const { stdout } = await promisify(execFile)(join(folder, 'install'))
  const dist = stdout.trim()
  return {
    executable: join(dist, 'electron'),
    args: ['-r', join(folder, 'compat.cjs'), '-r', join(import.meta.dirname, 'electron-compat.cjs')],
    env: { SLIPWAY_ELECTRON_HOME: dirname(dist) },
  }
}

/** Asks for the file only: importing `electron` would download it. */
function findOwnElectron(): string | undefined {
  const folder = join(root, 'node_modules', 'electron')
  const pathFile = join(folder, 'path.txt')
  if (!existsSync(pathFile)) return undefined
  const executable = join(folder, 'dist', readFileSync(pathFile, 'utf8').trim())
  return existsSync(executable) ? executable : undefined
}

export interface ElectronSession {
  readonly app: ElectronApplication
  readonly page: Page
  /** What the main process wrote. */
  output(): string
  /** Quits as a person would, and waits until everything has ended. */
  close(): Promise<void>
}

/** Starts the built app (or another folder) with its own data folder, on a display of its own where there is none. */
export async function launchElectron(options: {
  runtime: ElectronRuntime
  dataFolder: string
  appFolder?: string
  env?: Readonly<Record<string, string>>
}): Promise<ElectronSession> {
  const display = await openDisplay()
  const isRoot = process.getuid?.() === 0
  const { ELECTRON_RUN_AS_NODE: _, ...inherited } = process.env
  try {
    const app = await _electron.launch({
      executablePath: options.runtime.executable,
      args: [...(isRoot ? ['--no-sandbox'] : []), ...options.runtime.args, options.appFolder ?? root],
      env: {
        ...(inherited as Record<string, string>),
        ...options.runtime.env,
        ...options.env,
        DISPLAY: display.name,
        SLIPWAY_DATA: options.dataFolder,
      },
    })
    let output = ''
    for (const stream of [app.process().stdout, app.process().stderr]) {
      stream?.on('data', chunk => {
        output += String(chunk)
      })
    }
    const page = await Promise.race([
      app.firstWindow({ timeout: windowMs }),
      app.waitForEvent('close', { timeout: 0 }).then(() => {
        throw new Error(`Slipway ended before its window was there:\n${output}`)
      }),
    ])
    return {
      app,
      page,
      output: () => output,
      async close() {
        await app.close()
        await display.dispose()
      },
    }
  } catch (error) {
    await display.dispose()
    throw error
  }
}
