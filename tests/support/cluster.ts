import { execFile, execFileSync, spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { promisify } from 'node:util'
import { afterAll, inject, test } from 'vitest'
import type { ClusterChanges } from '../../shared/domain/cluster.ts'
import type {} from './cluster-setup.ts'
import type { LoadResult, LoadTarget } from './load.ts'

const exec = promisify(execFile)

const access = inject('cluster')
const env = 'env' in access ? access.env : {}
const program = 'env' in access ? access.program : null

/** Of the Slipway that is tried: somebody with the rights that it prints for an owner. */
export const kubeconfig = 'owner' in access ? access.owner : ''
/** Of the tests themselves, which look at everything and break things. */
export const administrator = env.KUBECONFIG ?? ''

// As in an owner's shell that has done what the cluster's manual says: `kubectl` is on the path.
Object.assign(process.env, env, 'owner' in access && { KUBECONFIG: kubeconfig })

/** A test with the cluster; skipped where there is none. Hooks of a file whose tests are all skipped do not run. */
export const clusterTest = test.skipIf('missing' in access)

export const contextName = 'slipway-test'

/** Where its ingress controller answers on this machine: send the Host header, or SNI. */
export const ingress = { http: env.SLIPWAY_TEST_HTTP ?? '', https: env.SLIPWAY_TEST_HTTPS ?? '' }
/** Its registry, as this machine reaches it. */
export const registryAddress = env.SLIPWAY_TEST_REGISTRY ?? ''
/** The base domain whose every name is the node, inside the cluster. */
export const baseDomain = 'apps.test'

/** Text of `kubectl`'s output, as the administrator. */
export async function kubectl(...args: readonly string[]): Promise<string> {
  const { stdout } = await exec('kubectl', ['--kubeconfig', administrator, ...args], {
    maxBuffer: 50_000_000,
  })
  return stdout.trim()
}

/** Not a cluster of somebody's own. */
export const isTestCluster = program !== null

/** What the test cluster's own program prints. */
export function clusterProgram(...args: readonly string[]): string {
  if (program === null) throw new Error('there is no test cluster')
  return execFileSync(program, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] })
}

/** `kubectl apply` of any objects. */
export const apply = (...objects: readonly object[]): Promise<void> =>
  applyYaml(JSON.stringify({ apiVersion: 'v1', kind: 'List', items: objects }))

export async function applyYaml(input: string): Promise<void> {
  execFileSync('kubectl', ['--kubeconfig', administrator, 'apply', '-f', '-'], { input })
}

/**
 * What a person would set for it. The ways to package registries are those of this machine: they are asked for at run time,
 * since they belong in no file.
 */
export async function clusterSettings(): Promise<ClusterChanges> {
  const inside = env.SLIPWAY_TEST_REGISTRY_INSIDE ?? ''
  return {
    registry: { address: inside, hostAddress: env.SLIPWAY_TEST_REGISTRY ?? null, isPlainHttp: true },
    mirrors: { 'docker.io': inside },
    buildEnvironment: await egressEnvironment(),
    baseDomain,
  }
}

async function egressEnvironment(): Promise<Record<string, string>> {
  if (program === null) return {}
  const { stdout } = await exec(join(program, '..', 'images', 'egress'), ['env'])
  const lines = stdout.split('\n').filter(line => line.includes('='))
  return Object.fromEntries(
    lines.map(line => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]),
  )
}

const people: string[] = []
// Registered first, so it runs last.
afterAll(() => {
  for (const folder of people) rmSync(folder, { recursive: true, force: true })
})

/** The kubeconfig file of a person who may do nothing until RBAC says otherwise. */
export async function personKubeconfig(name: string, ...groups: readonly string[]): Promise<string> {
  if (program === null) throw new Error('people are made by the test cluster alone')
  const { stdout } = await exec(program, ['kubeconfig', name, ...groups])
  const folder = mkdtempSync(join(tmpdir(), 'slipway-person-'))
  people.push(folder)
  const file = join(folder, 'kubeconfig')
  writeFileSync(file, stdout, { mode: 0o600 })
  return file
}

/**
 * Asks a host of the ingress controller at a rate, from the node itself: the way into the test cluster is a forwarder that lets
 * five new connections wait and drops the others, which TCP tries again after 1, 3, 7 and 15 seconds.
 */
export function startIngressLoad(target: Omit<LoadTarget, 'address'>): { end(): Promise<LoadResult> } {
  const node = env.SLIPWAY_TEST_REGISTRY_INSIDE?.split(':')[0]
  const address = program === null ? ingress.http : `${node}:80`
  const load = [
    process.execPath,
    join(import.meta.dirname, 'load-process.ts'),
    JSON.stringify({ ...target, address } satisfies LoadTarget),
  ]
  const [command = '', ...args] = program === null ? load : [program, 'exec', ...load]
  const child = spawn(command, args, { stdio: ['pipe', 'pipe', 'inherit'] })
  const output = text(child.stdout)
  return {
    async end() {
      child.stdin.end()
      return JSON.parse(await output) as LoadResult
    },
  }
}

/** Pods reach this machine's port from now on: what `http://host.slipway.test:<port>` is for them, and here. */
export async function expose(port: number): Promise<string> {
  if (program === null) throw new Error('pods reach this machine in the test cluster alone')
  await exec(program, ['expose', String(port)])
  return `http://host.slipway.test:${port}`
}
