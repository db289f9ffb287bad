import { afterAll, beforeAll, expect } from 'vitest'
import { tenantNamespace } from '../../electron/clusters/kubernetes/names.ts'
import type { Platform } from '../../electron/platform/platform.ts'
import { apply, clusterSettings, clusterTest, contextName, kubeconfig, kubectl } from '../support/cluster.ts'
import { newId } from '../support/cluster-driver.ts'
import { pushImage } from '../support/images.ts'
import { asker, createDataFolder, isLive, startPlatform, waitForDeployment } from '../support/platform.ts'
import { removeTenants } from '../support/tenants.ts'

const data = createDataFolder()
const mark = newId().slice(-8)
let platform: Platform
let id: string
let namespace: string
/** Of the Deployment, the Service and the Ingress. */
let app: string

beforeAll(async () => {
  platform = await startPlatform(data.path)
  const command = ['/bin/sh', '-c', 'httpd -f -p "$PORT" & trap "exit 0" TERM; wait']
  const image = await pushImage({ base: 'library/busybox:latest', command, tag: mark })
  const changes = { kubeconfig, ...(await clusterSettings()) }
  const { id: clusterId } = await platform.clusters.add({ context: contextName, changes })
  const source = { kind: 'image', address: image.replace(/@.*/, '') } as const
  const wish = { source, branch: mark, name: `drift-${mark}`, port: 4000, planEdits: {}, clusterId }
  id = (await platform.intents.create(wish, asker(platform))).id
  namespace = tenantNamespace(platform.users.current().id)
  const live = await waitForDeployment(platform, id, one => isLive(one) || one.failure !== null, 120_000)
  expect(live.failure).toBeNull()
  app = `${live.name}-${id.slice(-8)}`
})

afterAll(async () => {
  for (const one of platform?.deployments() ?? []) platform.intents.remove(one.id, one.name, asker(platform))
  await platform?.idle()
  await platform?.dispose({ stopApps: true })
  await removeTenants(data.path)
  data.remove()
})

const inNamespace = (...args: readonly string[]) => kubectl('-n', namespace, ...args)
const texts = () => platform.drift.get(id).differences.map(one => one.text)
const untilTold = (count: number) =>
  waitForDeployment(platform, id, one => one.differences === count, 60_000).then(texts)
const untilQuiet = () =>
  waitForDeployment(
    platform,
    id,
    one => one.differences === 0 && isLive(one) && !platform.drift.get(id).isRepairing,
    60_000,
  )
const repair = async () => {
  platform.drift.repair(id, asker(platform))
  await untilQuiet()
}
const verbs = () => platform.reader.activity({ limit: 100, deploymentId: id }).map(line => line.verb)

clusterTest('what nobody changed is no drift, whatever the server adds to it', async () => {
  await inNamespace('rollout', 'status', `deployment/${app}`)
  await platform.idle()
  expect(platform.drift.get(id)).toEqual({
    deploymentId: id,
    differences: [],
    kept: [],
    repairsItself: false,
    isRepairing: false,
    failure: null,
  })
})

clusterTest('another number of instances is told; kept, it is the wish', async () => {
  await inNamespace('scale', `deployment/${app}`, '--replicas=2')
  expect(await untilTold(1)).toEqual(['replicas: 1 wanted, 2 there'])
  expect(platform.deployment(id)?.instances).toBe(1)
  platform.drift.keep(id, undefined, asker(platform))
  await waitForDeployment(platform, id, one => one.instances === 2 && one.health.ready === 2, 60_000)
  await platform.idle()
  expect(texts()).toEqual([])
  expect(await inNamespace('get', 'poddisruptionbudget', '-o=name')).toMatch(/\/drift-/)
  platform.intents.scale(id, 1, asker(platform))
  await untilQuiet()
  expect(await inNamespace('get', 'deployment', app, '-o=jsonpath={.spec.replicas}')).toBe('1')
})

