import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { LogLine, LogRef, NewLogLine } from '../../shared/domain/log.ts'
import { decodeBatch } from '../../shared/domain/log-record.ts'
import type { LogStore } from './log-store.ts'
import { createLogStore, type LogLimits } from './segment-log.ts'

const app: LogRef = { kind: 'runtime', id: 'app' }
const limits = { segmentBytes: 150_000, plainBytes: 0 }
const all = { after: 0, limit: 1_000_000 }

const patience = { timeout: 30_000 }

let folder: string
const opened: LogStore[] = []

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'slipway-logs-'))
})

afterEach(async () => {
  await Promise.all(opened.splice(0).map(store => store.dispose()))
  await rm(folder, { recursive: true })
})

function openStore(more: Partial<LogLimits> = limits): LogStore {
  const store = createLogStore({ folder, limits: more })
  opened.push(store)
  return store
}

const numbered = (from: number, to: number): NewLogLine[] =>
  Array.from({ length: to - from + 1 }, (_, index) => ({
    at: 1000,
    stream: 'stdout',
    text: `GET /products/${from + index} 200 in ${(from + index) % 97} ms`,
    isPartial: false,
  }))
const withSeqs = (lines: readonly NewLogLine[]): LogLine[] =>
  lines.map((line, index) => ({ seq: index + 1, ...line }))
const lines10k = withSeqs(numbered(1, 10_000))

const files = async (): Promise<string[]> =>
  (await readdir(join(folder, 'runtime-app'))).sort((a, b) => Number.parseInt(a, 10) - Number.parseInt(b, 10))
const bytesOnDisk = async (): Promise<number> => {
  const sizes = (await files()).map(async name => (await stat(join(folder, 'runtime-app', name))).size)
  return (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0)
}
const untilCompressed = (plain: number) =>
  vi.waitFor(async () => {
    const left = (await files()).filter(name => !name.endsWith('.gz'))
    expect(left).toHaveLength(plain)
  }, patience)

async function fill(store: LogStore, to = 10_000): Promise<void> {
  for (let from = 1; from <= to; from += 500) {
    await store.append(app, numbered(from, from + 499), { source: 'run', position: from + 499 })
  }
}

test('full segments are compressed while the log is written, the rest when it is closed; nothing of it changes', async () => {
  const store = openStore()
  await fill(store)
  await untilCompressed(1)
  const plain = await store.read(app, all)
  await store.close(app)
  await untilCompressed(0)

  expect(plain.lines).toEqual(lines10k)
  expect(await store.read(app, all)).toEqual({ lines: lines10k, first: 1, last: 10_000, isClosed: true })
  const again = openStore()
  expect(await again.read(app, all)).toEqual({ lines: lines10k, first: 1, last: 10_000, isClosed: true })
  expect(await again.lastMark(app, 'run')).toBe(10_000)
  const pages = await Promise.all([1, 777, 3001, 9999].map(after => again.read(app, { after, limit: 2 })))
  expect(pages.map(page => page.lines)).toEqual(
    [1, 777, 3001, 9999].map(after => lines10k.slice(after, after + 2)),
  )
})

test('what is on the disk is less than a fifth of what was written, and any gunzip shows it', async () => {
  const store = openStore({})
  await fill(store)
  await store.close(app)
  const plainBytes = await bytesOnDisk()
  await untilCompressed(0)

  expect(await bytesOnDisk()).toBeLessThan(plainBytes / 5)
  const text = gunzipSync(await readFile(join(folder, 'runtime-app', '1.log.gz'))).toString()
  expect(text.split('\n')[1]).toBe('1000 o GET /products/1 200 in 1 ms')
})

test('bounds count what is on the disk: compressed, more lines are kept', async () => {
  const store = openStore({ segmentBytes: 50_000, logBytes: 200_000, plainBytes: 0 })
  for (let from = 1; from <= 20_000; from += 500) {
    await store.append(app, numbered(from, from + 499))
    await untilCompressed(1)
  }

  expect(await bytesOnDisk()).toBeLessThanOrEqual(200_000)
  expect((await store.read(app, { limit: 1 })).first).toBe(1)
})

