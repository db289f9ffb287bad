import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setImmediate as breathe } from 'node:timers/promises'
import { promisify } from 'node:util'
import { ulid } from 'ulid'
import type { ReleaseOrder } from '../electron/clusters/driver.ts'
import { createKubernetesDriver } from '../electron/clusters/kubernetes/kubernetes-driver.ts'
import { tenantNamespace } from '../electron/clusters/kubernetes/names.ts'
import {
  toDeployment,
  toIngress,
  toSecret,
  toService,
} from '../electron/clusters/kubernetes/release/manifests.ts'
import { createLogStore } from '../electron/logs/segment-log.ts'
import { createSourceReader } from '../electron/sources/git.ts'
import { detectPlan } from '../electron/sources/plan/detect-plan.ts'
import { clusterSettingsSchema } from '../shared/domain/cluster.ts'
import type { Plan } from '../shared/domain/plan.ts'
import { openCluster } from '../tests/support/cluster-setup.ts'
import { type Result, toResult } from './result.ts'

const exec = promisify(execFile)
const rounds = 7
const mostMs = 90_000
const baseDomain = 'apps.test'
/** On the node after the first round, which does not count. */
const images = [
  'docker.io/nginxinc/nginx-unprivileged:stable',
  'docker.io/nginxinc/nginx-unprivileged:alpine',
]

const plan: Plan = {
  kind: 'dockerfile',
  label: 'Image',
  root: '.',
  runtime: null,
  install: null,
  build: null,
  start: null,
  output: null,
  fallback: null,
  port: { value: 8080, origin: 'bench' },
  notes: [],
}

/**
 * An image that the node has: from the wish to the first good answer through the ingress controller, against `kubectl apply`
 * and `kubectl rollout status` of the same objects; and back to the release before, against `kubectl rollout undo`.
 */
export async function benchClusterRelease(): Promise<Result[]> {
  const { access, close } = openCluster()
  if ('missing' in access) {
    console.error(`The bench with a cluster is skipped: ${access.missing}`)
    return []
  }
  Object.assign(process.env, access.env)
  if (access.program !== null) await exec(access.program, ['install', 'ingress'])
  const bench = await openBench(access.env)
  try {
    const deploy = { ours: [] as number[], reference: [] as number[] }
    const undo = { ours: [] as number[], reference: [] as number[] }
    for (let round = 0; round <= rounds; round++) {
      const ours = await bench.bySlipway()
      const reference = await bench.byKubectl()
      if (round === 0) continue
      deploy.ours.push(ours.deployMs)
      deploy.reference.push(reference.deployMs)
      undo.ours.push(ours.undoMs)
      undo.reference.push(reference.undoMs)
    }
    return [
      toResult({ name: 'an image to its first answer, against kubectl apply', unit: 'ms', aim: 1.1 }, deploy),
      toResult({ name: 'a rollback to ready, against kubectl rollout undo', unit: 'ms', aim: 1.2 }, undo),
    ]
  } finally {
    await bench.dispose()
    close?.()
  }
}

