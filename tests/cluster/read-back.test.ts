import { afterAll, expect } from 'vitest'
import { tenantNamespace } from '../../electron/clusters/kubernetes/names.ts'
import type { Platform } from '../../electron/platform/platform.ts'
import {
  baseDomain,
  clusterSettings,
  clusterTest,
  contextName,
  kubeconfig,
  kubectl,
} from '../support/cluster.ts'
import { pushApp } from '../support/images.ts'
import { asker, createDataFolder, startPlatform, waitForDeployment } from '../support/platform.ts'

const run = Date.now().toString(36)
const names = { shop: `shop-${run}`, blog: `blog-${run}` }
const before = createDataFolder()
const after = createDataFolder()
let first: Platform | undefined
let second: Platform | undefined
const tenants: string[] = []

afterAll(async () => {
  await first?.dispose({ stopApps: false })
  await second?.dispose({ stopApps: false })
  for (const folder of [before, after]) folder.remove()
  for (const id of tenants)
    await kubectl('delete', 'namespace', tenantNamespace(id), '--ignore-not-found', '--wait=false')
})

const isThere = (one: { status: string; health: { ready: number } }) =>
  one.status === 'live' && one.health.ready > 0

/** All that the database has of the deployments in the cluster, history and times of change aside. */
async function toRows(platform: Platform) {
  const { reader } = platform
  return reader.deploymentRows().map(({ id, changedAt: _, clusterId: __, firstRun: ___, ...row }) => ({
    ...row,
    owner: reader.ownerOf(id),
    project: reader.project(row.projectId)?.sourceAddress,
    hosts: reader.hostsOf(id),
    releases: reader.releasesOf(id).map(({ liveAt: _, ...one }) => one),
    artifacts: reader.artifactsOf(id),
    variables: reader.variablesOf(id).map(one => ({
      ...{ name: one.name, scope: one.scope, value: one.value },
      isSecret: one.secretVersion !== null,
    })),
  }))
}

clusterTest(
  'a lost database is filled from the cluster with the apps of two users, which then belong to it as before',
  async () => {
    const [digest = '', ...rest] = [await pushApp('honours-port')]
    expect(rest).toEqual([])
    const { baseDomain: domain, ...settings } = await clusterSettings()
    first = await startPlatform(before.path)
    const platform = first
    tenants.push(platform.users.current().id, platform.users.add(`ben-${run}`, asker(platform)).id)
    const { id: clusterId } = await platform.clusters.add({
      context: contextName,
      changes: { kubeconfig, ...settings, baseDomain: domain ?? null },
    })
    const [address = '', hash = ''] = digest.split('@')
    const source = { kind: 'image', address } as const
    const made: string[] = []
    for (const [index, name] of Object.values(names).entries()) {
      const { id } = await platform.intents.create(
        {
          ...{ source, branch: hash, name, clusterId, port: 8080, planEdits: {}, size: 'small' },
          variables: [
            { name: 'GREETING', scope: 'run', isSecret: false, value: `hello from ${name}` },
            { name: 'TOKEN', scope: 'both', isSecret: true, value: `secret of ${name}` },
            { name: 'TITLE', scope: 'build', isSecret: false, value: 'A title' },
          ],
          ownerId: tenants[index],
        },
        asker(platform),
      )
      made.push(id)
    }
    const [shop = '', blog = ''] = made
    for (const id of made) {
      await waitForDeployment(platform, id, one => isThere(one) || one.failure !== null, 120_000)
      expect(platform.deployment(id)?.failure).toBeNull()
    }
    await platform.domains.add(shop, `www.${names.shop}.test`, 'ana')
    platform.intents.stop(blog, asker(platform))
    await waitForDeployment(
      platform,
      blog,
      one => one.status === 'stopped' && one.health.instances.length === 0,
      60_000,
    )
    const rows = await toRows(platform)
    await platform.dispose({ stopApps: false })
    first = undefined

    second = await startPlatform(after.path)
    const again = second
    const { id: newClusterId } = await again.clusters.add({
      context: contextName,
      changes: { kubeconfig, ...settings, baseDomain: null },
    })
    const report = await again.readBack(newClusterId, asker(again))
    const ofThisRun = ({ name }: { name: string }) => name.endsWith(run)
    expect(report.settings).toEqual([`Its base domain is ${baseDomain}.`])
    expect(report.deployments.filter(ofThisRun)).toEqual(
      [names.blog, names.shop].map(name => ({ name, outcome: 'added', detail: '', missing: [] })),
    )
    await again.idle()
    expect((await toRows(again)).filter(ofThisRun)).toEqual(rows)
    const twice = await again.readBack(newClusterId, asker(again))
    expect(twice.deployments.filter(ofThisRun).map(one => one.outcome)).toEqual(['kept', 'kept'])
    expect((await toRows(again)).filter(ofThisRun)).toEqual(rows)

    again.intents.start(blog, asker(again))
    await waitForDeployment(again, blog, isThere, 60_000)
    const secret = await kubectl(
      'get',
      'secret',
      '-n',
      tenantNamespace(tenants[1] ?? ''),
      '-o=jsonpath={.items[*].data.TOKEN}',
    )
    expect(Buffer.from(secret, 'base64').toString()).toBe(`secret of ${names.blog}`)
    await again.intents.deploy(shop, asker(again))
    await waitForDeployment(again, shop, one => one.serving?.number === 2 && isThere(one), 120_000)
    for (const [id, name] of [
      [shop, names.shop],
      [blog, names.blog],
    ] as const)
      again.intents.remove(id, name, asker(again))
    await again.idle()
    for (const id of made)
      expect(await again.residue(id)).toMatchObject({ processes: 0, checkouts: 0, rows: 0 })
  },
  400_000,
)
