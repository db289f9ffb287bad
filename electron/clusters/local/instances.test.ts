import { once } from 'node:events'
import { existsSync, readFileSync } from 'node:fs'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { createTestDriver, nodePlan, orderApp } from '../../../tests/support/local-driver.ts'
import type { LogStore } from '../../logs/log-store.ts'
import type { ClusterDriver, Instance, ReleaseOrder } from '../driver.ts'
import { findFreePort } from './ports.ts'
import { findProcess, isAlive } from './processes.ts'

let folder: string
let driver: ClusterDriver
let logs: LogStore
let dispose: () => Promise<void>
const used = new Set<string>()

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'slipway-instances-'))
  await open()
})

afterEach(async () => {
  for (const id of used) {
    await driver.remove(id, null)
    expect(await driver.count(id)).toEqual({ processes: 0, checkouts: 0 })
  }
  used.clear()
  await dispose()
  await rm(folder, { recursive: true, force: true })
})

const settleMs = 1000

async function open(limits: { readyMs?: number; settleMs?: number } = {}) {
  const opened = await createTestDriver(folder, {
    limits: { settleMs, ...limits },
    nameOf: id => `name of ${id}`,
  })
  driver = opened.driver
  logs = opened.logs
  dispose = opened.dispose
}

async function apply(...order: Parameters<typeof orderApp> extends [string, ...infer Rest] ? Rest : never) {
  const made = await orderApp(folder, ...order)
  used.add(made.deploymentId)
  await driver.applyRelease(made)
  return made
}

async function until(order: ReleaseOrder, state: Instance['state']): Promise<Instance> {
  return await vi.waitFor(
    async () => {
      const found = (await driver.observe(order.deploymentId)).find(
        instance => instance.releaseId === order.releaseId && instance.run === order.run,
      )
      if (found?.state !== state) throw new Error(`is ${JSON.stringify(found)}`)
      return found
    },
    { timeout: 20_000, interval: 30 },
  )
}

async function get(order: ReleaseOrder, path = '/'): Promise<string> {
  const socket = await driver.dial(order)
  socket.write(`GET ${path} HTTP/1.0\r\n\r\n`)
  return await text(socket)
}

const runtimeLines = async (order: ReleaseOrder) =>
  (await logs.read({ kind: 'runtime', id: order.deploymentId }, { limit: 1000 })).lines

