import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { appendFile, mkdtemp, readdir, readFile, rm, stat, truncate } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { LogLine, LogRef, NewLogLine } from '../../shared/domain/log.ts'
import { decodeBatch } from '../../shared/domain/log-record.ts'
import type { LogStore } from './log-store.ts'
import { createLogStore, type LogLimits } from './segment-log.ts'

const app: LogRef = { kind: 'runtime', id: 'app' }
const build: LogRef = { kind: 'build', id: 'one' }

let folder: string
const opened: LogStore[] = []

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'slipway-logs-'))
})

afterEach(async () => {
  await Promise.all(opened.splice(0).map(store => store.dispose()))
  await rm(folder, { recursive: true })
})

/** A store on the folder; a second one stands for the program after it was killed. */
function openStore(limits: Partial<LogLimits> = {}): LogStore {
  const store = createLogStore({ folder, limits })
  opened.push(store)
  return store
}

const line = (text: string, more: Partial<NewLogLine> = {}): NewLogLine => ({
  at: 1000,
  stream: 'stdout',
  text,
  isPartial: false,
  ...more,
})

const numbered = (from: number, to: number): NewLogLine[] =>
  Array.from({ length: to - from + 1 }, (_, index) => line(`line ${from + index}`))

const all = { after: 0, limit: 1_000_000 }
const textsOf = (lines: readonly LogLine[]): string[] => lines.map(({ text }) => text)
const seqsOf = (lines: readonly LogLine[]): number[] => lines.map(({ seq }) => seq)
const segmentPaths = async (): Promise<string[]> =>
  (await readdir(folder, { recursive: true })).filter(path => path !== 'room').sort()
const bytesOnDisk = async (): Promise<number> => {
  const paths = (await segmentPaths()).filter(path => path.endsWith('.log'))
  const sizes = await Promise.all(paths.map(async path => (await stat(join(folder, path))).size))
  return sizes.reduce((sum, size) => sum + size, 0)
}

describe('writing', () => {
  test('numbers lines from 1 and keeps time, stream and the partial flag', async () => {
    const store = openStore()
    await store.append(app, [line('one'), line('two', { at: 2000, stream: 'stderr' })])
    await store.append(app, [line('three', { stream: 'platform', isPartial: true })])

    expect(await store.read(app, all)).toEqual({
      lines: [
        { seq: 1, at: 1000, stream: 'stdout', text: 'one', isPartial: false },
        { seq: 2, at: 2000, stream: 'stderr', text: 'two', isPartial: false },
        { seq: 3, at: 1000, stream: 'platform', text: 'three', isPartial: true },
      ],
      first: 1,
      last: 3,
      isClosed: false,
    })
  })

  test('gives back any text unchanged, also after the store is opened again', async () => {
    const texts = [
      '',
      ' leading and trailing ',
      '\u001b[31mred\u001b[0m\ttab',
      '10 %\r20 %\r',
      'a\nb\r\n',
      'C:\\new\\u0041 \\',
      '\u0000\u0001\u007f\ufeff\ufffd',
      'lone \ud800 and \udc00, pair \u{1f600}',
      '=',
      '!',
      '={"not":"a commit"}',
    ]
    await openStore().append(
      app,
      texts.map(text => line(text)),
    )

    expect(textsOf((await openStore().read(app, all)).lines)).toEqual(texts)
  })

  test('splits a line past 16 KiB into pieces, and never a surrogate pair', async () => {
    const store = openStore()
    const text = `${'x'.repeat(16 * 1024 - 1)}\u{1f600}${'y'.repeat(40_000)}`
    await store.append(app, [line(text), line('next')])

    const { lines } = await store.read(app, all)
    expect(lines.map(({ seq, text, isPartial }) => [seq, text.length, isPartial])).toEqual([
      [1, 16 * 1024 - 1, true],
      [2, 16 * 1024, true],
      [3, 16 * 1024, true],
      [4, 40_002 - 2 * 16 * 1024, false],
      [5, 4, false],
    ])
    expect(textsOf(lines.slice(0, 4)).join('')).toBe(text)
  })

  test('keeps the order of appends that were not waited for', async () => {
    const store = openStore()
    await Promise.all(numbered(1, 50).map(one => store.append(app, [one])))

    expect(textsOf((await store.read(app, all)).lines)).toEqual(textsOf(numbered(1, 50) as LogLine[]))
  })

  test('does not know a log that nothing was appended to, and makes no file for it', async () => {
    const store = openStore()
    await store.close(app)

    expect(await store.exists(app)).toBe(false)
    expect(await store.read(app, { limit: 10 })).toEqual({ lines: [], first: 1, last: 0, isClosed: false })
    expect(await segmentPaths()).toEqual([])
  })

  test('refuses to write once it is disposed', async () => {
    const store = openStore()
    await store.dispose()

    await expect(store.append(app, [line('late')])).rejects.toMatchObject({
      failure: { code: 'unavailable' },
    })
  })
})

