import type { Duplex } from 'node:stream'
import type { Health } from '../../shared/domain/records.ts'
import type { Instance } from '../clusters/driver.ts'
import type { StoredDeployment } from '../database/rows.ts'
import type { GatewayRoute } from '../gateway/gateway.ts'

/** What is there, out of the instances that were seen last. */
export function toHealth(deployment: StoredDeployment, instances: readonly Instance[]): Health {
  const serving = instances.filter(one => one.releaseId === deployment.serving?.id)
  const ready = serving.filter(one => one.state === 'ready')
  const last = serving.toSorted((a, b) => b.run - a.run)[0]
  // This computer runs one of each, whatever an import says for the cluster that it came from.
  const wanted = deployment.cluster.kind === 'local' ? 1 : deployment.instances
  const exited = serving.filter(one => one.state === 'exited' && one.failure !== null)
  return {
    ready: ready.length,
    wanted: deployment.wanted === 'running' && deployment.serving ? wanted : 0,
    restarts: exited.length + serving.reduce((sum, one) => sum + (one.restarts ?? 0), 0),
    reason:
      ready.length >= wanted
        ? null
        : (serving.find(one => one.state === 'starting' && one.failure !== null)?.failure?.message ??
          (ready.length > 0 ? null : (last?.failure?.message ?? null))),
    instances: serving.filter(one => one.state !== 'exited' && one.name !== '').map(one => one.name),
    port: ready[0]?.port ?? null,
    since: ready[0]?.readyAt ?? last?.exitedAt ?? null,
  }
}

/** Where the gateway sends a request for the deployment. */
export function toRoute(facts: {
  deployment: StoredDeployment
  run: number
  instances: readonly Instance[]
  dial: () => Promise<Duplex>
  answered?: (answer: { status: number; ms: number }) => void
}): GatewayRoute {
  const { deployment, instances, dial, answered } = facts
  if (deployment.isWorker) {
    return {
      state: 'worker',
      title: `${deployment.name} is a worker`,
      detail: 'It listens nowhere, so that there is nothing to open. Slipway shows its log.',
      lines: [],
    }
  }
  const serving = instances.filter(one => one.releaseId === deployment.serving?.id)
  if (serving.some(one => one.state === 'ready'))
    return { state: 'ready', dial, ...(answered ? { answered } : {}) }
  const { name, status, failure } = deployment
  if (deployment.wanted === 'stopped') {
    return { state: 'stopped', title: `${name} is stopped`, detail: 'Start it in Slipway.', lines: [] }
  }
  if (status === 'queued' || status === 'building') {
    return {
      state: 'building',
      title: `${name} is being built`,
      detail: 'This page opens the app when it is ready.',
      lines: [],
    }
  }
  const crash = serving.toSorted((a, b) => b.run - a.run).find(one => one.failure !== null)?.failure
  const reason = failure ?? crash
  if (reason) {
    return {
      state: 'crashed',
      title: `${name} is not running`,
      detail: reason.message,
      lines: reason.lines ?? [],
    }
  }
  return {
    state: 'starting',
    title: `${name} is starting`,
    detail: 'This page opens the app when it is ready.',
    lines: [],
  }
}