clusterTest('what was changed, added and deleted is told, and comes back as it was', async () => {
  const image = await inNamespace('get', 'deployment', app, '-o=jsonpath={..image}')
  const environment = () => inNamespace('get', 'deployment', app, '-o=jsonpath={..env[*].name}')
  await inNamespace('set', 'env', `deployment/${app}`, 'DEBUG=secret-value')
  expect(await untilTold(1)).toEqual(['env DEBUG was added'])
  await inNamespace('delete', 'service', app)
  expect(await untilTold(2)).toEqual(['env DEBUG was added', `Service ${app} is missing`])
  await inNamespace('set', 'image', `deployment/${app}`, 'app=10.10.0.1:5000/tests/nothing:1')
  expect((await untilTold(3))[0]).toEqual(`image: ${image} wanted, 10.10.0.1:5000/tests/nothing:1 there`)
  const selector = { metadata: { name: `extra-${mark}`, namespace }, spec: { ports: [{ port: 81 }] } }
  const own = { 'app.kubernetes.io/managed-by': 'slipway', 'slipway.dev/deployment': id }
  await apply({
    ...{ apiVersion: 'v1', kind: 'Service', ...selector },
    metadata: { ...selector.metadata, labels: own },
  })
  expect((await untilTold(4)).at(-1)).toMatch(/^Service extra-\S+ is extra: /)
  const told = texts()
  await repair()
  expect([await inNamespace('get', 'deployment', app, '-o=jsonpath={..image}'), await environment()]).toEqual(
    [image, 'PORT'],
  )
  expect(await inNamespace('get', 'service', '-o=jsonpath={.items[*].metadata.name}')).toBe(app)
  const [line] = platform.reader
    .activity({ limit: 20, deploymentId: id })
    .filter(one => one.verb === 'repair')
  expect(line?.detail).toBe(told.join('; '))
  expect(JSON.stringify(platform.reader.activity({ limit: 100 }))).not.toContain('secret-value')
})

clusterTest('a Deployment that was deleted is not made again before somebody says so', async () => {
  const names = (await inNamespace('get', 'secret', '-l', 'slipway.dev/release', '-o=name')).split('\n')
  expect(names).toHaveLength(1)
  await inNamespace('delete', 'deployment', app)
  await inNamespace('delete', names[0] ?? '')
  await inNamespace('delete', 'ingress', app)
  const release = names[0]?.replace('secret/', '')
  expect(await untilTold(3)).toEqual([
    `Secret ${release} is missing`,
    `Deployment ${app} is missing`,
    `Ingress ${app} is missing`,
  ])
  await waitForDeployment(platform, id, one => one.health.ready === 0)
  await repair()
  expect(await inNamespace('get', 'deployment,ingress', '-o=name')).toBe(
    [`deployment.apps/${app}`, `ingress.networking.k8s.io/${app}`].join('\n'),
  )
})

clusterTest('what is kept is told no more until it changes, and can be taken back', async () => {
  await inNamespace('set', 'env', `deployment/${app}`, 'LEVEL=1')
  await untilTold(1)
  platform.drift.keep(id, undefined, asker(platform))
  await untilQuiet()
  const [kept] = platform.drift.get(id).kept
  expect(kept).toMatchObject({ text: 'env LEVEL was added', keptBy: asker(platform).name })

  // The repair of something else leaves it.
  await inNamespace('delete', 'service', app)
  await untilTold(1)
  await repair()
  expect(await inNamespace('get', 'deployment', app, '-o=jsonpath={..env[*].name}')).toMatch(/LEVEL/)

  platform.drift.unkeep(id, kept?.key ?? '', asker(platform))
  expect(await untilTold(1)).toEqual(['env LEVEL was added'])
  await repair()
  expect(platform.drift.get(id).kept).toEqual([])
})

clusterTest('it repairs by itself only where somebody said so', async () => {
  platform.drift.set(id, { repairsItself: true }, asker(platform))
  await inNamespace('scale', `deployment/${app}`, '--replicas=3')
  await waitForDeployment(platform, id, () => verbs().includes('repaired_itself'), 60_000)
  await untilQuiet()
  expect(await inNamespace('get', 'deployment', app, '-o=jsonpath={.spec.replicas}')).toBe('1')
  platform.drift.set(id, { repairsItself: false }, asker(platform))
})

clusterTest('what an autoscaler chooses is no drift, and Slipway does not take it back', async () => {
  const autoscaler = {
    ...{ apiVersion: 'autoscaling/v2', kind: 'HorizontalPodAutoscaler' },
    metadata: { name: app, namespace },
    spec: {
      scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: app },
      ...{ minReplicas: 2, maxReplicas: 2 },
    },
  }
  await apply(autoscaler)
  await waitForDeployment(platform, id, one => one.health.ready === 2, 90_000)
  await platform.idle()
  expect(texts()).toEqual([])
  expect(platform.deployment(id)?.instances).toBe(1)
  await inNamespace('delete', 'hpa', app)
})
