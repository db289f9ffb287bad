import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect } from 'vitest'
import { buildNamespace } from '../../electron/clusters/kubernetes/names.ts'
import { clusterTest, kubectl } from '../support/cluster.ts'
import { dockerfile, setUpBuilds } from '../support/cluster-builds.ts'
import { newId, toBuildOrder } from '../support/cluster-driver.ts'
import { writeFiles } from '../support/git-server.ts'

const { git, slipway, orderOf } = setUpBuilds()

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
