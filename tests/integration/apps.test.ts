import { mkdir, readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { findDeploymentProcesses } from '../../electron/clusters/local/job-processes.ts'
import { findFreePort } from '../../electron/clusters/local/ports.ts'
import type { Platform } from '../../electron/platform/platform.ts'
import type { Deployment } from '../../shared/domain/records.ts'
import { type AppName, writeApp } from '../apps/apps.ts'
import {
  asker,
  createDataFolder,
  getThroughGateway,
  isLive,
  startPlatform,
  waitForDeployment,
} from '../support/platform.ts'

const graceMs = 500
const logBytes = 2 ** 20
/** What a spool may hold, and the segment that is being written. */
const spoolBytes = 68 * 2 ** 20
const data = createDataFolder()
const sources = createDataFolder()
let platform: Platform

beforeAll(async () => {
  platform = await startPlatform(data.path, {
    localLimits: { readyMs: 6000, graceMs },
    logLimits: { segmentBytes: 2 ** 17, logBytes },
    limits: { firstBackoffMs: 50 },
  })
})

afterAll(async () => {
  await platform.dispose({ stopApps: true })
  data.remove()
  sources.remove()
})

/** Deploys the app from a folder of its own, and waits until that went well or not. */
async function deploy(
  app: AppName,
  name: string = app,
  options: { port?: number } = {},
): Promise<Deployment> {
  const address = join(sources.path, name)
  await mkdir(address, { recursive: true })
  await writeApp(address, app, options)
  const wish = { branch: '', name, port: null, planEdits: {} }
  const { id } = await platform.intents.create(
    { ...wish, source: { kind: 'folder', address } },
    asker(platform),
  )
  return ended(id, 1)
}

/** Puts another app into the folder and deploys again. */
async function deployAgain(deployment: Deployment, app: AppName, options: { port?: number } = {}) {
  await writeApp(join(sources.path, deployment.name), app, options)
  await platform.intents.deploy(deployment.id, asker(platform))
  return ended(deployment.id, platform.reader.buildsOf(deployment.id, 100).length)
}

const ended = (id: string, builds: number) =>
  waitForDeployment(platform, id, one => {
    const hasBuilt = platform.reader.buildsOf(id, 100).filter(build => build.finishedAt !== null)
    const isReleasing = platform.reader.releasesOf(id).some(release => release.status === 'releasing')
    return hasBuilt.length === builds && !isReleasing && (isLive(one) || one.status === 'failed')
  })

const get = (deployment: Deployment) => getThroughGateway(platform, deployment.name)
const processes = (deployment: Deployment) => findDeploymentProcesses(deployment.id)
const platformLines = async ({ id }: Deployment) =>
  (await platform.logs.read({ kind: 'runtime', id }, { limit: 1000 })).lines
    .filter(line => line.stream === 'platform')
    .map(line => line.text)

async function stop({ id }: Deployment) {
  platform.intents.stop(id, asker(platform))
  return waitForDeployment(platform, id, one => one.status === 'stopped' && one.health.instances.length === 0)
}

async function remove({ id, name }: Deployment) {
  platform.intents.remove(id, name, asker(platform))
  return vi.waitFor(
    async () => {
      const left = await platform.residue(id)
      if (!left) throw new Error('still there')
      return left
    },
    { timeout: 20_000 },
  )
}

const nothing = { processes: 0, checkouts: 0, logs: 0, rows: 0, keptData: null }

describe('an app', () => {
  test('that honours PORT runs there and answers', async () => {
    const one = await deploy('honours-port')
    expect(one).toMatchObject({ status: 'live', failure: null, health: { ready: 1, reason: null } })
    expect(await get(one)).toEqual({ status: 200, body: 'honours PORT\n' })
    expect(await remove(one)).toEqual(nothing)
  })

  test('that listens on 127.0.0.1 only answers', async () => {
    const one = await deploy('loopback-only')
    expect(await get(one)).toEqual({ status: 200, body: 'loopback only\n' })
    expect(await remove(one)).toEqual(nothing)
  })

  test('with a port of its own is used there, which its log says; its successor starts after it has ended', async () => {
    const port = await findFreePort()
    const first = await deploy('fixed-port', 'fixed', { port })
    expect(first.health.port).toBe(port)
    expect(await get(first)).toEqual({ status: 200, body: 'fixed port\n' })
    expect(await platformLines(first)).toContainEqual(
      expect.stringMatching(new RegExp(`^Listens on ${port}, not on the offered port \\d+: using ${port}$`)),
    )

    const second = await deployAgain(first, 'fixed-port', { port })
    expect(second).toMatchObject({ status: 'live', failure: null, serving: { number: 2 }, health: { port } })
    expect(second.health.instances).not.toEqual(first.health.instances)
    // The line may reach the log a moment after the traffic reached the app.
    await vi.waitFor(async () => {
      const told = (await platformLines(first)).map(
        text => /^(Started|Stopped|Listens)/.exec(text)?.[0] ?? text,
      )
      expect(told).toEqual(['Started', 'Listens', 'Stopped', 'Started', 'Listens'])
    })
    expect(await get(second)).toEqual({ status: 200, body: 'fixed port\n' })
    expect(await remove(second)).toEqual(nothing)
  })

  test('whose port another deployment has fails and names that one', async () => {
    const port = await findFreePort()
    const first = await deploy('fixed-port', 'landlord', { port })
    const second = await deploy('fixed-port', 'lodger', { port })
    expect(second).toMatchObject({ status: 'failed', serving: null, failure: { code: 'port_taken', port } })
    expect(second.failure?.message).toMatch(
      new RegExp(`^Port ${port} is taken by the deployment landlord \\(\\S+, pid \\d+\\)`),
    )
    expect(await get(first)).toEqual({ status: 200, body: 'fixed port\n' })
    expect(await remove(first)).toEqual(nothing)
    expect(await remove(second)).toEqual(nothing)
  })

  test('that never listens is given up; the release before goes on', async () => {
    const good = await deploy('honours-port', 'waits')
    const bad = await deployAgain(good, 'never-listens')
    expect(bad).toMatchObject({
      status: 'failed',
      serving: { number: 1 },
      health: { ready: 1, instances: good.health.instances },
      failure: {
        code: 'start_timed_out',
        lines: expect.arrayContaining(['waiting for something that never comes']),
      },
    })
    expect(await get(bad)).toEqual({ status: 200, body: 'honours PORT\n' })
    expect(await remove(bad)).toEqual(nothing)
  })

  test('that exits at once says its last lines; the release before goes on', async () => {
    const good = await deploy('honours-port', 'exits')
    const bad = await deployAgain(good, 'exits-at-once')
    expect(bad).toMatchObject({
      status: 'failed',
      serving: { number: 1 },
      health: { ready: 1, instances: good.health.instances },
      failure: {
        code: 'start_exited',
        message: expect.stringContaining('exited with code 1 before it listened'),
        lines: expect.arrayContaining(['one line to stdout', 'Error: DATABASE_URL is not set']),
      },
    })
    expect(platform.reader.releasesOf(bad.id).map(({ number, status }) => ({ number, status }))).toEqual([
      { number: 2, status: 'failed' },
      { number: 1, status: 'live' },
    ])
    expect(await get(bad)).toEqual({ status: 200, body: 'honours PORT\n' })

    const mended = await deployAgain(bad, 'loopback-only')
    expect(mended).toMatchObject({ status: 'live', failure: null, serving: { number: 3 } })
    expect(await get(mended)).toEqual({ status: 200, body: 'loopback only\n' })
    expect(await remove(mended)).toEqual(nothing)
  })

  test('that floods its output answers, and its log stays within its bound', async () => {
    const one = await deploy('floods-output')
    await vi.waitFor(
      async () => {
        const { first } = await platform.logs.read({ kind: 'runtime', id: one.id }, { limit: 1 })
        if (first < 10_000) throw new Error(`nothing was dropped: the log begins at ${first}`)
      },
      { timeout: 30_000 },
    )
    expect(await get(one)).toEqual({ status: 200, body: 'floods\n' })
    expect(await bytesIn(join(data.path, 'logs', `runtime-${one.id}`))).toBeLessThan(logBytes * 1.5)
    expect(await bytesIn(join(data.path, 'local', 'deployments', one.id, 'runs'))).toBeLessThan(spoolBytes)
    expect(await remove(one)).toEqual(nothing)
  })

  test('that ignores TERM is gone after the grace', async () => {
    const one = await deploy('ignores-term')
    expect(processes(one).length).toBeGreaterThanOrEqual(4)
    const before = performance.now()
    await stop(one)
    expect(processes(one)).toEqual([])
    expect(performance.now() - before).toBeGreaterThanOrEqual(graceMs)
    expect(await remove(one)).toEqual(nothing)
  })

  test('that forks leaves no child after stop or removal', async () => {
    const one = await deploy('forks-children')
    expect((await get(one)).body).toMatch(/^child of \d+\n$/)
    await stop(one)
    expect(processes(one)).toEqual([])
    platform.intents.start(one.id, asker(platform))
    await waitForDeployment(platform, one.id, isLive)
    expect(processes(one).length).toBeGreaterThanOrEqual(4)
    expect(await remove(one)).toEqual(nothing)
  })
})

async function bytesIn(folder: string): Promise<number> {
  const names = await readdir(folder, { recursive: true })
  const sizes = await Promise.all(
    names.map(name =>
      stat(join(folder, name)).then(
        ({ size }) => size,
        () => 0,
      ),
    ),
  )
  return sizes.reduce((sum, size) => sum + size, 0)
}
