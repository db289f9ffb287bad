import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Platform } from '../../electron/platform/platform.ts'
import { asker, createDataFolder, isLive, startPlatform, waitForDeployment } from '../support/platform.ts'

const day = 24 * 60 * 60_000
const data = createDataFolder()
const sources = createDataFolder()
let platform: Platform
let movedMs = 0
const start = () =>
  startPlatform(data.path, { now: () => Date.now() + movedMs, limits: { firstBackoffMs: 10 } })

beforeAll(async () => {
  platform = await start()
})
afterAll(async () => {
  await platform.dispose({ stopApps: true })
  data.remove()
  sources.remove()
})

/** Exits when it is asked for anything but the first page. */
const server = (text: string) => `
  const { createServer } = require('node:http')
  createServer((q, a) => (q.url === '/' ? a.end('${text}') : process.exit(1))).listen(process.env.PORT)`

async function write(text: string): Promise<string> {
  const address = join(sources.path, 'blog')
  await mkdir(address, { recursive: true })
  await writeFile(join(address, 'Procfile'), 'web: exec node server.js\n')
  await writeFile(join(address, 'server.js'), server(text))
  return address
}
const untilRelease = (id: string, number: number) =>
  waitForDeployment(platform, id, one => isLive(one) && one.serving?.number === number)

test('a clock that goes back or on, while Slipway runs or is closed, changes nothing but the times that are shown', async () => {
  const source = { kind: 'folder' as const, address: await write('first') }
  const wish = { source, branch: '', name: 'blog', port: null, planEdits: {} }
  const { id } = await platform.intents.create(wish, asker(platform))
  await untilRelease(id, 1)

  const builds: (string | undefined)[] = []
  for (const [number, jumpMs] of [-day, 400 * day, -800 * day].entries()) {
    movedMs = jumpMs
    if (number > 0) {
      await platform.dispose({ stopApps: false })
      platform = await start()
    }
    await write(`text ${number}`)
    const { buildId } = await platform.intents.deploy(id, asker(platform))
    const live = await untilRelease(id, number + 2)
    expect(live.latestBuild).toMatchObject({ id: buildId, status: 'succeeded' })
    builds.push(live.latestBuild?.id)

    const { run = 0 } = platform.reader.deploymentRow(id) ?? {}
    await fetch(`http://127.0.0.1:${live.health.port}/end`).catch(() => undefined)
    await waitForDeployment(
      platform,
      id,
      one => isLive(one) && (platform.reader.deploymentRow(id)?.run ?? 0) > run,
    )
  }
  expect(platform.reader.buildsOf(id, 10).map(build => build.id)).toEqual([
    ...builds.toReversed(),
    expect.any(String),
  ])
  const history = platform.reader.activity({ deploymentId: id, limit: 100 })
  expect(history.filter(line => line.verb === 'deploy')).toHaveLength(4)
  expect(history[0]?.verb).toBe('released')
})
