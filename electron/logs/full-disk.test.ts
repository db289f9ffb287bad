import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import type { LogDisk, LogLine, LogRef, NewLogLine } from '../../shared/domain/log.ts'
import { canMountDisk, mountSmallDisk } from '../../tests/support/small-disk.ts'
import type { LogStore } from './log-store.ts'
import { createLogStore, type LogLimits } from './segment-log.ts'

const app: LogRef = { kind: 'runtime', id: 'app' }
const build = (id: number): LogRef => ({ kind: 'build', id: `b${id}` })

let disk: ReturnType<typeof mountSmallDisk>
let store: LogStore
const seen: LogDisk[] = []

const openStore = (limits: Partial<LogLimits> = {}) => {
  store = createLogStore({ folder: join(disk.path, 'logs'), limits, now: () => 5000 })
  store.onDisk(() => seen.push(store.disk()))
  return store
}

let random = 1
/** Text that cannot be compressed, so that the disk fills. */
const noise = (count: number): NewLogLine[] =>
  Array.from({ length: count }, () => {
    const words = Array.from({ length: 12 }, () => {
      random = (random * 1103515245 + 12345) % 2 ** 31
      return random.toString(36)
    })
    return { at: 1, stream: 'stdout', text: words.join(' '), isPartial: false }
  })

/** Page by page: a page is bounded. */
async function readAll(from: LogStore, log: LogRef): Promise<LogLine[]> {
  const lines: LogLine[] = []
  for (;;) {
    const page = await from.read(log, { after: lines.at(-1)?.seq ?? 0, limit: 5000 })
    if (page.lines.length === 0) return lines
    lines.push(...page.lines)
  }
}

const textsOf = (lines: readonly LogLine[]) => lines.map(({ text }) => text)
describe.skipIf(!canMountDisk)('a full disk', () => {
  beforeEach(() => {
    disk = mountSmallDisk(8)
    seen.length = 0
  })

  afterEach(async () => {
    await store.dispose()
    disk.remove()
  })

  test('the oldest lines go for the newest, of whatever log; the log says so, and none is there twice or in half', async () => {
    const { append, read } = openStore({ segmentBytes: 300_000 })
    for (let id = 1; id <= 3; id++) await append(build(id), noise(5000))
    const written: string[] = []
    for (let batch = 1; batch <= 120; batch++) {
      const lines = noise(1000)
      written.push(...lines.map(line => line.text))
      await append(app, lines, { source: 'run', position: batch })
    }

    const kept = await readAll(store, app)
    const own = textsOf(kept.filter(line => line.stream === 'stdout'))
    const said = kept.filter(line => line.stream === 'platform')
    expect(own.length).toBeGreaterThan(5000)
    expect(own.join('\n') === written.slice(-own.length).join('\n')).toBe(true)
    expect(kept[0]?.seq).toBe((await read(app, { limit: 1 })).first)
    expect(said.length).toBeGreaterThan(0)
    for (const line of said) {
      expect(line).toMatchObject({ at: 5000 })
      expect(line.text).toMatch(/^The disk is full: \d+\.\d MB of the oldest lines were dropped$/)
    }
    expect((await read(build(1), { limit: 10 })).lines).toEqual([])
    expect(store.disk()).toMatchObject({ state: 'dropped', at: 5000 })
    await store.dispose()
    const again = openStore()
    expect(await again.lastMark(app, 'run')).toBe(120)
    const keptAgain = await readAll(again, app)
    expect(JSON.stringify(keptAgain) === JSON.stringify(kept)).toBe(true)
  })

  test('logs of one segment each give it up too, which takes a little room', async () => {
    const { append, read } = openStore()
    for (let id = 1; id <= 3; id++) {
      await append(build(id), noise(3000), { source: 'build', position: id })
      await store.close(build(id))
      // What is compressed after the disk is full would give room by itself.
      const files = () => readdir(join(disk.path, 'logs', `build-b${id}`))
      await vi.waitFor(async () => expect(await files()).toEqual(['1.log.gz']), { timeout: 20_000 })
    }
    disk.fill()
    await append(app, noise(100))

    expect(textsOf((await read(app, { limit: 1 })).lines)).toEqual([
      expect.stringContaining('The disk is full: '),
    ])
    const first = await read(build(1), { limit: 10 })
    expect({ lines: first.lines, isClosed: first.isClosed }).toEqual({ lines: [], isClosed: true })
    expect(await store.lastMark(build(1), 'build')).toBe(1)
  })

  test('with nothing left to drop it says so, and goes on where it was when there is room', async () => {
    const { append, read } = openStore()
    await append(app, noise(10), { source: 'run', position: 10 })
    disk.fill()
    const lines = noise(2000)
    const failing = append(app, lines, { source: 'run', position: 2010 })
    await expect(failing).rejects.toMatchObject({ failure: { code: 'disk_full' } })
    await expect(append(app, lines, { source: 'run', position: 2010 })).rejects.toMatchObject({
      failure: { code: 'disk_full' },
    })
    expect(seen).toEqual([{ state: 'full', at: 5000 }])
    expect(await store.lastMark(app, 'run')).toBe(10)
    expect((await read(app, { limit: 100 })).lines).toHaveLength(10)

    disk.free()
    await append(app, lines, { source: 'run', position: 2010 })
    expect(store.disk()).toEqual({ state: 'roomy' })
    const page = await read(app, { after: 10, limit: 100_000 })
    expect(textsOf(page.lines)).toEqual(lines.map(line => line.text))
  })

  test('what cannot be compressed for want of room stays as it is', async () => {
    const { append, close } = openStore()
    await append(app, noise(5000), { source: 'run', position: 1 })
    disk.fill()
    await close(app)
    await store.dispose()

    const names = await readdir(join(disk.path, 'logs', 'runtime-app'))
    expect(names.filter(name => name.endsWith('.new'))).toEqual([])
    expect((await stat(join(disk.path, 'logs', 'runtime-app', '1.log'))).size).toBeGreaterThan(100_000)
    disk.free()
    expect(await readAll(openStore(), app)).toHaveLength(5000)
  })
})
