import { type KubernetesObject, loadYaml } from '@kubernetes/client-node'
import { describe, expect } from 'vitest'
import {
  buildNamespace,
  memberBuildNamespace,
  tenantNamespace,
} from '../../electron/clusters/kubernetes/names.ts'
import { toRbac } from '../../electron/clusters/kubernetes/preflight/rights.ts'
import { defaultLimits } from '../../shared/domain/cluster-limits.ts'
import { decodeBatch } from '../../shared/domain/log-record.ts'
import { apply, clusterTest, kubectl, personKubeconfig } from '../support/cluster.ts'
import { isThere, setUpBuilds } from '../support/cluster-builds.ts'
import { newId, openClusterDriver } from '../support/cluster-driver.ts'

const { slipway, reopen, orderOf } = setUpBuilds()

const app = {
  'package.json': JSON.stringify({ name: 'hello', scripts: { start: 'node server.js' } }),
  'server.js': "require('http').createServer((_, r) => r.end('hi')).listen(process.env.PORT)",
}

describe('a build in the cluster', () => {
  clusterTest('makes an image of a commit, named by its digest, and its whole log is kept', async () => {
    const { order } = await orderOf(app)

    await slipway().driver.startBuild(order)
    const built = await slipway().untilBuild(order)

    expect(built).toEqual({
      state: 'succeeded',
      artifact: expect.stringMatching(
        new RegExp(`^10\\.10\\.0\\.1:5000/slipway/[0-9a-z]{26}/${order.deploymentId}@sha256:[0-9a-f]{64}$`),
      ),
      plan: expect.objectContaining({ kind: 'node', label: 'Node (npm)' }),
      commit: expect.objectContaining({ sha: order.sha, subject: 'First commit' }),
      steps: ['plan', 'fetch', 'pack'].map(name => ({
        name,
        status: 'succeeded',
        startedAt: expect.any(Number),
        finishedAt: expect.any(Number),
        logSeq: expect.any(Number),
        ...(name === 'pack'
          ? { parts: expect.arrayContaining([expect.objectContaining({ hasFailed: false })]) }
          : {}),
      })),
    })
    const log = await slipway().readBuildLog(order)
    const at = (text: string | RegExp) => log.findIndex(line => line.search(text) !== -1)
    expect(log[0]).toBe(`Build ${order.buildId}`)
    expect(at(`Fetched ${order.sha}`)).toBeGreaterThan(0)
    expect(at(/^#\d+ \[build \d\/\d\] COPY/)).toBeGreaterThan(at(`Fetched ${order.sha}`))
    expect(at(/^#\d+ exporting to image/)).toBeGreaterThan(at(/^#\d+ \[build \d\/\d\] COPY/))

    const artifact = built.state === 'succeeded' ? built.artifact : ''
    expect(await slipway().driver.hasArtifact(order.deploymentId, artifact)).toBe(true)
    const other = artifact.replace(/.{64}$/, '0'.repeat(64))
    expect(await slipway().driver.hasArtifact(order.deploymentId, other)).toBe(false)

    await slipway().driver.collect(order.deploymentId, [artifact])
    await kubectl('wait', '--for=delete', `namespace/${buildNamespace(order.buildId)}`, '--timeout=60s')
    expect(await isThere(order)).toBe(false)
  })

  clusterTest('goes on while Slipway is closed, and is found again with every line once', async () => {
    const count = 'for n in $(seq 1 40); do echo "line $n"; sleep 0.2; done'
    const { order } = await orderOf({ ...app, 'count.sh': count }, { planEdits: { build: 'sh count.sh' } })
    await slipway().driver.startBuild(order)
    for await (const batch of slipway().logs.follow(
      { kind: 'build', id: order.buildId },
      0,
      AbortSignal.timeout(120_000),
    )) {
      if (decodeBatch(batch).some(line => line.text.endsWith(' line 5'))) break
    }

    await slipway().close()
    await kubectl(
      'wait',
      `--namespace=${buildNamespace(order.buildId)}`,
      '--for=condition=Complete',
      `job/build-${order.buildId}`,
    )
    await reopen()
    const built = await slipway().untilBuild(order)

    expect(built.state).toBe('succeeded')
    const log = await slipway().readBuildLog(order)
    const counted = log.flatMap(line => /^#\d+ line (\d+)$/.exec(line)?.[1] ?? [])
    expect(counted).toEqual(Array.from({ length: 40 }, (_, n) => String(n + 1)))
    await slipway().driver.collect(order.deploymentId, [])
  })

  clusterTest('that is cancelled leaves nothing', async () => {
    const { order } = await orderOf(app, { planEdits: { build: 'sleep 600' } })
    await slipway().driver.startBuild(order)
    await slipway().untilBuild(order, one =>
      'steps' in one ? one.steps.some(step => step.name === 'build') : false,
    )

    await slipway().driver.cancelBuild(order)

    expect(await isThere(order)).toBe(false)
    expect(await slipway().driver.observeBuild(order)).toEqual({ state: 'absent' })
    expect((await slipway().readBuildLog(order)).at(-1)).toBe('Cancelled')
  })

  clusterTest.each(['unconfined', 'privileged'] as const)(
    'may be %s where less is not enough',
    async tier => {
      const more = await openClusterDriver({ firstBuildTier: tier })
      try {
        const { order } = await orderOf(app)
        await more.driver.startBuild(order)
        expect((await more.untilBuild(order)).state).toBe('succeeded')
        const level = await kubectl(
          'get',
          'namespace',
          buildNamespace(order.buildId),
          '-o=jsonpath={.metadata.labels.pod-security\\.kubernetes\\.io/enforce}',
        )
        expect(level).toBe('privileged')
        await more.driver.collect(order.deploymentId, [])
      } finally {
        await more.dispose()
      }
    },
  )
})

describe('somebody who may make no namespaces', () => {
  const ownerId = newId()
  const namespaces = { tenant: tenantNamespace(ownerId), build: memberBuildNamespace(ownerId) }

  clusterTest('builds in the namespace that an owner prepared, and leaves nothing in it', async () => {
    const kubeconfig = await personKubeconfig('mia')
    const rbac = toRbac({ role: 'member', person: 'mia', namespaces, limits: defaultLimits })
    await apply(...rbac.split('---\n').map(text => loadYaml<KubernetesObject>(text)))
    const member = await openClusterDriver({ ownerId, settings: { kubeconfig } })
    try {
      const { order } = await orderOf(app)
      await member.driver.startBuild(order)
      const built = await member.untilBuild(order)
      expect(built).toMatchObject({ state: 'succeeded' })
      expect(await isThere(order)).toBe(false)
      const found = () =>
        kubectl(
          'get',
          'jobs,pods,configmaps,secrets',
          `--namespace=${namespaces.build}`,
          `--selector=slipway.dev/build`,
          '-o=name',
        )
      expect((await found()).split('\n')).toHaveLength(4)

      await member.driver.remove(order.deploymentId, null)
      expect(await found()).toBe('')
    } finally {
      await member.dispose()
      await kubectl('delete', 'namespace', namespaces.tenant, namespaces.build, '--wait=false')
    }
  })
})
