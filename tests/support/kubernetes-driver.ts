import { mkdtempSync, rmSync } from 'node:fs'
import { request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ulid } from 'ulid'
import { vi } from 'vitest'
import type { Instance, ReleaseOrder } from '../../electron/clusters/driver.ts'
import type { DeploymentFacts } from '../../electron/clusters/kubernetes/kubernetes-deps.ts'
import { createKubernetesDriver } from '../../electron/clusters/kubernetes/kubernetes-driver.ts'
import { tenantNamespace } from '../../electron/clusters/kubernetes/names.ts'
import type { RolloutLimits } from '../../electron/clusters/kubernetes/release/trouble.ts'
import { createLogStore } from '../../electron/logs/segment-log.ts'
import { createSourceReader } from '../../electron/sources/git.ts'
import { detectPlan } from '../../electron/sources/plan/detect-plan.ts'
import { type ClusterChanges, clusterSettingsSchema } from '../../shared/domain/cluster.ts'
import type { Plan } from '../../shared/domain/plan.ts'
import { baseDomain, clusterSettings, contextName, ingress, kubeconfig, kubectl } from './cluster.ts'

export const newId = (): string => ulid().toLowerCase()

/** A driver of the test cluster with a log store of its own, and a user whose namespace goes with it. */
export async function openKubernetesDriver(
  options: { settings?: ClusterChanges; limits?: RolloutLimits; folder?: string; ownerId?: string } = {},
) {
  const folder = options.folder ?? mkdtempSync(join(tmpdir(), 'slipway-test-'))
  const owner = { id: options.ownerId ?? newId(), name: 'ana' }
  const deployments = new Map<string, DeploymentFacts>()
  const logs = createLogStore({ folder: join(folder, 'logs') })
  const warnings: string[] = []
  const settings = clusterSettingsSchema.parse({
    context: contextName,
    kubeconfig,
    ...(await clusterSettings()),
    ...options.settings,
  })
  const driver = createKubernetesDriver({
    clusterId: newId(),
    settings,
    describe: id => {
      const found = deployments.get(id)
      if (found === undefined) throw new Error(`no deployment ${id}`)
      return found
    },
    logs,
    sources: createSourceReader(),
    detectPlan,
    now: Date.now,
    log: { warn: (details, message) => void warnings.push(`${message} ${JSON.stringify(details)}`) },
    ...(options.limits === undefined ? {} : { rolloutLimits: options.limits }),
  })
  const watchers = new Set<(id: string) => void>()
  driver.watch(id => {
    for (const watcher of watchers) watcher(id)
  })

  return {
    driver,
    logs,
    owner,
    warnings,
    namespace: tenantNamespace(owner.id),

    describe(id: string, facts: Partial<DeploymentFacts> & { name: string }): void {
      deployments.set(id, { owner, hosts: [], ...facts })
    },

    /** What is there once it is as the test means. Looks when the driver says that something changed, and only then. */
    until(
      id: string,
      isMet: (instances: readonly Instance[]) => boolean,
      limitMs = 90_000,
    ): Promise<readonly Instance[]> {
      return new Promise((resolve, reject) => {
        let last: readonly Instance[] = []
        const timer = setTimeout(
          () => end(() => reject(new Error(`not yet: ${JSON.stringify(last, null, 1)}`))),
          limitMs,
        )
        const end = (settle: () => void) => {
          clearTimeout(timer)
          watchers.delete(look)
          settle()
        }
        const look = (changed: string) => {
          if (changed !== id) return
          driver.observe(id).then(
            found => {
              last = found
              if (isMet(found)) end(() => resolve(found))
            },
            error => end(() => reject(error)),
          )
        }
        watchers.add(look)
        look(id)
      })
    },

    /** As Slipway ends; what runs in the cluster goes on, and the folder stays. */
    async close(): Promise<void> {
      await driver.dispose()
      await logs.dispose()
    },
    async dispose(): Promise<void> {
      await driver.dispose()
      await logs.dispose()
      rmSync(folder, { recursive: true, force: true })
    },
    /** All that was made for the user. */
    async clean(): Promise<void> {
      await kubectl('delete', 'namespace', tenantNamespace(owner.id), '--ignore-not-found', '--wait=false')
    },
  }
}
export type TestDriver = Awaited<ReturnType<typeof openKubernetesDriver>>

const imagePlan: Plan = {
  kind: 'dockerfile',
  label: 'Image',
  root: '.',
  runtime: null,
  install: null,
  build: null,
  start: null,
  output: null,
  fallback: null,
  port: null,
  notes: [],
}

export const toOrder = (
  order: Pick<ReleaseOrder, 'deploymentId' | 'artifact'> & Partial<ReleaseOrder>,
): ReleaseOrder => ({
  releaseId: newId(),
  run: 1,
  plan: imagePlan,
  port: null,
  variables: {},
  secrets: [],
  keptFolders: [],
  ...order,
})

export const isReadyRun =
  ({ releaseId, run }: Pick<ReleaseOrder, 'releaseId' | 'run'>) =>
  (instances: readonly Instance[]): boolean =>
    instances.some(one => one.state === 'ready' && one.releaseId === releaseId && one.run === run)

/** What the ingress controller answers for a host, with patience until it knows it. */
export function getThroughIngress(name: string): Promise<{ status: number; body: string }> {
  return vi.waitFor(
    async () => {
      const answer = await ask(`${name}.${baseDomain}`)
      if (answer.status === 404 || answer.status >= 502) throw new Error(`answered ${answer.status}`)
      return answer
    },
    { timeout: 20_000, interval: 100 },
  )
}

function ask(host: string): Promise<{ status: number; body: string }> {
  const [address = '', port = ''] = ingress.http.split(':')
  return new Promise((resolve, reject) => {
    const asked = request({ host: address, port, headers: { host }, agent: false }, response => {
      let body = ''
      response.setEncoding('utf8')
      response.on('data', chunk => {
        body += chunk
      })
      response.on('end', () => resolve({ status: response.statusCode ?? 0, body }))
      response.on('error', reject)
    })
    asked.on('error', reject)
    asked.end()
  })
}
