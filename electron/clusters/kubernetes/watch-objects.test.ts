import { PassThrough, type Readable } from 'node:stream'
import type { V1Pod } from '@kubernetes/client-node'
import { afterEach, expect, test, vi } from 'vitest'
import { ApiError } from './api-failure.ts'
import { type ObjectWatch, watchObjects } from './watch-objects.ts'

const pod = (name: string, version: string): V1Pod => ({
  metadata: { name, uid: `uid-${name}`, resourceVersion: version },
})

/** An API whose lists and watches are what the test says; it remembers what was asked for. */
function createTestApi(lists: { items: V1Pod[]; version: string }[]) {
  const watches: { from: unknown; stream: PassThrough }[] = []
  let listed = 0
  return {
    watches,
    listed: () => listed,
    api: {
      async find<T>(): Promise<T> {
        const list = lists[Math.min(listed, lists.length - 1)]
        listed++
        return { items: list?.items, metadata: { resourceVersion: list?.version } } as T
      },
      async stream(
        _path: string,
        query: Readonly<Record<string, unknown>>,
        signal: AbortSignal,
      ): Promise<Readable> {
        const stream = new PassThrough()
        signal.addEventListener('abort', () => stream.destroy(new Error('aborted')))
        watches.push({ from: query.resourceVersion, stream })
        return stream
      },
    },
  }
}

const said: string[] = []
const errors: unknown[] = []
let watch: ObjectWatch<V1Pod> | undefined

const open = (api: ReturnType<typeof createTestApi>['api']) => {
  watch = watchObjects<V1Pod>({
    api,
    kind: 'Pod',
    namespace: 'slipway-ana',
    labels: 'app=1',
    onChange: (object, isGone) => said.push(`${isGone ? '-' : '+'}${object.metadata?.name}`),
    onError: error => errors.push(error),
    random: () => 0,
  })
  return watch
}
const tell = (stream: PassThrough | undefined, type: string, object: object) =>
  stream?.write(`${JSON.stringify({ type, object })}\n`)
const isSaid = (...expected: string[]) => vi.waitFor(() => expect(said).toEqual(expected))

afterEach(async () => {
  await watch?.dispose()
  said.length = 0
  errors.length = 0
})

test('it lists, then watches from there; a watch that ends is followed by one from the newest version, bookmarks included', async () => {
  const { api, watches, listed } = createTestApi([{ items: [pod('a', '4')], version: '5' }])
  const { items } = open(api)
  await vi.waitFor(() => expect(watches).toHaveLength(1))
  tell(watches[0]?.stream, 'ADDED', pod('b', '6'))
  tell(watches[0]?.stream, 'DELETED', pod('a', '7'))
  tell(watches[0]?.stream, 'BOOKMARK', { metadata: { resourceVersion: '9' } })
  await isSaid('+a', '+b', '-a')
  watches[0]?.stream.end()
  await vi.waitFor(() => expect(watches).toHaveLength(2))
  expect(watches.map(one => one.from)).toEqual(['5', '9'])
  expect(listed()).toBe(1)
  expect(items().map(one => one.metadata?.name)).toEqual(['b'])
})

test('a version that is too old is no error: it lists anew, and what went meanwhile is told', async () => {
  const { api, watches } = createTestApi([
    { items: [pod('a', '4'), pod('b', '5')], version: '5' },
    { items: [pod('b', '8')], version: '9' },
  ])
  open(api)
  await vi.waitFor(() => expect(watches).toHaveLength(1))
  tell(watches[0]?.stream, 'ERROR', { code: 410, reason: 'Expired', message: 'too old resource version' })
  await isSaid('+a', '+b', '-a', '+b')
  await vi.waitFor(() => expect(watches.map(one => one.from)).toEqual(['5', '9']))
  expect(errors).toEqual([])
})

test('a broken connection is told of, and followed by a list', async () => {
  const { api, watches, listed } = createTestApi([{ items: [], version: '1' }])
  open(api)
  await vi.waitFor(() => expect(watches).toHaveLength(1))
  watches[0]?.stream.destroy(new Error('reset'))
  await vi.waitFor(() => expect(watches).toHaveLength(2))
  expect(listed()).toBe(2)
  expect(errors).toEqual([new Error('reset')])
})

test('what is waited for is so when an object says it, or not in time', async () => {
  const { api, watches } = createTestApi([{ items: [pod('a', '1')], version: '1' }])
  const { until } = open(api)
  await vi.waitFor(() => expect(watches).toHaveLength(1))
  const gone = until(items => items.length === 0, 10_000)
  tell(watches[0]?.stream, 'DELETED', pod('a', '2'))
  expect(await gone).toBe(true)
  expect(await until(items => items.length > 0, 1)).toBe(false)
})

test('refusals are an error like others', async () => {
  const { api, watches } = createTestApi([{ items: [], version: '1' }])
  const denied = new ApiError({ status: 403, reason: 'Forbidden', message: 'no' })
  let isFirst = true
  open({
    ...api,
    find: async <T>(): Promise<T> => {
      if (!isFirst) return api.find<T>()
      isFirst = false
      throw denied
    },
  })
  await vi.waitFor(() => expect(watches).toHaveLength(1))
  expect(errors).toEqual([denied])
})
