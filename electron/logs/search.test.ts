import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { LogRef, NewLogLine } from '../../shared/domain/log.ts'
import type { LogStore } from './log-store.ts'
import type { SearchProgress } from './search.ts'
import { createLogStore } from './segment-log.ts'

const shop: LogRef = { kind: 'runtime', id: 'shop' }
const blog: LogRef = { kind: 'runtime', id: 'blog' }
const build: LogRef = { kind: 'build', id: 'one' }
const never = new AbortController().signal

let folder: string
let store: LogStore

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'slipway-logs-'))
  store = createLogStore({ folder, limits: { segmentBytes: 100_000 } })
})

afterEach(async () => {
  await store.dispose()
  await rm(folder, { recursive: true })
})

const line = (at: number, text: string, more: Partial<NewLogLine> = {}): NewLogLine => ({
  at,
  stream: 'stdout',
  text,
  isPartial: false,
  ...more,
})

async function collect(steps: AsyncGenerator<SearchProgress<LogRef>, void, void>) {
  const found: { id: string; at: number; text: string }[] = []
  let searched = 0
  for await (const step of steps) {
    found.push(...step.found.map(({ id, line }) => ({ id: id.id, at: line.at, text: line.text })))
    searched = step.searched
  }
  return { found, searched }
}

const query = (text: string, more: object = {}) => ({ text, isRegex: false, context: 0, ...more })

describe('across logs', () => {
  test('the newest lines come first, whatever log they are in and however the logs interleave', async () => {
    for (let at = 1; at <= 20_000; at += 1000) {
      const times = Array.from({ length: 1000 }, (_, index) => at + index)
      const toLines = (name: string, every: number) =>
        times.map(time => line(time, `${name} ${time % every === 0 ? 'needle' : 'hay'} at ${time}`))
      await store.append(shop, toLines('shop', 700))
      await store.append(blog, toLines('blog', 900))
    }
    await store.append(build, [line(50, 'needle of the build')])
    await store.close(build)

    const { found, searched } = await collect(store.searchAll([build, shop, blog], query('NEEDLE'), never))
    const expected = [
      { id: 'one', at: 50 },
      ...Array.from({ length: 28 }, (_, index) => ({ id: 'shop', at: (index + 1) * 700 })),
      ...Array.from({ length: 22 }, (_, index) => ({ id: 'blog', at: (index + 1) * 900 })),
    ].sort((a, b) => b.at - a.at)
    expect(found.map(one => one.at)).toEqual(expected.map(one => one.at))
    expect(found.filter(one => one.id === 'blog')).toHaveLength(22)
    expect(searched).toBe(3)
  })

  test('a time range leaves out what is older and newer', async () => {
    await store.append(
      shop,
      Array.from({ length: 100 }, (_, index) => line(index, `needle ${index}`)),
    )
    const { found } = await collect(store.searchAll([shop], query('needle', { since: 40, until: 42 }), never))
    expect(found.map(one => one.text)).toEqual(['needle 42', 'needle 41', 'needle 40'])
  })

  test('each result has its neighbours and its place, also at the seams of blocks', async () => {
    const filler = 'x'.repeat(1000)
    await store.append(
      shop,
      Array.from({ length: 300 }, (_, index) => line(index, `${filler} no. ${index} end`)),
    )
    let count = 0
    for (const number of [0, 63, 64, 65, 128, 299]) {
      for await (const { found } of store.searchAll(
        [shop],
        query(`no. ${number} END`, { context: 1 }),
        never,
      )) {
        for (const one of found) {
          count++
          const near = [number - 1, number, number + 1].filter(each => each >= 0 && each < 300)
          const seqs = [...one.before, one.line, ...one.after].map(each => each.seq - 1)
          expect({ seqs, span: one.span }).toEqual({
            seqs: near,
            span: { start: 1001, end: 1001 + `no. ${number} end`.length },
          })
        }
      }
    }
    expect(count).toBe(6)
  })

  test('stops when it is told to', async () => {
    await store.append(shop, [line(1, 'needle')])
    const stopping = new AbortController()
    stopping.abort()
    expect((await collect(store.searchAll([shop], query('needle'), stopping.signal))).found).toEqual([])
  })
})

describe('regular expressions', () => {
  test('find what they mean, case aside', async () => {
    await store.append(shop, [line(1, 'GET /a 200'), line(2, 'GET /b 503'), line(3, 'get /c 500 slow')])
    const found = await store.search(shop, { text: 'get .* 5\\d\\d\\b', isRegex: true, limit: 10 })
    expect(found.matches.map(one => one.seq)).toEqual([2, 3])
    expect(found.spans).toEqual([
      { start: 0, end: 10 },
      { start: 0, end: 10 },
    ])
  })

  test('find text that lies across two pieces of a long line, in the piece where it ends', async () => {
    await store.append(shop, [line(1, `${'x'.repeat(16 * 1024 - 3)}need42le`), line(2, 'dle')])
    const found = await store.search(shop, { text: 'ne+d\\d+le', isRegex: true, limit: 10 })
    expect(found.matches.map(one => one.seq)).toEqual([2])
  })

  test('a pattern goes through a log of many blocks', async () => {
    await store.append(
      shop,
      Array.from({ length: 20_000 }, (_, index) => line(index, `request ${index} took ${index % 100} ms`)),
    )
    const found = await store.search(shop, { text: 'request \\d+999 ', isRegex: true, limit: 100 })
    expect(found.matches).toHaveLength(19)
  })

  test('a pattern that is none is refused at once, with the reason', () => {
    expect(() => store.searchAll([shop], query('(', { isRegex: true }), never)).toThrow(
      'The pattern cannot be understood: unterminated group.',
    )
  })

  test('a pattern that would never end is stopped; the thread that tried goes, and the next search works', async () => {
    await store.append(shop, [line(1, `${'a'.repeat(60)}!`), line(2, 'aab')])
    await expect(store.search(shop, { text: '^(a+)+$', isRegex: true, limit: 1 })).rejects.toMatchObject({
      failure: { code: 'invalid_input', message: 'Stopped after 2 s: the pattern is too slow.' },
    })
    const again = await store.search(shop, { text: '^a+b$', isRegex: true, limit: 1 })
    expect(again.matches.map(one => one.seq)).toEqual([2])
  })
})

test('the nearest error is found in both directions, through any number of blocks', async () => {
  const lines = Array.from({ length: 30_000 }, (_, index) =>
    line(index, [4, 20_000, 29_000].includes(index) ? 'Error: it broke' : `all is well ${index}`),
  )
  await store.append(shop, lines)
  const find = (from: number, direction: 'earlier' | 'later') => store.findError(shop, { from, direction })

  expect(await find(Infinity, 'earlier')).toBe(29_001)
  expect(await find(29_001, 'earlier')).toBe(20_001)
  expect(await find(20_001, 'earlier')).toBe(5)
  expect(await find(5, 'earlier')).toBe(null)
  expect(await find(0, 'later')).toBe(5)
  expect(await find(5, 'later')).toBe(20_001)
  expect(await find(29_001, 'later')).toBe(null)
  expect(await store.findError(blog, { from: 0, direction: 'later' })).toBe(null)
})