describe('marks and kills', () => {
  test('a mark survives reopening, also one without lines, and segments that are gone', async () => {
    const limits = { segmentBytes: 200, logBytes: 400 }
    const store = openStore(limits)
    await store.append(app, [line('first')], { source: 'run 1/out\t\n', position: 6 })
    await store.append(app, [], { source: 'run 2', position: 7 })
    for (const one of numbered(1, 40)) await store.append(app, [one])

    const again = openStore(limits)
    expect((await again.read(app, all)).first).toBeGreaterThan(1)
    expect(await again.lastMark(app, 'run 1/out\t\n')).toBe(6)
    expect(await again.lastMark(app, 'run 2')).toBe(7)
    expect(await again.lastMark(app, 'run 3')).toBe(undefined)
  })

  test('marks alone do not grow the log without bound', async () => {
    const store = openStore({ segmentBytes: 200 })
    await store.append(app, [line('one')])
    for (let position = 1; position <= 100; position++) {
      await store.append(app, [], { source: 'run', position })
    }

    expect(await bytesOnDisk()).toBeLessThan(600)
    expect(await openStore().lastMark(app, 'run')).toBe(100)
    expect(textsOf((await openStore().read(app, all)).lines)).toEqual(['one'])
  })

  test('a batch that a kill cut short is dropped as a whole: lines and mark agree', async () => {
    const store = openStore()
    await store.append(app, [line('kept')], { source: 'run', position: 5 })
    const path = join(folder, 'runtime-app', '1.log')
    const keptSize = (await stat(path)).size
    await store.append(app, [line('torn 1'), line('torn 2')], { source: 'run', position: 20 })
    const fullSize = (await stat(path)).size
    const whole = await readFile(path)

    for (let size = keptSize; size < fullSize; size++) {
      await truncate(path, 0)
      await appendFile(path, whole.subarray(0, size))
      const again = openStore()
      expect(textsOf((await again.read(app, all)).lines)).toEqual(['kept'])
      expect(await again.lastMark(app, 'run')).toBe(5)
    }

    const again = openStore()
    await again.append(app, [line('torn 1'), line('torn 2')], { source: 'run', position: 20 })
    expect(await readFile(path)).toEqual(whole)
  })

  test('a process killed while it writes leaves exactly the lines that its last mark counts', async () => {
    const script = `
      import { createLogStore } from ${JSON.stringify(new URL('./segment-log.ts', import.meta.url).href)}
      const store = createLogStore({ folder: ${JSON.stringify(folder)}, limits: { segmentBytes: 20_000 } })
      for (let position = 0; ; ) {
        const lines = Array.from({ length: 50 }, () => ({ at: 1, stream: 'stdout', text: 'line ' + ++position, isPartial: false }))
        await store.append({ kind: 'runtime', id: 'app' }, lines, { source: 'run', position })
        process.stdout.write('.')
      }`
    const writer = spawn(process.execPath, ['--input-type=module', '-e', script], {
      stdio: ['ignore', 'pipe', 'ignore'],
    })
    await once(writer.stdout, 'data')
    await once(writer.stdout, 'data')
    writer.kill('SIGKILL')
    await once(writer, 'exit')

    const again = openStore({ segmentBytes: 20_000 })
    const { lines, last } = await again.read(app, all)
    expect(last).toBeGreaterThan(0)
    expect(await again.lastMark(app, 'run')).toBe(last)
    expect(textsOf(lines)).toEqual(textsOf(numbered(1, last) as LogLine[]))
  })

  test('a new segment that a kill left without a complete record is forgotten', async () => {
    const store = openStore()
    await store.append(app, numbered(1, 3), { source: 'run', position: 9 })
    await appendFile(join(folder, 'runtime-app', '4.log'), '=[["ru')
    await appendFile(join(folder, 'runtime-app', '4.log.new'), '=')

    const again = openStore()
    await again.append(app, [line('line 4')])
    expect(seqsOf((await again.read(app, all)).lines)).toEqual([1, 2, 3, 4])
    expect(await again.lastMark(app, 'run')).toBe(9)
    expect(await segmentPaths()).toEqual(['runtime-app', 'runtime-app/1.log'])
  })

  test('stays closed over a restart, and opens when something is appended', async () => {
    const store = openStore()
    await store.append(build, [line('done')])
    await store.close(build)
    await store.close(build)

    const again = openStore()
    expect((await again.read(build, all)).isClosed).toBe(true)
    await again.append(build, [line('more')])
    expect(await openStore().read(build, { after: 1, limit: 10 })).toEqual({
      lines: [{ seq: 2, ...line('more') }],
      first: 1,
      last: 2,
      isClosed: false,
    })
  })
})

