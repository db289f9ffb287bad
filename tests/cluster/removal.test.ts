import { afterAll, beforeAll, expect, vi } from 'vitest'
import { tenantNamespace } from '../../electron/clusters/kubernetes/names.ts'
import type { Platform } from '../../electron/platform/platform.ts'
import {
  clusterSettings,
  clusterTest,
  contextName,
  expose,
  kubeconfig,
  kubectl,
  registryAddress,
} from '../support/cluster.ts'
import { isReadyRun, newId, openClusterDriver, toReleaseOrder } from '../support/cluster-driver.ts'
import { type GitServer, startGitServer } from '../support/git-server.ts'
import { pushApp } from '../support/images.ts'
import { asker, createDataFolder, startPlatform, waitForDeployment } from '../support/platform.ts'

const files = {
  'package.json': JSON.stringify({ private: true, scripts: { start: 'node server.js' } }),
  'server.js':
    'require("node:http").createServer((_, response) => response.end("hello")).listen(process.env.PORT)',
}
const finalizer = 'tests.slipway.dev/hold'
const name = `gone-${Date.now().toString(36)}`
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
  await platform?.dispose({ stopApps: false })
  await git?.close()
  data.remove()
})

/** What the cluster makes and ends by itself, whatever Slipway does. */
const ofTheCluster = ['events', 'leases', 'endpoints', 'endpointslices']

/** Every object of every kind that can be listed, of those that name one of the ids anywhere. */
async function listAll(): Promise<{ path: string; text: string }[]> {
  const kinds = (await kubectl('api-resources', '--verbs=list', '-o=name'))
    .split('\n')
    .filter(kind => !ofTheCluster.includes(kind.split('.')[0] ?? '') && !kind.includes('metrics.k8s.io'))
  const list = await kubectl('get', kinds.join(','), '--all-namespaces', '-o=json', '--ignore-not-found')
  const { items } = JSON.parse(list) as {
    items: { kind: string; metadata: { namespace?: string; name: string } }[]
  }
  return items.map(one => ({
    path: [one.kind, one.metadata.namespace, one.metadata.name].filter(part => part !== undefined).join('/'),
    text: JSON.stringify(one),
  }))
}