describe('an instance', () => {
  test('that is started again under its name has every line in the log, and can be stopped', async () => {
    const order = await apply('honours-port')
    await until(order, 'ready')
    await driver.stop(order.deploymentId, () => false)
    const linesOfOne = (await runtimeLines(order)).length
    await driver.applyRelease(order)
    await until(order, 'ready')
    await driver.stop(order.deploymentId, () => false)
    const lines = await runtimeLines(order)
    expect(lines.length).toBe(2 * linesOfOne)
    expect(lines.filter(line => line.text.startsWith('Started, pid'))).toHaveLength(2)
  })

  test('that honours PORT is ready there, answers, and is gone after stop', async () => {
    const order = await apply('honours-port')
    const instance = await until(order, 'ready')
    expect(instance).toEqual({
      releaseId: order.releaseId,
      run: 1,
      state: 'ready',
      name: expect.stringMatching(/^\d+$/),
      startedAt: expect.any(Number),
      readyAt: expect.any(Number),
      exitedAt: null,
      port: expect.any(Number),
      fixedPort: null,
      failure: null,
    })
    expect(await get(order)).toContain('honours PORT')

    await driver.stop(order.deploymentId, () => false)
    expect(await driver.observe(order.deploymentId)).toEqual([])
    expect(await driver.count(order.deploymentId)).toEqual({ processes: 0, checkouts: 1 })
    await expect(driver.dial(order)).rejects.toMatchObject({ failure: { code: 'unavailable' } })
    expect((await runtimeLines(order)).map(line => `${line.stream}: ${line.text}`).sort()).toEqual(
      [
        `platform: Started, pid ${instance.name}, offered port ${instance.port}`,
        `stdout: listening on ${instance.port}`,
        `platform: Listens on ${instance.port}`,
        'platform: Stopped; exited by SIGTERM',
      ].sort(),
    )
  })

  test('that is applied twice runs once', async () => {
    const order = await apply('honours-port')
    const first = await until(order, 'ready')
    await driver.applyRelease(order)
    expect(await driver.observe(order.deploymentId)).toEqual([first])
  })

  test('that has a fixed port is used on that port, which is said', async () => {
    const port = await findFreePort()
    const order = await apply('fixed-port', { fixedPort: port, port })
    expect(await until(order, 'ready')).toMatchObject({ port, fixedPort: port })
    expect(await get(order)).toContain('fixed port')
    await vi.waitFor(async () =>
      expect((await runtimeLines(order)).at(-1)?.text).toMatch(
        new RegExp(`^Listens on ${port}, not on the offered port \\d+: using ${port}$`),
      ),
    )
  })

  test.each(['loopback-only', 'forks-children'] as const)('of the app %s answers', async app => {
    const order = await apply(app)
    expect(await until(order, 'ready')).toMatchObject({ fixedPort: null })
    expect(await get(order)).toContain('HTTP/1.1 200')
  })

  test('whose port is held by another program names who', async () => {
    const holder = createServer().listen(0)
    await once(holder, 'listening')
    const address = holder.address()
    const port = typeof address === 'object' && address !== null ? address.port : 0
    const order = await apply('fixed-port', { fixedPort: port, port })
    const instance = await until(order, 'exited')
    holder.close()
    expect(instance).toMatchObject({ fixedPort: port, failure: { code: 'port_taken', port } })
    expect(instance.failure?.message).toMatch(
      new RegExp(`^Port ${port} is taken by \\S+ \\(pid ${process.pid}\\)`),
    )
  })

  test('whose port is held by another deployment names that one', async () => {
    const port = await findFreePort()
    const first = await apply('fixed-port', { fixedPort: port })
    await until(first, 'ready')
    const second = await apply('fixed-port', { fixedPort: port })
    const { failure } = await until(second, 'exited')
    expect(failure?.message).toContain(`taken by the deployment name of ${first.deploymentId} (`)
  })

  test('that exits at once says with which code and its last lines', async () => {
    const order = await apply('exits-at-once', { port: 3000 })
    const { failure } = await until(order, 'exited')
    expect(failure).toEqual({
      code: 'start_exited',
      message: 'The app exited with code 1 before it listened on port 3000.',
      hint: expect.any(String),
      lines: expect.arrayContaining(['one line to stdout', 'Error: DATABASE_URL is not set']),
      port: 3000,
    })
  })

  test('whose program is missing names it', async () => {
    const made = await orderApp(folder, 'honours-port')
    used.add(made.deploymentId)
    const start = { value: 'no-such-program serve', origin: 'Procfile' }
    await driver.applyRelease({ ...made, plan: { ...made.plan, start } })
    const { failure } = await until(made, 'exited')
    expect(failure).toMatchObject({
      code: 'tool_missing',
      message: 'The program no-such-program is not on this computer; "no-such-program serve" needs it.',
    })
  })

  test('that never listens is given up and stopped', async () => {
    await dispose()
    await open({ readyMs: 1000 })
    const order = await apply('never-listens')
    const { failure } = await until(order, 'exited')
    expect(failure).toEqual({
      code: 'start_timed_out',
      message: 'The app never listened on a port within 1 s.',
      hint: expect.any(String),
      lines: ['waiting for something that never comes'],
    })
  })

  describe('that listens nowhere', () => {
    test('is ready when it has run for a while, and has no port', async () => {
      const order = await apply('never-listens', { isWorker: true })
      const ready = await until(order, 'ready')
      expect(ready).toMatchObject({ port: null, fixedPort: null, failure: null })
      expect((ready.readyAt ?? 0) - ready.startedAt).toBeGreaterThanOrEqual(settleMs)
      await expect(get(order)).rejects.toMatchObject({ failure: { code: 'unavailable' } })
    })

    test('is ready still for the Slipway that comes after', async () => {
      const order = await apply('never-listens', { isWorker: true })
      const { readyAt } = await until(order, 'ready')
      await dispose()
      await open()
      expect(await until(order, 'ready')).toMatchObject({ readyAt })
    })

    test('that ends before that says so', async () => {
      await dispose()
      await open({ settleMs: 20_000 })
      const order = await apply('exits-at-once', { isWorker: true })
      const { failure } = await until(order, 'exited')
      expect(failure).toMatchObject({
        code: 'start_exited',
        message: 'The worker exited with code 1 right after its start.',
        lines: expect.arrayContaining(['Error: DATABASE_URL is not set']),
      })
    })
  })

  describe('with a health path', () => {
    /** `states`: what it answers there, one after the other; everywhere else all is well. */
    const answering = (states: readonly number[], more = ''): Pick<ReleaseOrder, 'plan'> => {
      const script = `const s=[${states}];require('http').createServer((q,r)=>{if(q.url==='/healthz')r.statusCode=s.length>1?s.shift():s[0];r.end('well')${more}}).listen(process.env.PORT)`
      return { plan: { ...nodePlan, start: { value: `exec node -e "${script}"`, origin: 'test' } } }
    }
    const healthPath = '/healthz'

    test('is ready when that answers well, and no sooner', async () => {
      const order = await apply('honours-port', { ...answering([503, 404, 204]), healthPath })
      const { port } = await until(order, 'ready')
      const linesOfPort = async () =>
        (await runtimeLines(order)).map(one => one.text).filter(text => text.startsWith('Listens on'))
      await expect
        .poll(linesOfPort)
        .toEqual([
          `Listens on ${port}; /healthz answered 503: not ready yet`,
          `Listens on ${port}; /healthz answered 404: not ready yet`,
          `Listens on ${port}`,
        ])
      expect(await get(order)).toContain('well')
    })

    test('that answers 404 is given up and stopped, and what it answered is said', async () => {
      await dispose()
      await open({ readyMs: 1500 })
      const order = await apply('honours-port', { ...answering([404]), healthPath })
      const { failure } = await until(order, 'exited')
      expect(failure).toEqual({
        code: 'health_failed',
        message: expect.stringMatching(
          /^The app listens and never got ready: \/healthz answered 404 on port \d+\.$/,
        ),
        hint: expect.stringContaining('Change the health path'),
        port: expect.any(Number),
      })
    })

    test('that exits before it answers well says that it did not get ready', async () => {
      const order = await apply('honours-port', { ...answering([500], ';process.exit(7)'), healthPath })
      const { failure } = await until(order, 'exited')
      expect(failure).toMatchObject({
        code: 'start_exited',
        message: expect.stringMatching(
          /^The app exited with code 7 before it was ready at \/healthz on port/,
        ),
      })
    })
  })

  test('that is killed after it was ready has crashed', async () => {
    const order = await apply('honours-port')
    const { name } = await until(order, 'ready')
    process.kill(Number(name), 'SIGKILL')
    const { failure } = await until(order, 'exited')
    expect(failure).toMatchObject({ code: 'app_crashed', message: 'The app was ended by SIGKILL.' })
  })

  test('whose supervisor is killed is ended too', async () => {
    const order = await apply('honours-port')
    const { name } = await until(order, 'ready')
    const app = findProcess(Number(name))
    const supervisor = findProcess(parentOf(Number(name)))
    if (app === undefined || supervisor === undefined) throw new Error('no such process')
    process.kill(supervisor.pid, 'SIGKILL')
    const { failure } = await until(order, 'exited')
    expect({ code: failure?.code, isAppAlive: isAlive(app) }).toEqual({
      code: 'app_crashed',
      isAppAlive: false,
    })
  })

  test('that ignores TERM, with children in other sessions, is all gone after stop', async () => {
    const order = await apply('ignores-term')
    await until(order, 'ready')
    const { processes } = await driver.count(order.deploymentId)
    expect(processes).toBeGreaterThanOrEqual(4)
    await driver.stop(order.deploymentId, () => false)
    expect((await driver.count(order.deploymentId)).processes).toBe(0)
  })

  test('of static files is served by Slipway', async () => {
    const made = await orderApp(folder, 'honours-port')
    used.add(made.deploymentId)
    const plan = {
      ...made.plan,
      kind: 'static' as const,
      start: null,
      output: { value: '.', origin: 'set by you' },
    }
    await driver.applyRelease({ ...made, plan })
    await until(made, 'ready')
    expect(await get(made, '/package.json')).toContain('"name": "honours-port"')
  })

  test('gets its variables, which are nowhere on disk', async () => {
    const made = await orderApp(folder, 'honours-port', { variables: { SECRET: 'open-sesame' } })
    used.add(made.deploymentId)
    const start = { value: `printf %s "$SECRET" | wc -c && ${made.plan.start?.value}`, origin: 'set by you' }
    await driver.applyRelease({ ...made, plan: { ...made.plan, start } })
    await until(made, 'ready')
    await vi.waitFor(async () => expect((await runtimeLines(made)).map(line => line.text)).toContain('11'))
    const names = await readdir(folder, { recursive: true, withFileTypes: true })
    const files = names.filter(entry => entry.isFile()).map(entry => join(entry.parentPath, entry.name))
    expect(files.length).toBeGreaterThan(5)
    expect(files.filter(file => readFileSync(file, 'utf8').includes('open-sesame'))).toEqual([])
  })

  test('keeps what is asked to be kept', async () => {
    const old = await apply('honours-port')
    await until(old, 'ready')
    const next = await apply('honours-port', { deploymentId: old.deploymentId })
    await until(next, 'ready')
    await driver.stop(old.deploymentId, instance => instance.releaseId === next.releaseId)
    expect((await driver.observe(old.deploymentId)).map(instance => instance.releaseId)).toEqual([
      next.releaseId,
    ])
    expect(await get(next)).toContain('honours PORT')
  })
})

test('removal leaves no folder', async () => {
  const order = await apply('honours-port')
  await until(order, 'ready')
  await driver.remove(order.deploymentId, null)
  expect(existsSync(join(folder, 'local', 'deployments', order.deploymentId))).toBe(false)
})

function parentOf(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
  return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1])
}
