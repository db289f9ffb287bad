import { afterAll, beforeAll, expect } from 'vitest'
import { tenantNamespace } from '../../electron/clusters/kubernetes/names.ts'
import type { Platform } from '../../electron/platform/platform.ts'
import type { Check } from '../../shared/domain/cluster.ts'
import type { RegistryStep } from '../../shared/domain/cluster-registry.ts'
import { apply, clusterSettings, clusterTest, contextName, expose, kubectl } from '../support/cluster.ts'
import { type GitServer, startGitServer } from '../support/git-server.ts'
import {
  asker,
  createDataFolder,
  getThroughGateway,
  isLive,
  startPlatform,
  waitForDeployment,
} from '../support/platform.ts'

const data = createDataFolder()
let git: GitServer
let address: string
let platform: Platform

beforeAll(async () => {
  git = await startGitServer()
  address = await expose(Number(new URL(git.address).port))
  platform = await startPlatform(data.path)
})
afterAll(async () => {
  for (const one of platform?.deployments() ?? []) platform.intents.remove(one.id, one.name, asker(platform))
  await platform?.idle()
  await kubectl('delete', 'namespace', tenantNamespace(platform.users.current().id), '--ignore-not-found')
  await kubectl('delete', 'namespace', 'slipway-registry', '--ignore-not-found')
  await platform?.dispose({ stopApps: true })
  await git?.close()
  data.remove()
})

const app = (greeting: string) => ({
  'package.json': JSON.stringify({ name: 'kiosk', private: true, scripts: { start: 'node server.js' } }),
  'server.js': `
    require('node:http').createServer((_, response) => response.end('${greeting}')).listen(process.env.PORT)
  `,
})

/** A cluster that has no registry and announces none. */
async function addCluster(): Promise<string> {
  const { registry: _, ...usual } = await clusterSettings()
  const mirrors = Object.fromEntries(
    Object.entries(usual.mirrors ?? {}).map(([from, to]) => [from, `http://${to}`]),
  )
  const { id } = await platform.clusters.add({
    context: contextName,
    changes: { ...usual, mirrors, registryDisk: '1Gi' },
  })
  await platform.clusters.update(id, { registry: null })
  return id
}

async function all(steps: AsyncIterable<RegistryStep>): Promise<RegistryStep[]> {
  const seen: RegistryStep[] = []
  for await (const step of steps) seen.push(step)
  return seen
}

async function checksOf(
  id: string,
  proves: boolean,
): Promise<Record<string, Pick<Check, 'result' | 'detail'>>> {
  const found: Record<string, Pick<Check, 'result' | 'detail'>> = {}
  const order = { userId: platform.users.current().id, proves, signal: undefined }
  for await (const { check } of platform.clusters.preflight(id, order))
    if (check !== null) found[check.name] = { result: check.result, detail: check.detail }
  return found
}

const kinds =
  'namespaces,pods,deployments,replicasets,daemonsets,services,configmaps,secrets,persistentvolumeclaims'
const versions = () =>
  kubectl(
    ...['get', kinds, '-A', '-l', 'app.kubernetes.io/part-of=slipway-registry'],
    ...[
      '-o',
      'jsonpath={range .items[*]}{.kind}/{.metadata.name} {.metadata.generation} {.metadata.uid}{"\\n"}{end}',
    ],
  )

