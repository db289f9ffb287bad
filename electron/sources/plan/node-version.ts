import semver from 'semver'
import type { Plan, Tool } from '../../../shared/domain/plan.ts'
import type { Files } from './files.ts'

/** Names that nvm knows, by major version. */
const names: Readonly<Record<string, number>> = {
  ...{ argon: 4, boron: 6, carbon: 8, dubnium: 10, erbium: 12, fermium: 14 },
  ...{ gallium: 16, hydrogen: 18, iron: 20, jod: 22, krypton: 24 },
}
/** Versions with long-term support that are still looked after. */
const longTerm = '22 || 24 || 26'

interface NodeVersion {
  readonly runtime: NonNullable<Plan['runtime']>
  /** Undefined: any version does. */
  readonly tool: Tool | undefined
}

/** What the repository pins for its developers says more than the versions that it works with. */
export async function readNodeVersion(
  files: Files,
  manifest: { engine: string | undefined; volta: string | undefined },
): Promise<NodeVersion> {
  for (const path of ['.nvmrc', '.node-version']) {
    const lines = (await files.read(path))?.split('\n').map(line => line.replace(/#.*/, '').trim()) ?? []
    const version = lines.find(line => line !== '')
    if (version !== undefined) return toNodeVersion(version, path, true)
  }
  if (manifest.volta !== undefined) return toNodeVersion(manifest.volta, 'package.json volta.node', true)
  if (manifest.engine !== undefined) return toNodeVersion(manifest.engine, 'package.json engines.node', false)
  return { runtime: { value: 'Node', origin: 'package.json' }, tool: undefined }
}

function toNodeVersion(text: string, origin: string, isPinned: boolean): NodeVersion {
  const range = toRange(text)
  return {
    runtime: { value: describeRange(text), origin },
    tool: range === undefined ? undefined : { name: 'node', range, origin, isPinned, fetched: null },
  }
}

/** As npm writes ranges; undefined when any version does, or nobody knows which. */
export function toRange(text: string): string | undefined {
  const wanted = text.trim().toLowerCase()
  const codename = /^lts\/(.+)$/.exec(wanted)?.[1]
  if (wanted === 'lts' || codename === '*') return longTerm
  if (codename !== undefined) return names[codename]?.toString()
  const range = semver.validRange(wanted)
  return range === null || range === '*' ? undefined : wanted
}

/** `>=20` is "Node 20 or later"; `20.x`, `^20.1.0` and `20` are "Node 20"; anything else is shown as it is. */
function describeRange(text: string): string {
  const range = text.trim().replace(/^v(?=\d)/, '')
  const least = /^>=\s*v?(\d+)(?:\.0)*$/.exec(range)?.[1]
  if (least !== undefined) return `Node ${least} or later`
  const major = /^(?:\^\s*v?(\d+)(?:\.\d+)*|v?(\d+)(?:\.[x*])*)$/.exec(range)
  return `Node ${major?.[1] ?? major?.[2] ?? range}`
}
