import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { homedir } from 'node:os'
import { join, resolve } from 'node:path'
import type { TestProject } from 'vitest/node'
import { makeOwner } from './cluster-owner.ts'

interface Reached {
  readonly env: Record<string, string>
  readonly program: string | null
}
/** How its administrator reaches the cluster, or why there is none. */
export type ClusterAccess = Reached | { missing: string }

/** `owner`: the kubeconfig of the Slipway that is tried. */
type TestAccess = (Reached & { readonly owner: string }) | { missing: string }

declare module 'vitest' {
  interface ProvidedContext {
    cluster: TestAccess
  }
}

const folder = resolve(
  import.meta.dirname,
  '..',
  '..',
  process.env.SLIPWAY_TEST_CLUSTER ?? '../shared/cluster',
)

const parts = ['ingress', 'cert-manager', 'pebble', 'network-policy', 'egress', 'metrics']

/**
 * Brings the test cluster up for a run and leaves it as it was found: a cluster that ran before goes on. Where it cannot be
 * had, its tests are skipped and one line says why; on a CI machine that is meant to have it, that is an error.
 */
export default async function setup(project: Pick<TestProject, 'provide'>): Promise<() => void> {
  const opened = openCluster()
  const { access, remove } =
    'missing' in opened.access ? { access: opened.access, remove: undefined } : await withOwner(opened.access)
  if ('missing' in access) console.error(`Tests with a cluster are skipped: ${access.missing}`)
  project.provide('cluster', access)
  return () => {
    remove?.()
    opened.close?.()
  }
}

/** A cluster of somebody's own may be one whose kubeconfig gives nobody a role. */
async function withOwner(access: Reached): Promise<{ access: TestAccess; remove?: () => void }> {
  const { env, program } = access
  try {
    const { kubeconfig, remove } = await makeOwner({ administrator: env.KUBECONFIG ?? '', program })
    return { access: { ...access, owner: kubeconfig }, remove }
  } catch (error) {
    const why = `nobody can be made an owner of Slipway in it: ${(error as Error).message}`
    if (program !== null || process.env.CI === 'true') throw new Error(why)
    return { access: { missing: why } }
  }
}

/** `close` is there where the cluster was not running before. */
export function openCluster(): { access: ClusterAccess; close: (() => void) | undefined } {
  const given = process.env.SLIPWAY_TEST_KUBECONFIG
  if (given !== undefined)
    return { access: { env: { KUBECONFIG: resolve(given) }, program: null }, close: undefined }
  const missing = whyMissing()
  if (missing !== undefined) {
    if (process.env.CI === 'true' && existsSync(folder)) throw new Error(missing)
    return { access: { missing }, close: undefined }
  }
  const program = join(folder, 'cluster')
  const wasRunning = call(program, ['status']).status === 0
  const up = call(program, ['up'])
  if (up.status !== 0) throw new Error(`The test cluster does not start: ${up.stderr.trim()}`)
  // Here and not in the tests that need them: several of these would install one part at once.
  const installed = call(program, ['install', ...parts])
  if (installed.status !== 0) throw new Error(`The test cluster lacks a part: ${installed.stderr.trim()}`)
  return {
    access: { env: readExports(call(program, ['env']).stdout), program },
    close: wasRunning ? undefined : () => void call(program, ['down']),
  }
}

function whyMissing(): string | undefined {
  const program = join(folder, 'cluster')
  if (!existsSync(program)) return `there is no ${program}.`
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return 'it needs Linux and root.'
  return existsSync(join(cache(), 'stamps', 'kubernetes'))
    ? undefined
    : `run \`${program} build\` once, which takes about 13 minutes.`
}

const cache = (): string =>
  process.env.SLIPWAY_CLUSTER_CACHE ??
  join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'slipway-cluster')

const call = (program: string, args: readonly string[]) =>
  spawnSync(program, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] })

/** What a shell would have after `eval "$(cluster env)"`. */
function readExports(script: string): Record<string, string> {
  const names = [...script.matchAll(/(?:^export| )([A-Z_]+)=/gm)].map(([, name]) => name ?? '')
  const printed = spawnSync('bash', ['-c', `${script}\nenv -0`], { encoding: 'utf8' }).stdout
  const all = Object.fromEntries(
    printed.split('\0').map(line => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]),
  )
  return Object.fromEntries(names.map(name => [name, all[name] ?? '']))
}
