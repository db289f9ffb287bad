import type { Tool } from '../../../shared/domain/plan.ts'
import type { Files } from './files.ts'

export interface PackageManager {
  readonly name: 'npm' | 'pnpm' | 'yarn' | 'bun'
  /** File that the choice was read from. */
  readonly origin: string
  readonly install: string
  /** What a container needs that has Node and npm. */
  readonly packages: readonly string[]
  /** The lockfile and settings that are there. */
  readonly files: readonly string[]
  /** Whether versions are pinned by a lockfile of this manager. */
  readonly isLocked: boolean
  /** Its version, where `packageManager` pins it. npm comes with Node. */
  readonly tool: Tool | undefined
  /** Whether Node finds the dependencies without it, so that a script that only starts Node needs nothing else. */
  readonly isPlain: boolean
  /** Runs a script of package.json. */
  script(name: string): string
  /** Runs a program of a dependency. */
  program(command: string): string
}

/** Order is the specification, where there are several lockfiles and no `packageManager`. */
const lockfiles = [
  ['pnpm-lock.yaml', 'pnpm'],
  ['yarn.lock', 'yarn'],
  ['bun.lock', 'bun'],
  ['bun.lockb', 'bun'],
  ['package-lock.json', 'npm'],
  ['npm-shrinkwrap.json', 'npm'],
] as const

/** From `packageManager` ("pnpm@9.1.0") of package.json, else by lockfile, else npm. */
export async function readPackageManager(
  files: Files,
  declared: string | undefined,
): Promise<PackageManager> {
  const names = new Set(await files.list('.'))
  const present = lockfiles.filter(([file]) => names.has(file))
  const [, declaredName, version, declaredMajor] =
    /^(npm|pnpm|yarn|bun)@((\d+)(?:\.\d+)*(?:-[\w.-]+)?)/.exec(declared ?? '') ?? []
  const name =
    present.find(([, manager]) => manager === declaredName)?.[1] ??
    toName(declaredName) ??
    present[0]?.[1] ??
    'npm'
  const lockfile = present.find(([, manager]) => manager === name)?.[0]
  const isLocked = lockfile !== undefined
  const origin = declaredName === name ? 'package.json packageManager' : (lockfile ?? 'package.json')
  const tool: Tool | undefined =
    name === 'npm' || version === undefined || declaredName !== name
      ? undefined
      : { name, range: version, origin, isPinned: true, fetched: null }
  const settings = ['.npmrc', '.yarnrc', '.yarnrc.yml', 'bunfig.toml', 'pnpm-workspace.yaml']
  const shared = {
    name,
    origin,
    isLocked,
    tool,
    files: [...(lockfile === undefined ? [] : [lockfile]), ...settings.filter(file => names.has(file))],
    packages: toPackages(name, declaredName === name ? version : undefined, await readLock(files, lockfile)),
  }
  switch (name) {
    case 'npm':
      return {
        ...shared,
        isPlain: true,
        install: isLocked ? 'npm ci' : 'npm install',
        script: script => (script === 'start' ? 'npm start' : `npm run ${script}`),
        program: command => `npx ${command}`,
      }
    case 'pnpm':
      return {
        ...shared,
        isPlain: true,
        install: isLocked ? 'pnpm install --frozen-lockfile' : 'pnpm install',
        script: script => `pnpm run ${script}`,
        program: command => `pnpm exec ${command}`,
      }
    case 'yarn': {
      const isBerry = await usesBerry(files, declaredName === 'yarn' ? Number(declaredMajor) : undefined)
      const frozen = isBerry ? 'yarn install --immutable' : 'yarn install --frozen-lockfile'
      return {
        ...shared,
        isPlain: !isBerry,
        // In a build (CI), Yarn 2 and later insist on a lockfile.
        install: isLocked ? frozen : isBerry ? 'yarn install --no-immutable' : 'yarn install',
        script: script => `yarn run ${script}`,
        program: command => `yarn run ${command}`,
      }
    }
    case 'bun':
      return {
        ...shared,
        isPlain: false,
        install: isLocked ? 'bun install --frozen-lockfile' : 'bun install',
        script: script => `bun run ${script}`,
        program: command => `bun x ${command}`,
      }
  }
}

/** npm and the first yarn come with Node. */
function toPackages(name: PackageManager['name'], version: string | undefined, lock: string): string[] {
  switch (name) {
    case 'npm':
      return version === undefined ? [] : [`npm@${version}`]
    case 'pnpm':
      return [`pnpm@${version ?? pnpmOf(lock)}`]
    case 'yarn': {
      const isBerry = version === undefined ? /^__metadata:/m.test(lock) : !version.startsWith('1.')
      return isBerry ? [`@yarnpkg/cli-dist@${version ?? 4}`] : []
    }
    case 'bun':
      return [`bun@${version ?? 1}`]
  }
}

/** The newest that reads the lockfile as it is. */
function pnpmOf(lock: string): number {
  const format = Number(/^lockfileVersion:\s*'?(\d+)/m.exec(lock)?.[1] ?? 9)
  return format >= 9 ? 10 : format >= 6 ? 8 : 7
}

const readLock = async (files: Files, lockfile: string | undefined): Promise<string> =>
  lockfile === undefined || lockfile.endsWith('.lockb') ? '' : ((await files.read(lockfile)) ?? '')

function toName(name: string | undefined): PackageManager['name'] | undefined {
  return name === 'npm' || name === 'pnpm' || name === 'yarn' || name === 'bun' ? name : undefined
}

/** Yarn 2 and later, whose lockfile and options differ. */
async function usesBerry(files: Files, major: number | undefined): Promise<boolean> {
  if (major !== undefined) return major >= 2
  if ((await files.read('.yarnrc.yml')) !== undefined) return true
  return /^__metadata:/m.test((await files.read('yarn.lock')) ?? '')
}
