import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import Sqlite from 'better-sqlite3'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { findDeploymentProcesses } from '../../electron/clusters/local/job-processes.ts'
import { copyDatabase } from '../../electron/database/copies.ts'
import type { Platform } from '../../electron/platform/platform.ts'
import { asker, createDataFolder, isLive, startPlatform, waitForDeployment } from '../support/platform.ts'

const data = createDataFolder()
const sources = createDataFolder()
const start = () => startPlatform(data.path, { limits: { firstBackoffMs: 10 } })
let platform: Platform

beforeAll(async () => {
  platform = await start()
})
afterAll(async () => {
  await platform.dispose({ stopApps: true })
  data.remove()
  sources.remove()
})

const good = `require('node:http').createServer((q, a) => a.end('hello')).listen(process.env.PORT)`
/** Listens once; every later start ends at once. */
const fragile = `
  const { existsSync, writeFileSync } = require('node:fs')
  if (existsSync('started')) throw new Error('the second start never works')
  writeFileSync('started', '')
  require('node:http').createServer(() => process.exit(1)).listen(process.env.PORT)`

async function write(name: string, server: string): Promise<string> {
  const address = join(sources.path, name)
  await mkdir(address, { recursive: true })
  await writeFile(join(address, 'Procfile'), 'web: exec node server.js\n')
  await writeFile(join(address, 'server.js'), server)
  return address
}

async function create(name: string, server: string): Promise<string> {
  const source = { kind: 'folder' as const, address: await write(name, server) }
  const wish = { source, branch: '', name, port: null, planEdits: {} }
  const { id } = await platform.intents.create(wish, asker(platform))
  await waitForDeployment(platform, id, isLive)
  return id
}

const deleteArtifact = (id: string, releaseNumber: number) => {
  const release = platform.reader.releasesOf(id).find(one => one.number === releaseNumber)
  return rm(join(data.path, 'local', 'deployments', id, 'builds', release?.buildId ?? ''), {
    recursive: true,
  })
}
const count = (id: string, verb: string) =>
  platform.reader.activity({ deploymentId: id, limit: 100 }).filter(line => line.verb === verb).length

test('a rollback to what somebody deleted builds it again where the folder is as it was, and is refused otherwise', async () => {
  const id = await create('blog', good)
  await write('blog', `${good} // again`)
  await platform.intents.deploy(id, asker(platform))
  const before = await waitForDeployment(platform, id, one => isLive(one) && one.serving?.number === 2)
  await deleteArtifact(id, 1)
  const first = platform.reader.releasesOf(id).find(release => release.number === 1)
  const rollback = () => platform.intents.rollback(id, first?.id ?? '', asker(platform))
  await expect(rollback()).rejects.toMatchObject({
    failure: { code: 'conflict', message: expect.stringContaining('the files in the folder have changed') },
  })
  expect(platform.deployment(id)).toMatchObject({
    status: 'live',
    serving: { number: 2 },
    health: { ready: 1, instances: before.health.instances },
  })

  await write('blog', good)
  await rollback()
  const after = await waitForDeployment(platform, id, one => isLive(one) && one.serving?.number === 3)
  expect(after.serving).toMatchObject({ rollbackTo: 1, commit: { sha: first?.commit.sha } })
})

test('a start of files that somebody deleted fails once, and a deploy mends it', async () => {
  const id = await create('shop', good)
  platform.intents.stop(id, asker(platform))
  await waitForDeployment(platform, id, one => one.status === 'stopped' && one.health.instances.length === 0)
  await deleteArtifact(id, 1)
  platform.intents.start(id, asker(platform))
  const failed = await waitForDeployment(platform, id, one => one.status === 'failed')
  expect(failed.failure).toMatchObject({ code: 'not_found', hint: 'Deploy again to build it anew.' })
  await platform.idle()
  expect(count(id, 'crashed')).toBe(1)

  await platform.intents.deploy(id, asker(platform))
  await waitForDeployment(platform, id, one => isLive(one) && one.serving?.number === 2)
  expect(count(id, 'crashed')).toBe(1)
})

test('what was given up stays given up when Slipway quits and starts again, until a deploy mends it', async () => {
  const id = await create('wiki', fragile)
  const port = platform.deployment(id)?.health.port
  await fetch(`http://127.0.0.1:${port}/`).catch(() => undefined)
  const given = await waitForDeployment(platform, id, one => one.status === 'failed')
  await platform.dispose({ stopApps: true })

  platform = await start()
  await platform.idle()
  expect(platform.deployment(id)).toMatchObject({
    status: 'failed',
    failure: given.failure,
    health: { ready: 0 },
  })
  expect(count(id, 'crashed')).toBe(1)

  await write('wiki', good)
  await platform.intents.deploy(id, asker(platform))
  await waitForDeployment(platform, id, one => isLive(one) && one.serving?.number === 2)
  expect(count(id, 'crashed')).toBe(1)
})

test('a damaged database is set aside for its newest copy; what was made later is stopped, and all is said', async () => {
  const file = join(data.path, 'slipway.db')
  const kept = await create('kept', good)
  await platform.dispose({ stopApps: true })
  const sqlite = new Sqlite(file)
  copyDatabase(sqlite, { file, kind: 'daily', version: 0, at: Date.now() })
  sqlite.close()
  platform = await start()
  const lost = await create('lost', good)
  platform.intents.update(lost, { keepsRunning: true }, asker(platform))
  await platform.dispose({ stopApps: true })
  expect(findDeploymentProcesses(lost)).not.toEqual([])
  const bytes = await readFile(file)
  await writeFile(file, Buffer.concat([Buffer.alloc(4096, 7), bytes.subarray(4096)]))

  platform = await start()
  expect(platform.reader.settings().restoration).toEqual({
    at: expect.any(Number),
    copyAt: expect.any(Number),
    setAside: expect.stringContaining(join(data.path, 'damaged')),
  })
  expect(platform.reader.activity({ limit: 500 }).some(line => line.verb === 'restored')).toBe(true)
  await waitForDeployment(platform, kept, isLive)
  expect(platform.deployment(lost)).toBeUndefined()
  expect(findDeploymentProcesses(lost)).toEqual([])
})
