import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect } from 'vitest'
import { repositoryOf, tenantNamespace } from '../../electron/clusters/kubernetes/names.ts'
import type { Platform } from '../../electron/platform/platform.ts'
import type { Deployment } from '../../shared/domain/records.ts'
import { clusterSettings, clusterTest, contextName, kubeconfig, kubectl } from '../support/cluster.ts'
import { pushApp } from '../support/images.ts'
import { asker, createDataFolder, startPlatform, waitForDeployment } from '../support/platform.ts'

const name = `lost-${Date.now().toString(36)}`
const data = createDataFolder()
const ownKubeconfig = join(data.path, 'kubeconfig')
let platform: Platform

beforeAll(async () => {
  platform = await startPlatform(data.path)
})
afterAll(async () => {
  await platform?.dispose({ stopApps: false })
  data.remove()
})

/** As where the cluster is switched off, or the computer is elsewhere. */
const loseCluster = () => {
  const text = readFileSync(kubeconfig, 'utf8').replace(
    /server: "?[^",}\s]+"?/g,
    'server: "https://127.0.0.1:1"',
  )
  writeFileSync(ownKubeconfig, text)
}
const findCluster = () => writeFileSync(ownKubeconfig, readFileSync(kubeconfig))

clusterTest(
  'a removal waits for a cluster that cannot be reached, says so, and can be given up; what is left is listed until it is read back',
  async () => {
    findCluster()
    const me = asker(platform)
    const owner = platform.users.add(`${name}-owner`, me)
    const settings = await clusterSettings()
    const add = () =>
      platform.clusters.add({ context: contextName, changes: { kubeconfig: ownKubeconfig, ...settings } })
    const { id: clusterId } = await add()
    const [address = '', branch = ''] = (await pushApp('honours-port')).split('@')
    const { id } = await platform.intents.create(
      {
        ...{ source: { kind: 'image', address }, branch, name, clusterId },
        ...{ port: 8080, planEdits: {}, ownerId: owner.id },
      },
      me,
    )
    const isLive = (one: Deployment) => one.status === 'live' && one.health.ready === 1
    await waitForDeployment(platform, id, isLive, 120_000)
    await expect(platform.leftBehind.forget(id, name, me)).rejects.toThrow(`${name} is not being removed.`)

    loseCluster()
    platform.intents.remove(id, name, me)
    const waiting = await waitForDeployment(platform, id, one => one.failure !== null, 60_000)
    expect(waiting).toMatchObject({ status: 'removing', failure: { code: 'cluster_unreachable' } })
    await expect(platform.leftBehind.forget(id, 'other', me)).rejects.toThrow('The name does not match')
    const left = await platform.leftBehind.forget(id, name, me)
    const namespace = tenantNamespace(owner.id)
    const repository = repositoryOf(owner.id, id)
    const things = [
      `Deployment, Service and Ingress ${name}-${id.slice(-8)} in the namespace ${namespace}`,
      `Secrets there with the label slipway.dev/deployment=${id}`,
      `The namespace ${namespace} itself, where it was the last app of ${owner.name}`,
      `Images in ${settings.registry?.address}/${repository} and ${repository}-cache`,
    ]
    expect(left).toMatchObject({ deployment: name, cluster: contextName, things })
    expect(platform.leftBehind.list()).toEqual([left])
    expect(platform.reader.deploymentRow(id)).toBeUndefined()
    expect(await kubectl('get', 'deployment', '-n', namespace, '-o=name')).not.toBe('')

    findCluster()
    const report = await platform.readBack(clusterId, me)
    expect(report.deployments.filter(one => one.name === name)).toMatchObject([{ outcome: 'added' }])
    expect(platform.leftBehind.list()).toEqual([])
    await waitForDeployment(platform, id, isLive, 60_000)

    loseCluster()
    await expect(platform.clusters.remove(clusterId)).rejects.toThrow(name)
    await platform.leftBehind.forgetAll(clusterId, me)
    await platform.clusters.remove(clusterId)
    expect(platform.leftBehind.list().map(one => one.id)).toContain(id)

    findCluster()
    const { id: againId } = await add()
    await platform.readBack(againId, me)
    platform.intents.remove(id, name, me)
    await platform.idle()
    expect(await platform.residue(id)).toMatchObject({ processes: 0, checkouts: 0, logs: 0, rows: 0 })
    expect(await kubectl('get', 'namespace', namespace, '--ignore-not-found', '-o=name')).toBe('')
  },
  400_000,
)
