import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Platform } from '../../electron/platform/platform.ts'
import { type GitServer, startGitServer } from '../support/git-server.ts'
import {
  asker,
  createDataFolder,
  getThroughGateway,
  isLive,
  startPlatform,
  waitForDeployment,
} from '../support/platform.ts'

let git: GitServer
let platform: Platform
const data = createDataFolder()

beforeAll(async () => {
  git = await startGitServer()
  await git.createRepository('busy', {
    'package.json': JSON.stringify({ name: 'busy', private: true, scripts: { start: 'node server.js' } }),
    'server.js': `
      setInterval(() => { for (const end = Date.now() + 50; Date.now() < end; ); }, 100)
      require('node:http').createServer((_, response) => response.end('here')).listen(process.env.PORT)
    `,
  })
  platform = await startPlatform(data.path)
})

afterAll(async () => {
  // A failed test leaves an app that would go on.
  for (const { id, name } of platform.deployments()) platform.intents.remove(id, name, asker(platform))
  await platform.idle()
  await platform.dispose({ stopApps: true })
  await git.close()
  data.remove()
})

test('what an app takes is measured, kept for when Slipway starts again, and gone with the app', async () => {
  const source = { kind: 'git', address: git.url('busy') } as const
  const wish = { source, branch: '', name: 'busy', port: null, planEdits: {}, keepsRunning: true }
  const { id } = await platform.intents.create(wish, asker(platform))
  await waitForDeployment(platform, id, isLive)

  const first = await platform.metrics.of(id)
  expect(first).toMatchObject({ cpuLimit: null, memoryLimit: null, missing: null })
  expect(first?.now?.cpu).toBeGreaterThan(0.05)
  expect(first?.now?.cpu).toBeLessThan(1.5)
  expect(first?.now?.memory).toBeGreaterThan(20e6)
  expect(first?.hour).toHaveLength(1)
  expect(first?.day).toHaveLength(1)
  expect((await platform.metrics.top()).map(one => one.name)).toEqual(['busy'])
  expect(first?.traffic).toEqual({ hour: [], day: [] })
  for (const path of ['/', '/a', '/b']) {
    expect((await getThroughGateway(platform, 'busy', path)).body).toBe('here')
  }
  const { traffic } = (await platform.metrics.of(id)) ?? {}
  expect(traffic?.hour.reduce((sum, one) => sum + one.requests, 0)).toBe(3)
  expect(traffic?.hour.map(one => one.failed)).toEqual(traffic?.hour.map(() => 0))
  expect(traffic?.hour[0]?.slowMs).toBeGreaterThan(0)

  await platform.dispose({ stopApps: false })
  platform = await startPlatform(data.path)
  await waitForDeployment(platform, id, isLive)
  expect(platform.reader.usageOf(id)).toEqual(first?.day)
  const again = await platform.metrics.of(id)
  expect(again?.traffic.day.reduce((sum, one) => sum + one.requests, 0)).toBe(3)
  expect(again?.hour.at(0)).toEqual(first?.day[0])
  expect(again?.now?.instances.map(one => one.name)).toEqual(platform.deployment(id)?.health.instances)

  platform.intents.remove(id, 'busy', asker(platform))
  await platform.idle()
  expect(platform.reader.usageOf(id)).toEqual([])
  expect(await platform.residue(id)).toMatchObject({ processes: 0, rows: 0 })
  expect(await platform.metrics.of(id)).toBeUndefined()
})
