import { afterAll, beforeAll, expect } from 'vitest'
import { apply, clusterSettings, clusterTest, kubectl } from '../support/cluster.ts'
import { setUpBuilds } from '../support/cluster-builds.ts'
import { newId, openClusterDriver } from '../support/cluster-driver.ts'

const { orderOf } = setUpBuilds()
const namespace = `slipway-test-${newId()}`

const toPod = (name: string) => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name, namespace, labels: { app: name } },
  spec: {
    terminationGracePeriodSeconds: 0,
    containers: [
      {
        name: 'web',
        image: 'nginxinc/nginx-unprivileged:stable',
        ports: [{ name: 'web', containerPort: 8080 }],
        readinessProbe: { tcpSocket: { port: 8080 } },
      },
    ],
  },
})
const toService = (name: string, spec: object) => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name, namespace },
  spec,
})

beforeAll(async () => {
  await apply(
    { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } },
    toPod('mirror'),
    toPod('other'),
    toService('mirror', { selector: { app: 'mirror' }, ports: [{ port: 80, targetPort: 'web' }] }),
    toService('other', { selector: { app: 'other' }, ports: [{ port: 80, targetPort: 'web' }] }),
    toService('nowhere', { ports: [{ port: 80 }] }),
  )
  await kubectl('wait', '-n', namespace, '--for=condition=Ready', 'pod', '--all', '--timeout=90s')
})
afterAll(() => kubectl('delete', 'namespace', namespace, '--wait=false'))

/** What a build reaches whose cluster has these mirrors, and its log. */
async function tryFrom(mirrors: Record<string, string>, targets: readonly string[]) {
  const usual = await clusterSettings()
  const slipway = await openClusterDriver({ settings: { mirrors: { ...usual.mirrors, ...mirrors } } })
  try {
    const tries = targets.map(
      target =>
        `(timeout 5 bash -c 'echo >/dev/tcp/${target}' 2>/dev/null && echo open ${target} || echo closed ${target})`,
    )
    const { order } = await orderOf({
      Dockerfile: `FROM debian:bookworm-slim\nRUN ${tries.join('; ')}`,
    })
    await slipway.driver.startBuild(order)
    const built = await slipway.untilBuild(order)
    const log = await slipway.readBuildLog(order)
    expect(built.state, log.join('\n')).toBe('succeeded')
    await slipway.driver.collect(order.deploymentId, [])
    return { log, found: log.flatMap(line => /^#\d+ ((?:open|closed) \S+)$/.exec(line)?.[1] ?? []) }
  } finally {
    await slipway.dispose()
  }
}

clusterTest('a build reaches the pods of a Service that is set, and no others of its namespace', async () => {
  const mirror = `mirror.${namespace}.svc.cluster.local`
  const other = `other.${namespace}.svc.cluster.local`
  const { found, log } = await tryFrom({ 'one.test': `http://${mirror}` }, [`${mirror}/80`, `${other}/80`])
  expect(found).toEqual([`open ${mirror}/80`, `closed ${other}/80`])
  expect(log.filter(line => line.includes('builds may reach'))).toEqual([])
})

clusterTest('a Service that names no pods opens its namespace, which the log says', async () => {
  const other = `other.${namespace}.svc.cluster.local`
  const { found, log } = await tryFrom({ 'two.test': `http://nowhere.${namespace}.svc` }, [`${other}/80`])
  expect(found).toEqual([`open ${other}/80`])
  expect(log).toContain(
    `The Service nowhere in ${namespace} does not say by labels which pods it is, so builds may reach all pods of the namespace ${namespace}.`,
  )
})
