import { afterAll, expect } from 'vitest'
import { tenantNamespace } from '../../electron/clusters/kubernetes/names.ts'
import { toRbac } from '../../electron/clusters/kubernetes/preflight/rights.ts'
import { defaultLimits } from '../../shared/domain/cluster-limits.ts'
import { decodeBatch } from '../../shared/domain/log-record.ts'
import { applyYaml, clusterTest, install, kubectl, personKubeconfig } from '../support/cluster.ts'
import {
  isReadyRun,
  newId,
  openClusterDriver,
  type TestDriver,
  toReleaseOrder,
} from '../support/cluster-driver.ts'
import { pushApp } from '../support/images.ts'
import { getThroughIngress } from '../support/ingress.ts'

let test: TestDriver | undefined

afterAll(async () => {
  await test?.clean()
  await test?.dispose()
})

clusterTest(
  'a member deploys, reads logs, rolls back and removes in the namespace that an owner prepared',
  async () => {
    await install('ingress', 'network-policy', 'cert-manager')
    const ownerId = newId()
    const tenant = tenantNamespace(ownerId)
    const person = `mia-${ownerId.slice(-8)}`
    const build = `slipway-build-${ownerId}`
    const kubeconfig = await personKubeconfig(person)
    await applyYaml(toRbac({ role: 'member', person, namespaces: { tenant, build }, limits: defaultLimits }))
    test = await openClusterDriver({ ownerId, settings: { kubeconfig, issuer: 'test-ca' } })
    const deploymentId = newId()
    const name = `mine-${deploymentId.slice(-6)}`
    test.describe(deploymentId, { name })
    const first = toReleaseOrder({ deploymentId, artifact: await pushApp('honours-port') })
    const second = toReleaseOrder({ deploymentId, artifact: await pushApp('prints-counter') })

    await test.driver.applyRelease(first)
    await test.until(deploymentId, isReadyRun(first))
    expect((await getThroughIngress(name)).body).toBe('honours PORT\n')
    expect(await test.driver.observeDomains(deploymentId)).toMatchObject([{ host: `${name}.apps.test` }])

    await test.driver.applyRelease(second)
    await test.until(deploymentId, isReadyRun(second))
    const end = AbortSignal.timeout(30_000)
    const texts: string[] = []
    for await (const batch of test.logs.follow({ kind: 'runtime', id: deploymentId }, 0, end)) {
      texts.push(...decodeBatch(batch).map(line => line.text))
      if (texts.includes('count 3')) break
    }
    expect(texts[0]).toBe('listening on 8080')

    const back = { ...first, releaseId: newId() }
    await test.driver.applyRelease(back)
    await test.until(deploymentId, isReadyRun(back))

    await test.driver.remove(deploymentId, null)
    expect(await kubectl('-n', tenant, 'get', 'all,ingress,secret', '-o', 'name')).toBe('')
    await kubectl('delete', 'namespace', build, '--wait=false')
    await kubectl('delete', 'clusterrolebinding', `slipway-member-${tenant}`)
  },
)