describe('bounds', () => {
  test('the oldest lines of a log go first, and first moves', async () => {
    const limits = { segmentBytes: 1000, logBytes: 4000 }
    const store = openStore(limits)
    for (let from = 1; from <= 1000; from += 10) await store.append(app, numbered(from, from + 9))

    const page = await store.read(app, all)
    expect(page.first).toBeGreaterThan(700)
    expect(page.last).toBe(1000)
    expect(seqsOf(page.lines)).toEqual(
      Array.from({ length: 1001 - page.first }, (_, index) => page.first + index),
    )
    expect(await bytesOnDisk()).toBeLessThanOrEqual(4000)
    expect(await openStore(limits).read(app, all)).toEqual(page)
  })

  test('all logs together stay within the bound: what was written longest ago goes, whatever log it is in', async () => {
    const limits = { segmentBytes: 1000, totalBytes: 5000 }
    const store = openStore(limits)
    await store.append(build, numbered(1, 20), { source: 'build', position: 1 })
    await store.close(build)
    for (let from = 1; from <= 400; from += 10) {
      await store.append(app, numbered(from, from + 9))
      expect(await bytesOnDisk()).toBeLessThanOrEqual(5000)
    }

    expect(await store.read(build, all)).toEqual({ lines: [], first: 21, last: 20, isClosed: true })
    expect(await openStore(limits).lastMark(build, 'build')).toBe(1)
    expect((await store.read(app, all)).last).toBe(400)
  })

  test('a narrower bound is kept at once', async () => {
    const store = openStore({ segmentBytes: 1000, totalBytes: 20_000 })
    for (let from = 1; from <= 400; from += 10) await store.append(app, numbered(from, from + 9))
    expect(await bytesOnDisk()).toBeGreaterThan(5000)
    await store.keepWithin(5000)
    expect(await bytesOnDisk()).toBeLessThanOrEqual(5000)
    expect((await store.read(app, all)).last).toBe(400)
  })

  test('a removed log leaves no files, and begins at 1 when it is written again', async () => {
    const store = openStore({ segmentBytes: 100 })
    await store.append(app, numbered(1, 50), { source: 'run', position: 3 })
    await store.append(app, numbered(51, 99))
    await store.remove(app)
    await store.remove(build)

    expect(await segmentPaths()).toEqual([])
    expect(await store.exists(app)).toBe(false)
    expect(await store.lastMark(app, 'run')).toBe(undefined)
    await store.append(app, [line('new')])
    expect(seqsOf((await store.read(app, all)).lines)).toEqual([1])
  })
})

describe('reading', () => {
  test('pages backwards and forwards through 100,000 lines in many segments', async () => {
    const store = openStore({ segmentBytes: 200_000 })
    for (let from = 1; from <= 100_000; from += 1000) await store.append(app, numbered(from, from + 999))
    await store.dispose()
    const again = openStore()

    const newest = await again.read(app, { limit: 3 })
    expect(seqsOf(newest.lines)).toEqual([99_998, 99_999, 100_000])
    expect(seqsOf((await again.read(app, { before: 54_321, limit: 3 })).lines)).toEqual([
      54_318, 54_319, 54_320,
    ])
    expect(seqsOf((await again.read(app, { after: 54_321, limit: 3 })).lines)).toEqual([
      54_322, 54_323, 54_324,
    ])
    expect(seqsOf((await again.read(app, { after: 7, before: 10, limit: 9 })).lines)).toEqual([8, 9])

    const seen: string[] = []
    for (let before = Infinity; before > 1; ) {
      const { lines } = await again.read(app, { before, limit: 5000 })
      seen.unshift(...textsOf(lines))
      before = lines[0]?.seq ?? 0
    }
    expect(seen).toEqual(textsOf(numbered(1, 100_000) as LogLine[]))
  })

  test('a page of very long lines is cut to what memory should hold', async () => {
    const store = openStore()
    await store.append(app, [line('x'.repeat(5 * 2 ** 20))])

    const { lines, last } = await store.read(app, { limit: 5000 })
    expect([lines.length, lines.at(-1)?.seq, last]).toEqual([128, 320, 320])
  })
})

