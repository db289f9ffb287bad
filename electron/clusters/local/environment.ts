import { accessSync, constants, readFileSync, statSync } from 'node:fs'
import { delimiter, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** What belongs to Slipway or to the npm that started it, not to the person's shell. */
const foreignNames =
  /^(?:SLIPWAY_|ELECTRON_|npm_|VITEST)|^(?:INIT_CWD|NODE_ENV|NODE_CHANNEL_FD|PORT|VITE_USER_NODE_ENV)$/i

/** The environment of the person's shell, as far as it can be told from ours. */
export function toChildEnvironment(environment: NodeJS.ProcessEnv): Record<string, string> {
  const kept = Object.entries(environment).flatMap(([name, value]) =>
    value === undefined || foreignNames.test(name) ? [] : [[name, value] as const],
  )
  return { ...Object.fromEntries(kept), PATH: withoutOwnPrograms(environment.PATH ?? '') }
}

export function toBuildEnvironment(
  environment: NodeJS.ProcessEnv,
  variables: Readonly<Record<string, string>> = {},
): Record<string, string> {
  return { ...toChildEnvironment(environment), CI: 'true', ...variables, SLIPWAY: '1' }
}

export function toAppEnvironment(app: {
  environment: NodeJS.ProcessEnv
  variables: Readonly<Record<string, string>>
  /** Null: it listens nowhere. */
  port: number | null
}): Record<string, string> {
  return {
    ...toChildEnvironment(app.environment),
    NODE_ENV: 'production',
    SLIPWAY: '1',
    ...app.variables,
    ...(app.port === null ? {} : { PORT: String(app.port) }),
  }
}

/** What npm tells a start script, for one that is started without npm. `folder`: where its package.json is. */
export function toScriptVariables(folder: string, path: string): Record<string, string> {
  const { name, version } = readManifest(join(folder, 'package.json'))
  return {
    ...(typeof name === 'string' ? { npm_package_name: name } : {}),
    ...(typeof version === 'string' ? { npm_package_version: version } : {}),
    npm_lifecycle_event: 'start',
    PATH: [join(folder, 'node_modules', '.bin'), path].join(delimiter),
  }
}

function readManifest(path: string): { name?: unknown; version?: unknown } {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as object
  } catch {
    return {}
  }
}

/** The program that a shell command runs first; undefined when that cannot be told simply. */
export function firstProgram(command: string): string | undefined {
  const words = command.trim().split(/\s+/)
  const word = words.find(text => text !== 'exec' && !/^[A-Za-z_]\w*=/.test(text))
  return word !== undefined && /^[\w.+-]+$/.test(word) ? word : undefined
}

export function isOnPath(program: string, path: string): boolean {
  return path.split(delimiter).some(folder => {
    const file = join(folder === '' ? '.' : folder, program)
    try {
      accessSync(file, constants.X_OK)
      return statSync(file).isFile()
    } catch {
      return false
    }
  })
}

/** A word for `/bin/sh`, whatever it holds. */
export function toShellWord(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`
}

/** npm puts the programs of the package that it runs, and of every folder above, first on the path. */
function withoutOwnPrograms(path: string): string {
  const own = new Set<string>()
  for (let folder = dirname(fileURLToPath(import.meta.url)); ; folder = dirname(folder)) {
    own.add(join(folder, 'node_modules', '.bin'))
    if (folder === dirname(folder)) break
  }
  return path
    .split(delimiter)
    .filter(folder => !own.has(folder) && !/[/\\]node-gyp-bin$/.test(folder))
    .join(delimiter)
}
