import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, vi } from 'vitest'
import type { BuildOrder } from '../../electron/clusters/driver.ts'
import { buildNamespace } from '../../electron/clusters/kubernetes/names.ts'
import { apply, clusterTest, kubectl } from '../support/cluster.ts'
import { isThere, setUpBuilds } from '../support/cluster-builds.ts'
import { newId, openClusterDriver, toBuildOrder } from '../support/cluster-driver.ts'
import { writeFiles } from '../support/git-server.ts'

const { git, slipway, orderOf } = setUpBuilds()

/** What is said of a build that fails, without the lines that show it. Nothing of it is left. */
async function failureOf(
  files: Record<string, string>,
  more: Partial<BuildOrder> = {},
  { driver, untilBuild } = slipway(),
) {
  const { order } = await orderOf(files, more)
  await driver.startBuild(order)
  const ended = await untilBuild(order)
  await driver.collect(order.deploymentId, [])
  await kubectl('wait', '--for=delete', `namespace/${buildNamespace(order.buildId)}`, '--timeout=90s')
  if (ended.state !== 'failed') throw new Error(`it is ${ended.state}`)
  const { lines, ...failure } = ended.failure
  return { failure, lines: lines ?? [], steps: ended.steps.map(step => [step.name, step.status]) }
}

const dockerfile = (...lines: string[]) => ({ Dockerfile: lines.join('\n') })

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

  clusterTest('one that writes 5 GB', async () => {
    const write =
      'for n in 1 2 3 4 5; do dd if=/dev/zero of=/big$n bs=1M count=1000 status=none; done; sleep 30'
    const { failure } = await failureOf(dockerfile('FROM debian:bookworm-slim', `RUN ${write}`))
    expect(failure).toMatchObject({
      code: 'disk_full',
      message: 'The build wrote more than the 4 GiB of disk that it may have.',
    })
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

describe('a repository', () => {
  const app = { 'index.html': 'hello' }

  clusterTest('whose branch is deleted while it is built is built to its end', async () => {
    const { order, repository } = await orderOf(
      dockerfile('FROM debian:bookworm-slim', 'RUN echo begun && sleep 5'),
    )
    await slipway().driver.startBuild(order)
    await slipway().untilBuild(order, one => 'steps' in one && one.steps.some(step => step.name === 'build'))
    await repository.deleteBranch('main')
    expect((await slipway().untilBuild(order)).state).toBe('succeeded')
    await slipway().driver.collect(order.deploymentId, [])
  })

  clusterTest('that no longer has the commit says so', async () => {
    const { order, repository } = await orderOf(app, {}, { allowsAnySha: false })
    const sha = await repository.commit({ 'index.html': 'next' }, 'Next')
    await repository.undoCommit()
    await slipway().driver.startBuild({ ...order, sha })
    expect(await slipway().untilBuild(order)).toMatchObject({
      state: 'failed',
      failure: { code: 'source_commit_not_found' },
    })
  })

  clusterTest('that asks who reads it gets the token, which is nowhere else', async () => {
    const password = `token-${newId()}`
    const { order, name } = await orderOf(app, { gitLogin: { user: 'x-access-token', password } })
    git().requireLogin(name, { user: 'x-access-token', password })
    await slipway().driver.startBuild(order)
    await slipway().untilBuild(order, one => 'steps' in one && one.steps.some(step => step.name === 'fetch'))
    const inCluster = await kubectl(
      'get',
      'jobs,pods,configmaps,events,networkpolicies',
      `--namespace=${buildNamespace(order.buildId)}`,
      '-o=json',
    )
    expect((await slipway().untilBuild(order)).state).toBe('succeeded')
    const log = await slipway().readBuildLog(order)
    expect([inCluster, ...log].filter(text => text.includes(password))).toEqual([])
    await slipway().driver.collect(order.deploymentId, [])
  })

  clusterTest('that refuses the token says so', async () => {
    const { order, name } = await orderOf(app, { gitLogin: { user: 'ana', password: 'wrong-password' } })
    git().requireLogin(name, { user: 'ana', password: 'right-password' })
    await slipway().driver.startBuild(order)
    expect(await slipway().untilBuild(order)).toMatchObject({
      state: 'failed',
      failure: { code: 'source_denied' },
    })
  })
})

clusterTest('a folder of this computer is sent to the cluster, without what git ignores', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'slipway-folder-'))
  try {
    const long = `${'deep/'.repeat(30)}file-of-a-long-name.txt`
    await writeFiles(folder, {
      Dockerfile: `FROM debian:bookworm-slim\nCOPY . /app\nRUN cd /app && ls -R && cat '${long}' && sh run.sh\n`,
      'run.sh': '#!/bin/sh\necho it ran\n',
      [long]: 'deep down\n',
      'node_modules/left-out.txt': '',
    })
    const source = { kind: 'folder', address: folder } as const
    const order = toBuildOrder({ source, sha: '0'.repeat(40) })
    await slipway().driver.startBuild(order)
    const built = await slipway().untilBuild(order)
    const log = await slipway().readBuildLog(order)
    expect(built.state).toBe('succeeded')
    expect(log.filter(line => /^#\d+ (?:it ran|deep down)$/.test(line))).toHaveLength(2)
    expect(log.filter(line => line.includes('left-out'))).toEqual([])
    await slipway().driver.collect(order.deploymentId, [])
  } finally {
    rmSync(folder, { recursive: true })
  }
})

clusterTest('the .dockerignore of a folder says what is not copied', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'slipway-folder-'))
  try {
    await writeFiles(folder, {
      Dockerfile: 'FROM debian:bookworm-slim\nCOPY . /app\nRUN cd /app && find . -name "*.txt"\n',
      '.dockerignore': 'notes\n**/draft-*.txt\n!pages/draft-kept.txt\n',
      'page.txt': '',
      'notes/secret.txt': '',
      'pages/draft-one.txt': '',
      'pages/draft-kept.txt': '',
    })
    const order = toBuildOrder({ source: { kind: 'folder', address: folder }, sha: '0'.repeat(40) })
    await slipway().driver.startBuild(order)
    const built = await slipway().untilBuild(order)
    const log = await slipway().readBuildLog(order)
    expect(built.state, log.join('\n')).toBe('succeeded')
    const copied = log.flatMap(line => /^#\d+ \.\/(\S+\.txt)$/.exec(line)?.[1] ?? [])
    expect(copied.sort()).toEqual(['page.txt', 'pages/draft-kept.txt'])
    await slipway().driver.collect(order.deploymentId, [])
  } finally {
    rmSync(folder, { recursive: true })
  }
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
