import { expect } from 'vitest'
import { apply, clusterTest, kubectl } from '../support/cluster.ts'
import { dockerfile, setUpBuilds } from '../support/cluster-builds.ts'
import { newId } from '../support/cluster-driver.ts'

const { slipway, orderOf, failureOf } = setUpBuilds()

clusterTest('a build that writes 5 GB ends with the disk that it may have', async () => {
  const write =
    'for n in 1 2 3 4 5; do dd if=/dev/zero of=/big$n bs=1M count=1000 status=none; done; sleep 30'
  const { failure } = await failureOf(dockerfile('FROM debian:bookworm-slim', `RUN ${write}`))
  expect(failure).toMatchObject({
    code: 'disk_full',
    message: 'The build wrote more than the 4 GiB of disk that it may have.',
  })
})

clusterTest('a build that forks without end ends alone: another pod keeps answering', async () => {
  const namespace = `slipway-test-${newId()}`
  await apply(
    { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } },
    {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'web', namespace },
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
    await kubectl('wait', `--namespace=${namespace}`, '--for=condition=Ready', 'pod/web', '--timeout=90s')
    const ask = () => kubectl('get', '--raw', `/api/v1/namespaces/${namespace}/pods/web:8080/proxy/`)
    const { order } = await orderOf(
      dockerfile(
        'FROM debian:bookworm-slim',
        "RUN echo begun; bash -c 'bomb() { bomb | bomb & }; bomb; sleep 60'",
      ),
      { timeLimitMs: 60_000 },
    )
    await slipway().driver.startBuild(order)
    let answers = 0
    const ended = await slipway()
      .untilBuild(order, one => one.state !== 'running', 1)
      .catch(async () => {
        for (;;) {
          await ask()
          answers++
          const seen = await slipway().driver.observeBuild(order)
          if (seen.state !== 'running') return seen
        }
      })
    expect(ended.state).toBe('failed')
    const log = await slipway().readBuildLog(order)
    expect(log.some(line => /^#\d+ .*fork: retry: Resource temporarily unavailable$/.test(line))).toBe(true)
    expect(answers).toBeGreaterThan(5)
    await slipway().driver.collect(order.deploymentId, [])
  } finally {
    await kubectl('delete', 'namespace', namespace, '--wait=false')
  }
})
