import { fork } from 'node:child_process'
import { once } from 'node:events'
import { connect } from 'node:net'
import { join } from 'node:path'
import Sqlite from 'better-sqlite3'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { WebSocket } from 'ws'
import { createIds } from '../../electron/database/ids.ts'
import { openDatabase } from '../../electron/database/open.ts'
import { createWriter } from '../../electron/database/writer.ts'
import { toControlPath } from '../../electron/rpc/control-socket.ts'
import { plan } from '../support/database.ts'
import { createMessage, createRandom, type Known } from '../support/fuzz-messages.ts'
import { createDataFolder } from '../support/platform.ts'

/** The same messages each time. Another seed is another set: `SLIPWAY_FUZZ_SEED=7 npm test -- fuzz`. */
const seed = Number(process.env.SLIPWAY_FUZZ_SEED ?? 20_261_125)
const messagesOfEach = 50_000
/** Sent before their answers are waited for. */
const batch = 250
/** A connection is given up after so many, with what it holds open. */
const batchesOfConnection = 10

interface State {
  readonly heapMb: number
  readonly unhandled: string[]
  readonly unexpected: string[]
  readonly polluted: string[]
}

const data = createDataFolder()
const file = join(data.path, 'slipway.db')
let known: Known
let host: ReturnType<typeof fork>
let place: { url: string; port: number }
let cookie = ''

const answer = async <T>(): Promise<T> => (await once(host, 'message'))[0] as T
const ask = async (): Promise<State> => {
  host.send('state')
  return answer<State>()
}

beforeAll(async () => {
  known = fill()
  host = fork(join(import.meta.dirname, '..', 'support', 'fuzz-host.ts'), {
    env: { ...process.env, SLIPWAY_DATA: data.path },
    execArgv: ['--expose-gc'],
  })
  place = await answer()
  const opened = await fetch(place.url, { redirect: 'manual' })
  cookie = opened.headers.getSetCookie()[0]?.split(';')[0] ?? ''
})
afterAll(async () => {
  host.kill()
  if (host.exitCode === null && host.signalCode === null) await once(host, 'exit')
  data.remove()
})

/** Deployments, builds and releases to talk about. */
function fill(): Known {
  const database = openDatabase(file)
  const writer = createWriter(database, { newId: createIds(Date.now), now: Date.now })
  const clusterId = writer.cluster('local', 'This computer')
  const ownerId = writer.user('ana')
  const names = ['blog', 'shop', 'wiki']
  const ids = names.flatMap(name => {
    const source = { kind: 'git' as const, address: 'https://example.org/good.git' }
    const projectId = writer.project({ ownerId, name, source })
    const common = { port: null, planEdits: {}, variables: [] }
    const deploymentId = writer.deployment({
      projectId,
      clusterId,
      name,
      branch: 'main',
      port: null,
      planEdits: {},
      keepsRunning: false,
    })
    const buildId = writer.build({
      ...common,
      deploymentId,
      branch: 'main',
      sha: 'a'.repeat(40),
      fingerprint: '',
      isFresh: true,
      requestedBy: 'ana',
    })
    writer.moveBuild(buildId, 'queued', 'running')
    writer.moveBuild(buildId, 'running', 'succeeded', { plan, artifact: 'deployments/gone' })
    const releaseId = writer.release({
      deploymentId,
      buildId,
      port: null,
      variables: [],
      rollbackTo: null,
      requestedBy: 'ana',
    })
    writer.moveRelease(releaseId, 'releasing', 'live', { liveAt: 1 })
    writer.changeDeployment(deploymentId, {
      servingReleaseId: releaseId,
      targetReleaseId: releaseId,
      wanted: 'stopped',
    })
    return [deploymentId, buildId, releaseId]
  })
  database.close()
  const addresses = [
    ...Array.from({ length: 20 }, (_, n) => `https://example.org/${n}.git`),
    'https://example.org/good.git',
  ]
  return { ids: [...ids, 'z'.repeat(26)], names: [...names, 'new-one'], addresses }
}