clusterTest(
  'a cluster without a registry gets one; apps are built, run and rolled back from it; it goes without a trace',
  async () => {
    const clusterId = await addCluster()
    const { userId } = asker(platform)
    await expect(
      platform.clusters.requireFit(clusterId, { userId }, { isImage: false }),
    ).rejects.toMatchObject({
      failure: {
        code: 'registry_missing',
        hint: expect.stringContaining('slipway cluster registry install'),
      },
    })
    expect(await platform.clusters.registry.show(clusterId)).toMatchObject({
      state: 'absent',
      objects: expect.arrayContaining([
        { kind: 'PersistentVolumeClaim', name: 'registry', why: 'where the images are kept', isThere: false },
      ]),
    })

    // Broken off in the middle, then gone on with.
    for await (const { name, status } of platform.clusters.registry.install(clusterId, undefined))
      if (name === 'volume' && status === 'done') break
    expect(await platform.clusters.registry.show(clusterId)).toMatchObject({ state: 'incomplete' })
    expect((await checksOf(clusterId, false)).registry).toMatchObject({ result: 'lack' })
    const steps = await all(platform.clusters.registry.install(clusterId, undefined))
    expect(steps.at(-1)).toMatchObject({ name: 'nodes', status: 'done', detail: 'On the one node' })
    expect(platform.reader.clusterSettings(clusterId)).toMatchObject({
      registry: {
        address: 'registry.slipway-registry.svc:5000',
        pullAddress: '127.0.0.1:7781',
        isInstalled: true,
      },
      registryUser: 'slipway',
    })

    // A second time changes nothing.
    const before = await versions()
    await all(platform.clusters.registry.install(clusterId, undefined))
    expect(await versions()).toBe(before)
    expect(await platform.clusters.registry.show(clusterId)).toMatchObject({
      state: 'complete',
      deployments: [],
    })

    expect(await checksOf(clusterId, true)).toMatchObject({
      registry: { result: 'ok', detail: expect.stringContaining('All users share this login') },
      builder: { result: 'ok' },
      push: { result: 'ok', detail: 'A build pushed to registry.slipway-registry.svc:5000.' },
      pull: { result: 'ok', detail: 'The one node pulled what was pushed.' },
    })

    const name = `kiosk-${Date.now().toString(36)}`
    const repository = await git.createRepository(name, app('one'))
    const source = { kind: 'git', address: `${address}/${name}.git` } as const
    const { id } = await platform.intents.create(
      { source, branch: 'main', name, port: null, planEdits: {}, clusterId },
      asker(platform),
    )
    const first = await waitForDeployment(platform, id, one => isLive(one) || one.failure !== null, 200_000)
    expect(first.failure).toBeNull()
    expect(await getThroughGateway(platform, name)).toMatchObject({ body: 'one' })
    expect(platform.reader.artifactsOf(id)[0]).toMatch(/^127\.0\.0\.1:7781\/slipway\/.*@sha256:/)

    await repository.commit(app('two'), 'Two')
    await platform.intents.deploy(id, asker(platform))
    await waitForDeployment(platform, id, one => isLive(one) && one.serving?.number === 2, 200_000)
    expect(await getThroughGateway(platform, name)).toMatchObject({ body: 'two' })
    await platform.intents.rollback(id, first.serving?.id ?? '', asker(platform))
    await waitForDeployment(platform, id, one => isLive(one) && one.serving?.number === 3, 100_000)
    expect(await getThroughGateway(platform, name)).toMatchObject({ body: 'one' })

    await expect(
      all(platform.clusters.registry.remove(clusterId, { losesImages: false, signal: undefined })),
    ).rejects.toMatchObject({ failure: { code: 'conflict', message: expect.stringContaining(name) } })
    const image = platform.reader.artifactsOf(id)[0] ?? ''
    platform.intents.remove(id, name, asker(platform))
    await platform.idle()

    // What others run from it is found too, wherever it is.
    const other = `slipway-test-${name}`
    const containers = [{ name: 'c', image }]
    await apply(
      { apiVersion: 'v1', kind: 'Namespace', metadata: { name: other } },
      { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'worker', namespace: other }, spec: { containers } },
    )
    expect(await platform.clusters.registry.show(clusterId)).toMatchObject({
      deployments: [],
      otherPods: [`${other}/worker`],
    })
    await expect(
      all(platform.clusters.registry.remove(clusterId, { losesImages: false, signal: undefined })),
    ).rejects.toMatchObject({ failure: { message: expect.stringContaining(`${other}/worker`) } })
    await kubectl('delete', 'namespace', other)

    // Made anew, the Service has another address, to which the pods of the nodes are led by a new start.
    await kubectl('delete', 'service', 'registry', '-n', 'slipway-registry')
    const template = async () =>
      kubectl(...['get', 'daemonset', 'node-path', '-n', 'slipway-registry'], '-o=jsonpath={.spec.template}')
    const ledBefore = await template()
    await all(platform.clusters.registry.install(clusterId, undefined))
    expect(await template()).not.toBe(ledBefore)
    expect((await checksOf(clusterId, true)).pull).toMatchObject({ result: 'ok' })

    const ended = await all(
      platform.clusters.registry.remove(clusterId, { losesImages: false, signal: undefined }),
    )
    expect(ended.at(-1)).toMatchObject({ name: 'count', detail: 'Nothing is left' })
    expect(await versions()).toBe('')
    const volumes = await kubectl(
      'get',
      'persistentvolumes',
      '-o=jsonpath={.items[*].spec.claimRef.namespace}',
    )
    expect(volumes.split(' ')).not.toContain('slipway-registry')
    expect(platform.reader.clusterSettings(clusterId)).toMatchObject({
      registry: null,
      registryUser: null,
      registryPasswordVersion: null,
    })
  },
  600_000,
)