test('a closed log that is written to again goes on in a new segment', async () => {
  const store = openStore()
  await fill(store, 1000)
  await store.close(app)
  await untilCompressed(0)
  await store.append(app, numbered(1001, 1003), { source: 'run', position: 1003 })

  expect(await files()).toEqual(['1.log.gz', '1001.log'])
  const again = openStore()
  expect(await again.read(app, all)).toEqual({
    lines: lines10k.slice(0, 1003),
    first: 1,
    last: 1003,
    isClosed: false,
  })
  expect(await again.lastMark(app, 'run')).toBe(1003)
})

test('who follows or searches while segments are compressed gets every line once', async () => {
  const store = openStore()
  const follower = store.follow(app, 0, new AbortController().signal)
  const followed: LogLine[] = []
  const reading = (async () => {
    for await (const batch of follower) followed.push(...decodeBatch(batch))
  })()
  for (let from = 1; from <= 10_000; from += 500) {
    await store.append(app, numbered(from, from + 499))
    const found = await store.search(app, { text: ' 200 in 5 ms', isRegex: false, limit: 1000 })
    expect(found.matches.map(({ seq }) => seq)).toEqual(
      lines10k.filter(({ seq }) => seq <= from + 499 && seq % 97 === 5).map(({ seq }) => seq),
    )
  }
  await store.close(app)
  await reading
  await untilCompressed(0)

  expect(followed).toEqual(lines10k)
})

test('a kill at any point of compressing leaves the segment in one form or the other', async () => {
  const store = openStore()
  await fill(store, 2000)
  await store.dispose()
  const path = join(folder, 'runtime-app', '1.log')
  const closing = openStore()
  await closing.close(app)
  await untilCompressed(0)
  await closing.dispose()
  const compressed = await readFile(`${path}.gz`)

  await writeFile(`${path}.gz.new`, compressed.subarray(0, 1000))
  expect((await openStore().read(app, all)).lines).toEqual(lines10k.slice(0, 2000))
  await writeFile(path, 'deleted only in part')
  const again = openStore()
  expect((await again.read(app, all)).lines).toEqual(lines10k.slice(0, 2000))
  expect(await files()).toEqual(['1.log.gz'])
})

test('a process killed while it writes and compresses loses no line and has none twice', async () => {
  const script = `
    import { createLogStore } from ${JSON.stringify(new URL('./segment-log.ts', import.meta.url).href)}
    const store = createLogStore({ folder: ${JSON.stringify(folder)}, limits: { segmentBytes: 30_000, plainBytes: 0 } })
    for (let position = 0; ; ) {
      const lines = Array.from({ length: 300 }, () => {
        const number = ++position
        return { at: 1000, stream: 'stdout', text: \`GET /products/\${number} 200 in \${number % 97} ms\`, isPartial: false }
      })
      await store.append({ kind: 'runtime', id: 'app' }, lines, { source: 'run', position })
      process.stdout.write('.')
    }`
  for (let kill = 1; kill <= 3; kill++) {
    const writer = spawn(process.execPath, ['--input-type=module', '-e', script], {
      stdio: ['ignore', 'pipe', 'ignore'],
    })
    await vi.waitFor(async () => {
      const found = await readdir(join(folder, 'runtime-app'))
      expect(found.filter(name => name.endsWith('.log.gz')).length).toBeGreaterThanOrEqual(kill * 2)
    }, patience)
    writer.kill('SIGKILL')
    await once(writer, 'exit')

    const again = openStore()
    const kept: LogLine[] = []
    for (let page = await again.read(app, all); page.lines.length > 0; ) {
      kept.push(...page.lines)
      page = await again.read(app, { after: kept.length, limit: 5000 })
    }
    expect(await again.lastMark(app, 'run')).toBe(kept.length)
    expect(JSON.stringify(kept) === JSON.stringify(withSeqs(numbered(1, kept.length)))).toBe(true)
    await again.dispose()
    await rm(join(folder, 'runtime-app'), { recursive: true })
  }
})

test('lines that the disk has damaged are one line that says so; the others are read', async () => {
  const store = openStore()
  await fill(store, 10_000)
  await store.close(app)
  await untilCompressed(0)
  await store.dispose()
  const path = join(folder, 'runtime-app', '1.log.gz')
  const bytes = await readFile(path)
  bytes.fill(0, 200, 240)
  await writeFile(path, bytes)

  const { lines } = await openStore().read(app, all)
  expect(lines[0]?.text).toBe('The lines here cannot be read: the disk has damaged them')
  expect(lines.length).toBeGreaterThan(5000)
  expect(lines.at(-1)).toEqual(lines10k.at(-1))
})