const surfaces = {
  browser: () => {
    const origin = `http://127.0.0.1:${place.port}`
    return new WebSocket(`ws://127.0.0.1:${place.port}/rpc`, { headers: { cookie, origin } })
  },
  terminal: () =>
    new WebSocket('ws://localhost/rpc', { createConnection: () => connect(toControlPath(data.path)) }),
}

interface Answer {
  readonly i?: string
  readonly p?: { readonly s?: number; readonly b?: { json?: { code?: string; data?: { code?: string } } } }
}

/** One connection: sends, and keeps what was answered by id. */
async function openConnection(surface: keyof typeof surfaces) {
  const socket = surfaces[surface]()
  await once(socket, 'open')
  const answers = new Map<string, Answer>()
  let isClosed = false
  let wake = () => {}
  socket.on('message', bytes => {
    const text = String(bytes)
    const told = JSON.parse(text) as Answer
    if (told.i !== undefined && !answers.has(told.i)) answers.set(told.i, told)
    if ((told.p?.s ?? 200) >= 400) checkRefusal(told, text)
    wake()
  })
  socket.on('close', () => {
    isClosed = true
    wake()
  })
  socket.on('error', () => {})
  return {
    send: (frame: string | Buffer) => socket.send(frame),
    isClosed: () => isClosed,
    /** Until each is answered, or the connection is gone. */
    async until(ids: readonly string[]): Promise<void> {
      while (!isClosed && ids.some(id => !answers.has(id))) {
        await new Promise<void>(resolve => {
          wake = resolve
        })
      }
      answers.clear()
    },
    async close() {
      socket.close()
      while (!isClosed) await new Promise<void>(resolve => (wake = resolve))
    },
  }
}

const refusals = new Map<string, number>()
/** A refusal is a failure in words, or tells that there is no such entry; never where the program lies. */
function checkRefusal(told: Answer, text: string): void {
  const code = told.p?.b?.json?.code ?? String(told.p?.s)
  refusals.set(code, (refusals.get(code) ?? 0) + 1)
  if (/node_modules|\.ts:\d|\.js:\d|file:\/\/\/(?!etc\/passwd)/.test(text))
    refusals.set(`leaks: ${text.slice(0, 1000)}`, 1)
}

async function sendAll(surface: keyof typeof surfaces, seedOfSurface: number): Promise<void> {
  const random = createRandom(seedOfSurface)
  for (let sent = 0; sent < messagesOfEach; ) {
    const connection = await openConnection(surface)
    for (let n = 0; n < batchesOfConnection && sent < messagesOfEach && !connection.isClosed(); n++) {
      const ids: string[] = []
      for (let one = 0; one < batch; one++) {
        const message = createMessage(random, known, `${surface}-${sent++}`)
        if (message.id !== undefined) ids.push(message.id)
        connection.send(message.frame)
        if (message.isTooLarge) break
      }
      await connection.until(ids)
    }
    await connection.close()
  }
}

test('100,000 messages that make no sense, to both sockets, break nothing', async () => {
  const before = await ask()
  await Promise.all([sendAll('browser', seed), sendAll('terminal', seed + 1)])
  const after = await ask()
  expect({ unhandled: after.unhandled, unexpected: after.unexpected, polluted: after.polluted }).toEqual({
    unhandled: [],
    unexpected: [],
    polluted: [],
  })
  expect([...refusals.keys()].toSorted()).toEqual(['404', 'BAD_REQUEST', 'FAILED'])
  expect(after.heapMb - before.heapMb).toBeLessThan(100)

  for (const surface of ['browser', 'terminal'] as const) {
    const connection = await openConnection(surface)
    connection.send(
      JSON.stringify({ i: 'good', p: { u: '/clusters/list', b: { json: undefined, meta: [] } } }),
    )
    await connection.until(['good'])
    await connection.close()
  }
  host.send('end')
  expect(await once(host, 'exit')).toEqual([0, null])
  const sqlite = new Sqlite(file, { readonly: true })
  expect(sqlite.prepare('PRAGMA integrity_check').pluck().all()).toEqual(['ok'])
  expect(sqlite.prepare('PRAGMA foreign_key_check').all()).toEqual([])
  sqlite.close()
}, 600_000)