describe('following', () => {
  test('gives what is there and what comes, until the log is closed', async () => {
    const store = openStore()
    await store.append(app, numbered(1, 3))
    const follower = store.follow(app, 1, new AbortController().signal)

    expect((await follower.next()).value).toMatchObject({ first: 2, last: 3 })
    const next = follower.next()
    await store.append(app, [line('line 4')])
    expect((await next).value).toMatchObject({ first: 4, last: 4 })
    const end = follower.next()
    await store.close(app)
    expect(await end).toEqual({ value: undefined, done: true })
  })

  test('a slow reader holds one batch; the rest waits on the disk and comes whole', async () => {
    const store = openStore()
    const follower = store.follow(app, 0, new AbortController().signal)
    const first = follower.next()
    await store.append(app, [line('line 1')])
    await first
    for (let from = 2; from <= 20_001; from += 500) await store.append(app, numbered(from, from + 499))
    await store.close(app)

    const seqs: number[] = []
    for await (const batch of follower) {
      expect(batch.records.length).toBeLessThan(2 ** 18 + 2 ** 16)
      seqs.push(...seqsOf(decodeBatch(batch)))
    }
    expect(seqs).toEqual(Array.from({ length: 20_000 }, (_, index) => index + 2))
  })

  test('a reader that keeps only the newest lines is not given those it would let go of again', async () => {
    const store = openStore()
    const follower = store.follow(app, 0, new AbortController().signal, 100)
    const first = follower.next()
    await store.append(app, [line('line 1')])
    await first
    for (let from = 2; from <= 5001; from += 500) await store.append(app, numbered(from, from + 499))
    await store.close(app)

    expect((await follower.next()).value).toMatchObject({ first: 4902, last: 5001 })
    expect((await follower.next()).done).toBe(true)
  })

  test.each(['abort', 'remove', 'dispose'] as const)('ends on %s while it waits', async how => {
    const store = openStore()
    await store.append(app, [line('one')])
    const stopping = new AbortController()
    const follower = store.follow(app, 1, stopping.signal)
    const end = follower.next()
    await store.append(build, [line('another log')])

    if (how === 'abort') stopping.abort()
    if (how === 'remove') await store.remove(app)
    if (how === 'dispose') await store.dispose()
    expect(await end).toEqual({ value: undefined, done: true })
  })

  test('goes on with the oldest line that is left when it fell behind the bound', async () => {
    const store = openStore({ segmentBytes: 500, logBytes: 1500 })
    const follower = store.follow(app, 0, new AbortController().signal)
    for (let from = 1; from <= 500; from += 10) await store.append(app, numbered(from, from + 9))
    await store.close(app)

    const { first } = await store.read(app, all)
    expect((await follower.next()).value).toMatchObject({ first })
  })
})

describe('searching', () => {
  test('finds the newest lines whatever the case, and says when there are more', async () => {
    const store = openStore({ segmentBytes: 2000 })
    for (let from = 1; from <= 1000; from += 100) await store.append(app, numbered(from, from + 99))
    await store.append(app, [line('ÄRGER in C:\\Temp')])

    expect(await store.search(app, { text: 'LINE 77', isRegex: false, limit: 3 })).toEqual({
      matches: [777, 778, 779].map(seq => ({ seq, ...line(`line ${seq}`) })),
      spans: Array.from({ length: 3 }, () => ({ start: 0, end: 7 })),
      isComplete: false,
    })
    const { matches, isComplete } = await store.search(app, {
      text: 'ärger in c:\\temp',
      isRegex: false,
      limit: 1,
    })
    expect([seqsOf(matches), isComplete]).toEqual([[1001], true])
    expect(await store.search(build, { text: 'x', isRegex: false, limit: 1 })).toEqual({
      matches: [],
      spans: [],
      isComplete: true,
    })
  })

  test('finds text that lies across two pieces of a long line', async () => {
    const store = openStore()
    await store.append(app, [line(`${'x'.repeat(16 * 1024 - 3)}needle`), line('dle')])

    expect(seqsOf((await store.search(app, { text: 'Needle', isRegex: false, limit: 9 })).matches)).toEqual([
      2,
    ])
  })

  test('lets others work meanwhile and stops when it is told to', async () => {
    const store = openStore()
    for (let from = 1; from <= 50_000; from += 5000) await store.append(app, numbered(from, from + 4999))
    const stopping = new AbortController()
    const search = store.search(app, { text: 'nowhere', isRegex: false, limit: 9 }, stopping.signal)
    await store.append(build, [line('meanwhile')])
    stopping.abort()

    expect(await search).toEqual({ matches: [], spans: [], isComplete: false })
  })
})
