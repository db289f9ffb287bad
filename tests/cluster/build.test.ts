import { describe, expect } from 'vitest'
import { buildNamespace } from '../../electron/clusters/kubernetes/names.ts'
import { decodeBatch } from '../../shared/domain/log-record.ts'
import { applyYaml, clusterTest, kubectl } from '../support/cluster.ts'
import { isThere, setUpBuilds } from '../support/cluster-builds.ts'
import { newId, openClusterDriver } from '../support/cluster-driver.ts'
import { newMember } from '../support/members.ts'

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

  clusterTest(
    'builds in the namespace that was prepared, kept from the rest, and leaves nothing in it',
    async () => {
      const service = await kubectl('get', 'service', 'kubernetes', '-o=jsonpath={.spec.clusterIP}')
      const targets = ['10.10.0.1/5000', `${service}/443`, '10.10.0.1/10250', '169.254.169.254/80']
      const tries = targets.map(
        target =>
          `(timeout 3 bash -c 'echo >/dev/tcp/${target}' 2>/dev/null && echo open ${target} || echo closed ${target})`,
      )
      const dockerfile = `FROM debian:bookworm-slim\nRUN ${tries.join('; ')}\n`
      const { order } = await orderOf({ Dockerfile: dockerfile })
      const { kubeconfig, namespaces, yaml, clean } = await newMember('mia', ownerId, [order.source.address])
      await applyYaml(yaml)
      const member = await openClusterDriver({ ownerId, settings: { kubeconfig } })
      try {
        await member.driver.startBuild(order)
        const built = await member.untilBuild(order)
        expect(built).toMatchObject({ state: 'succeeded' })
        const log = await member.readBuildLog(order)
        expect(log.flatMap(line => /^#\d+ ((?:open|closed) \S+)$/.exec(line)?.[1] ?? [])).toEqual(
          targets.map((target, n) => `${n === 0 ? 'open' : 'closed'} ${target}`),
        )
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
        await clean()
      }
    },
  )
})
