import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readdir, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { createTestDriver, orderApp } from '../../../tests/support/local-driver.ts'
import type { LogStore } from '../../logs/log-store.ts'
import type { Instance, ReleaseOrder } from '../driver.ts'
import { observeJob } from './job.ts'
import { findProcess } from './processes.ts'

let folder: string

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'slipway-survival-'))
})
afterEach(async () => {
  await rm(folder, { recursive: true, force: true })
})

/** Another Slipway, which runs the order until it is killed. */
async function startHost(order: ReleaseOrder): Promise<ChildProcess> {
  const program = join(dirname(fileURLToPath(import.meta.url)), '../../../tests/support/local-driver-host.ts')
  const host = spawn(process.execPath, [program, folder, JSON.stringify(order)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  if (host.stdout !== null) await once(host.stdout, 'data')
  return host
}

async function kill(host: ChildProcess): Promise<void> {
  const gone = once(host, 'exit')
  host.kill('SIGKILL')
  await gone
}

const counts = async (logs: LogStore, order: ReleaseOrder) => {
  const page = await logs.read({ kind: 'runtime', id: order.deploymentId }, { limit: 5000 })
  return page.lines.filter(line => line.stream === 'stdout').map(line => line.text)
}

test('an app lives through SIGKILL of Slipway and is found again, every line once', async () => {
  const order = await orderApp(folder, 'prints-counter')
  const runLog = join(folder, 'logs', `runtime-${order.deploymentId}`)
  const job = join(folder, 'local', 'deployments', order.deploymentId, 'runs', `${order.releaseId}-1`, 'job')
  const leaders: unknown[] = []

  for (let round = 0; round < 3; round++) {
    const host = await startHost(order)
    const before = await sizeOf(runLog)
    await vi.waitFor(async () => expect(await sizeOf(runLog)).toBeGreaterThan(before + 300), {
      timeout: 10_000,
      interval: 20,
    })
    await kill(host)
    leaders.push(leaderOf(job))
    const spooled = await sizeOf(job)
    await vi.waitFor(async () => expect(await sizeOf(job)).toBeGreaterThan(spooled + 300), {
      timeout: 10_000,
    })
  }

  const { driver, logs, dispose } = await createTestDriver(folder)
  const instance = await vi.waitFor(
    async () => {
      const [found] = await driver.observe(order.deploymentId)
      if (found?.state !== 'ready') throw new Error('not ready')
      return found satisfies Instance
    },
    { timeout: 10_000 },
  )
  const app = findProcess(Number(instance.name))
  expect(leaders).toEqual(Array(3).fill({ pid: app?.pid, startTime: app?.startTime }))
  const seen = (await counts(logs, order)).length
  await vi.waitFor(async () => expect((await counts(logs, order)).length).toBeGreaterThan(seen + 5))
  await driver.stop(order.deploymentId, () => false)

  const lines = await counts(logs, order)
  expect(lines).toEqual(lines.map((_, index) => `count ${index + 1}`))
  const platform = (await logs.read({ kind: 'runtime', id: order.deploymentId }, { limit: 5000 })).lines
    .filter(line => line.stream === 'platform')
    .map(line => line.text.replace(/,.*/, '').replace(/\d+$/, 'N'))
  expect(platform).toEqual(['Started', 'Listens on N', 'Stopped; exited by SIGTERM'])
  await driver.remove(order.deploymentId, null)
  expect(await driver.count(order.deploymentId)).toEqual({ processes: 0, checkouts: 0 })
  await dispose()
})

test('a flood stays bounded while nobody reads it, and says how much was dropped', async () => {
  const order = await orderApp(folder, 'floods-output')
  const job = join(folder, 'local', 'deployments', order.deploymentId, 'runs', `${order.releaseId}-1`, 'job')
  const host = await startHost(order)
  await kill(host)
  await vi.waitFor(
    async () => expect(Math.min(...(await spoolStarts(job)))).toBeGreaterThan(64 * 1024 * 1024),
    {
      timeout: 50_000,
      interval: 100,
    },
  )
  expect(await sizeOf(job)).toBeLessThan(80 * 1024 * 1024)

  const { driver, logs, dispose } = await createTestDriver(folder)
  await vi.waitFor(
    async () => {
      const { lines } = await logs.read(
        { kind: 'runtime', id: order.deploymentId },
        { after: 0, limit: 20_000 },
      )
      expect(lines.some(line => line.stream === 'platform' && /dropped$/.test(line.text))).toBe(true)
    },
    { timeout: 20_000 },
  )
  await driver.remove(order.deploymentId, null)
  expect(await driver.count(order.deploymentId)).toEqual({ processes: 0, checkouts: 0 })
  await dispose()
})

function leaderOf(job: string) {
  const found = observeJob(job)
  return found.is === 'absent' ? undefined : found.state.leader
}

async function sizeOf(path: string): Promise<number> {
  const names = await readdir(path).catch(() => [])
  const sizes = await Promise.all(
    names.map(name =>
      stat(join(path, name)).then(
        found => found.size,
        () => 0,
      ),
    ),
  )
  return sizes.reduce((sum, size) => sum + size, 0)
}

async function spoolStarts(path: string): Promise<number[]> {
  const names = await readdir(path)
  return names.flatMap(name => (name.startsWith('spool-') ? [Number(name.slice(6, -6))] : []))
}
