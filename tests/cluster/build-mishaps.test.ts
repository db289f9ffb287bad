import { describe, expect, vi } from 'vitest'
import { buildNamespace } from '../../electron/clusters/kubernetes/names.ts'
import { apply, clusterTest, kubectl } from '../support/cluster.ts'
import { dockerfile, isThere, setUpBuilds } from '../support/cluster-builds.ts'
import { newId, openClusterDriver } from '../support/cluster-driver.ts'

const { git, slipway, orderOf, failureOf } = setUpBuilds()

describe('a build that fails says why, and what to do', () => {
  clusterTest('a Dockerfile with an error in it', async () => {
    const { failure } = await failureOf(dockerfile('FROM debian:bookworm-slim', 'RUM echo'))
    expect(failure).toEqual({
      code: 'build_failed',
      message: 'The Dockerfile has an error in line 2: unknown instruction: RUM (did you mean RUN?).',
      hint: 'Correct it in the repository, then deploy again.',
    })
  })

  clusterTest('an image to begin from that does not exist', async () => {
    const { failure } = await failureOf(dockerfile('FROM nothing-of-this-name:1'))
    expect(failure).toEqual({
      code: 'image_unavailable',
      message: 'There is no image nothing-of-this-name:1, which the build begins from.',
      hint: 'Correct its name or tag in FROM, then deploy again.',
    })
  })

  clusterTest('a command that fails, with its last lines', async () => {
    const { failure, lines, steps } = await failureOf({
      'package.json': JSON.stringify({ scripts: { build: 'echo oh no && exit 3', start: 'node a.js' } }),
      'a.js': '',
    })
    expect(failure).toMatchObject({ code: 'build_failed', message: 'npm run build exited with code 3.' })
    expect(lines.join('\n')).toContain('oh no')
    expect(steps.at(-1)).toEqual(['build', 'failed'])
  })

  clusterTest('a file to copy that is not there', async () => {
    const { failure } = await failureOf(dockerfile('FROM debian:bookworm-slim', 'COPY missing.txt /'))
    expect(failure).toMatchObject({ code: 'build_failed', message: 'There is no /missing.txt to copy.' })
  })

  clusterTest('one that takes too long', async () => {
    const { failure } = await failureOf(
      dockerfile('FROM debian:bookworm-slim', 'RUN echo begun && sleep 600'),
      {
        timeLimitMs: 25_000,
      },
    )
    expect(failure).toMatchObject({ code: 'build_timed_out' })
  })

  clusterTest('a builder image that nodes cannot pull', async () => {
    const other = await openClusterDriver({ settings: { builderImage: 'docker.io/moby/no-buildkit:1' } })
    try {
      const { failure } = await failureOf(dockerfile('FROM debian:bookworm-slim'), {}, other)
      expect(failure).toEqual({
        code: 'image_unavailable',
        message: expect.stringMatching(
          /^The nodes cannot pull docker\.io\/moby\/no-buildkit:1, which builds need: .*not found\.$/,
        ),
        hint: 'Set another builder image or git image for the cluster, or let its nodes reach that registry.',
      })
    } finally {
      await other.dispose()
    }
  })
})

clusterTest('a build whose pod is deleted ends, and says so', async () => {
  const { order } = await orderOf(dockerfile('FROM debian:bookworm-slim', 'RUN echo begun && sleep 600'))
  await slipway().driver.startBuild(order)
  await vi.waitFor(async () => expect((await slipway().readBuildLog(order)).join('\n')).toMatch(/begun$/m), {
    timeout: 120_000,
    interval: 200,
  })
  const namespace = buildNamespace(order.buildId)
  await kubectl('-n', namespace, 'delete', 'pod', '--all', '--grace-period=0', '--force')
  expect(await slipway().untilBuild(order, undefined, 60_000)).toMatchObject({
    state: 'failed',
    failure: { code: 'build_interrupted', message: 'The build was ended from outside.' },
  })
  await slipway().driver.collect(order.deploymentId, [])
})

clusterTest('a build whose namespace is deleted ends, and says so', async () => {
  const { order } = await orderOf(dockerfile('FROM debian:bookworm-slim', 'RUN echo begun && sleep 600'))
  await slipway().driver.startBuild(order)
  await vi.waitFor(async () => expect(await isThere(order)).toBe(true), { timeout: 30_000, interval: 100 })
  await kubectl('delete', 'namespace', buildNamespace(order.buildId))
  expect(await slipway().untilBuild(order, undefined, 60_000)).toMatchObject({
    state: 'failed',
    failure: { code: 'build_interrupted' },
  })
})

clusterTest('a build reaches the registry, but no node, API server, metadata or tenant', async () => {
  const namespace = `slipway-test-${newId()}`
  await apply(
    { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } },
    {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'tenant', namespace },
      spec: {
        terminationGracePeriodSeconds: 0,
        containers: [
          {
            name: 'web',
            image: 'nginxinc/nginx-unprivileged:stable',
            readinessProbe: { tcpSocket: { port: 8080 } },
          },
        ],
      },
    },
  )
  try {
    await kubectl('wait', `--namespace=${namespace}`, '--for=condition=Ready', 'pod/tenant', '--timeout=90s')
    const tenant = await kubectl(
      'get',
      'pod',
      'tenant',
      `--namespace=${namespace}`,
      '-o=jsonpath={.status.podIP}',
    )
    const service = await kubectl('get', 'service', 'kubernetes', '-o=jsonpath={.spec.clusterIP}')
    const targets = [
      '10.10.0.1/5000',
      `${tenant}/8080`,
      `${service}/443`,
      '10.10.0.1/10250',
      '169.254.169.254/80',
    ]
    const tries = targets.map(
      target =>
        `(timeout 3 bash -c 'echo >/dev/tcp/${target}' 2>/dev/null && echo open ${target} || echo closed ${target})`,
    )
    const { order } = await orderOf(dockerfile('FROM debian:bookworm-slim', `RUN ${tries.join('; ')}`))
    await slipway().driver.startBuild(order)
    const built = await slipway().untilBuild(order)
    expect(built.state).toBe('succeeded')
    const log = await slipway().readBuildLog(order)
    expect(log.flatMap(line => /^#\d+ ((?:open|closed) \S+)$/.exec(line)?.[1] ?? [])).toEqual(
      targets.map((target, n) => `${n === 0 ? 'open' : 'closed'} ${target}`),
    )
    await slipway().driver.collect(order.deploymentId, [])
  } finally {
    await kubectl('delete', 'namespace', namespace, '--wait=false')
  }
})

describe('a build that is cancelled leaves nothing', () => {
  clusterTest('while its code is looked at', async () => {
    const { order, name } = await orderOf({ 'index.html': '' })
    const { asked } = git().stall(name)
    await slipway().driver.startBuild(order)
    await asked
    await slipway().driver.cancelBuild(order)
    git().answer(name, 'serve')
    expect(await isThere(order)).toBe(false)
    expect(await slipway().driver.observeBuild(order)).toEqual({ state: 'absent' })
  })

  clusterTest('while the cluster fetches it', async () => {
    const { order, name } = await orderOf({ 'index.html': '' })
    await slipway().driver.startBuild(order)
    await slipway().untilBuild(order, one => 'plan' in one && one.plan !== undefined)
    git().stall(name)
    await slipway().driver.cancelBuild(order)
    git().answer(name, 'serve')
    expect(await isThere(order)).toBe(false)
    expect(await slipway().driver.observeBuild(order)).toEqual({ state: 'absent' })
  })
})