/** Every tag of every repository of the registry, but for what belongs to other users and tests. */
async function listTags(ownerId: string): Promise<string[]> {
  const ask = async <T>(path: string) =>
    (await fetch(`http://${registryAddress}/v2/${path}`)).json() as Promise<T>
  const repositories: string[] = []
  for (let last = '', page = 1; page > 0; last = repositories.at(-1) ?? '') {
    const found = await ask<{ repositories: string[] }>(`_catalog?n=500&last=${last}`)
    repositories.push(...found.repositories)
    page = found.repositories.length
  }
  const looked = repositories.filter(one => !/^(?:slipway|tests)\//.test(one) || one.includes(ownerId))
  const tags = await Promise.all(
    looked.map(async one => {
      const { tags } = await ask<{ tags?: string[] | null }>(`${one}/tags/list`)
      return (tags ?? []).map(tag => `${one}:${tag}`)
    }),
  )
  return tags.flat()
}

/** Other tests work in namespaces of their own at the same time. */
const isOfOthers = ({ text }: { text: string }, own: readonly string[]): boolean =>
  text.includes('slipway-') && !own.some(id => text.includes(id))

clusterTest(
  'removal leaves nothing of an app anywhere in cluster and registry; what hangs is said, and it goes on when that is released',
  async () => {
    await git.createRepository('gone', files)
    const owner = platform.users.add(`${name}-owner`, asker(platform))
    const before = { objects: await listAll(), tags: await listTags(owner.id) }
    const { id: clusterId } = await platform.clusters.add({
      context: contextName,
      changes: { kubeconfig, ...(await clusterSettings()) },
    })
    const { id, buildId } = await platform.intents.create(
      {
        ...{ source: { kind: 'git', address: `${address}/gone.git` }, branch: '', name, clusterId },
        ...{ port: null, planEdits: {}, ownerId: owner.id },
        variables: [{ name: 'TOKEN', scope: 'both', isSecret: true, value: 'a secret' }],
      },
      asker(platform),
    )
    const isLive = (one: { status: string; failure: unknown }) =>
      one.status === 'live' || one.failure !== null
    const live = await waitForDeployment(platform, id, isLive, 280_000)
    expect(live.failure).toBeNull()
    const ids = [owner.id, id, buildId, live.serving?.id ?? '']
    const isOurs = ({ text }: { text: string }) => ids.some(one => text.includes(one))
    const there = (await listAll()).filter(isOurs).map(({ path }) => path.split('/')[0])
    expect(there).toEqual(expect.arrayContaining(['Namespace', 'Deployment', 'Service', 'Ingress', 'Secret']))
    expect((await listTags(owner.id)).filter(tag => tag.includes(id)).length).toBeGreaterThan(1)
    const artifact = platform.reader.artifactsOf(id)[0] ?? ''

    const namespace = tenantNamespace(owner.id)
    const ingress = await kubectl('get', 'ingress', '-n', namespace, '-o=name')
    const hold = (finalizers: string[]) =>
      kubectl(
        'patch',
        ingress,
        '-n',
        namespace,
        '--type=merge',
        '-p',
        JSON.stringify({ metadata: { finalizers } }),
      )
    await hold([finalizer])
    platform.intents.remove(id, name, asker(platform))
    const hanging = await waitForDeployment(platform, id, one => one.failure !== null, 90_000)
    expect(hanging).toMatchObject({
      status: 'removing',
      failure: {
        code: 'removal_hangs',
        message: `The Ingress ${ingress.split('/')[1]} is held by the finalizer ${finalizer}.`,
      },
    })
    await hold([])
    await vi.waitFor(() => expect(platform.reader.deploymentRow(id)).toBeUndefined(), 90_000)
    expect(await platform.residue(id)).toMatchObject({ processes: 0, checkouts: 0, logs: 0, rows: 0 })

    const after = { objects: await listAll(), tags: await listTags(owner.id) }
    // A node keeps images until it needs the room, and says which.
    const named = after.objects.filter(isOurs).map(({ path }) => path)
    expect(named.filter(path => !path.startsWith('Node/'))).toEqual([])
    const known = new Set(before.objects.map(({ path }) => path))
    const added = after.objects.filter(one => !known.has(one.path) && !isOfOthers(one, ids))
    expect(added.map(({ path }) => path)).toEqual([])
    expect(after.tags.filter(tag => !before.tags.includes(tag))).toEqual([])
    const [repository, digest] = artifact.split(/^[^/]+\//)[1]?.split('@') ?? []
    const manifest = await fetch(`http://${registryAddress}/v2/${repository}/manifests/${digest}`, {
      method: 'HEAD',
      headers: {
        accept: 'application/vnd.oci.image.manifest.v1+json, application/vnd.oci.image.index.v1+json',
      },
    })
    expect(manifest.status).toBe(404)
  },
  500_000,
)

clusterTest(
  'the namespace of a user stays while it holds what somebody else made, and goes after that',
  async () => {
    const test = await openClusterDriver()
    const isThere = async () =>
      (await kubectl('get', 'namespace', test.namespace, '--ignore-not-found', '-o=name')) !== ''
    const deployAndRemove = async (between: () => Promise<unknown> = async () => undefined) => {
      const deploymentId = newId()
      const order = toReleaseOrder({ deploymentId, artifact: await pushApp('honours-port'), port: 3000 })
      await test.driver.applyRelease(order)
      await test.until(deploymentId, isReadyRun(order))
      await between()
      await test.driver.remove(deploymentId, null)
      expect(await test.driver.count(deploymentId)).toMatchObject({ processes: 0 })
    }
    try {
      const nightly = ['cronjob', 'nightly', '-n', test.namespace]
      await deployAndRemove(() =>
        kubectl('create', ...nightly, '--image=registry/backup', '--schedule=0 0 1 1 *'),
      )
      expect(await isThere()).toBe(true)
      expect(await kubectl('get', ...nightly, '-o=name')).toBe('cronjob.batch/nightly')

      await kubectl('delete', ...nightly)
      await deployAndRemove()
      expect(await isThere()).toBe(false)
    } finally {
      await test.clean()
      await test.dispose()
    }
  },
)