async function openBench(env: Readonly<Record<string, string>>) {
  const folder = mkdtempSync(join(tmpdir(), 'slipway-bench-'))
  const owner = { id: ulid().toLowerCase(), name: 'bench' }
  const namespace = tenantNamespace(owner.id)
  const names = new Map<string, string>()
  const settings = clusterSettingsSchema.parse({
    context: 'slipway-test',
    kubeconfig: env.KUBECONFIG,
    baseDomain,
  })
  const describe = (id: string) => ({ name: names.get(id) ?? '', owner, hosts: [] })
  const logs = createLogStore({ folder: join(folder, 'logs') })
  const driver = createKubernetesDriver({
    clusterId: ulid().toLowerCase(),
    settings,
    readRegistryPassword: async () => undefined,
    describe,
    logs,
    sources: createSourceReader(),
    detectPlan,
    now: Date.now,
    log: { warn: () => undefined },
    noteConnection: () => undefined,
  })
  let lookNow: (deploymentId: string) => void = () => undefined
  driver.watch(id => lookNow(id))
  const kubectl = (...args: string[]) => exec('kubectl', ['-n', namespace, ...args])

  const toOrders = () => {
    const deploymentId = ulid().toLowerCase()
    names.set(deploymentId, `bench-${deploymentId.slice(-6)}`)
    return images.map(
      (artifact): ReleaseOrder => ({
        deploymentId,
        releaseId: ulid().toLowerCase(),
        run: 1,
        artifact,
        plan,
        port: null,
        variables: {},
        secrets: [],
        keptFolders: [],
        size: 'medium',
        instances: 1,
      }),
    )
  }
  const hostOf = ({ deploymentId }: ReleaseOrder) => `${names.get(deploymentId)}.${baseDomain}`

  const untilReady = (order: ReleaseOrder): Promise<void> =>
    new Promise((resolve, reject) => {
      const look = async (changed: string) => {
        if (changed !== order.deploymentId) return
        const [instance] = await driver.observe(order.deploymentId)
        if (instance?.state === 'exited') reject(new Error(instance.failure?.message))
        if (instance?.state === 'ready' && instance.releaseId === order.releaseId) resolve()
      }
      lookNow = changed => void look(changed).catch(reject)
      lookNow(order.deploymentId)
    })

  return {
    async bySlipway() {
      const [first, second] = toOrders()
      if (first === undefined || second === undefined) throw new Error('no orders')
      const deployMs = await timed(async () => {
        await driver.applyRelease(first)
        await untilReady(first)
        await firstAnswer(env.SLIPWAY_TEST_HTTP ?? '', hostOf(first))
      })
      await driver.applyRelease(second)
      await untilReady(second)
      const back = { ...first, releaseId: ulid().toLowerCase() }
      const undoMs = await timed(async () => {
        await driver.applyRelease(back)
        await untilReady(back)
      })
      await driver.remove(first.deploymentId, null)
      return { deployMs, undoMs }
    },

    async byKubectl() {
      const [first, second] = toOrders()
      if (first === undefined || second === undefined) throw new Error('no orders')
      const files = [first, second].map(order => {
        const deployment = describe(order.deploymentId)
        const facts = {
          order,
          deployment,
          namespace,
          runAsUser: 1000,
          hasPullSecret: false,
          startLimitMs: 60_000,
        }
        const { deploymentId } = order
        const routes = { deploymentId, deployment, namespace, settings, redirect: {} }
        const items = [toSecret(facts), toDeployment(facts), toService(facts), toIngress(routes)]
        const file = join(folder, `${order.releaseId}.json`)
        writeFileSync(file, JSON.stringify({ apiVersion: 'v1', kind: 'List', items }))
        return file
      })
      const name = `deployment/${toDeployment({ order: first, deployment: describe(first.deploymentId), namespace, runAsUser: 1000, hasPullSecret: false, startLimitMs: 60_000 }).metadata?.name}`
      const deployMs = await timed(async () => {
        await kubectl('apply', '-f', files[0] ?? '')
        await kubectl('rollout', 'status', name)
        await firstAnswer(env.SLIPWAY_TEST_HTTP ?? '', hostOf(first))
      })
      await kubectl('apply', '-f', files[1] ?? '')
      await kubectl('rollout', 'status', name)
      const undoMs = await timed(async () => {
        await kubectl('rollout', 'undo', name)
        await kubectl('rollout', 'status', name)
      })
      await kubectl('delete', '-f', files[0] ?? '', '-f', files[1] ?? '', '--ignore-not-found')
      return { deployMs, undoMs }
    },

    async dispose() {
      await driver.dispose()
      await logs.dispose()
      await kubectl('delete', 'namespace', namespace, '--ignore-not-found')
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

async function timed(work: () => Promise<void>): Promise<number> {
  const begunAt = performance.now()
  await work()
  return performance.now() - begunAt
}

async function firstAnswer(address: string, host: string): Promise<void> {
  const [hostname = '', port = ''] = address.split(':')
  const end = performance.now() + mostMs
  while (performance.now() < end) {
    const status = await new Promise<number>(resolve => {
      const asked = request({ host: hostname, port, headers: { host }, agent: false }, response => {
        response.resume()
        resolve(response.statusCode ?? 0)
      })
      asked.on('error', () => resolve(0))
      asked.end()
    })
    if (status === 200) return
    await breathe()
  }
  throw new Error(`${host} did not answer`)
}
