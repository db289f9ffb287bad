import { describe, expect, test, vi } from 'vitest'
import { createQueue, type Next } from './queue.ts'

/** A queue whose looks end when the test says so and whose clock is a list of what it would wait for. */
function open(limit?: number) {
  const looks: { key: string; end: (next?: Next) => void; fail: (error: Error) => void }[] = []
  const planned: { afterMs: number; work: () => void; isCancelled: boolean }[] = []
  const errors: { key: string; message: string; attempt: number }[] = []
  const queue = createQueue({
    look: key => {
      const { promise, resolve, reject } = Promise.withResolvers<Next>()
      looks.push({ key, end: (next = {}) => resolve(next), fail: reject })
      return promise
    },
    onError: (key, error, attempt) =>
      errors.push({ key, message: error instanceof Error ? error.message : '', attempt }),
    ...(limit === undefined ? {} : { limit }),
    schedule: (afterMs, work) => {
      const timer = { afterMs, work, isCancelled: false }
      planned.push(timer)
      return () => {
        timer.isCancelled = true
      }
    },
  })
  const keys = () => looks.map(one => one.key)
  const at = (index: number) => {
    const look = looks[index]
    if (!look) throw new Error(`no look number ${index}`)
    return look
  }
  const fire = (index: number) => planned[index]?.work()
  return { queue, keys, at, fire, planned, errors }
}

/** Whether the promise has been settled once everything that can go on went on. */
async function isSettled(promise: Promise<void>): Promise<boolean> {
  let isDone = false
  void promise.then(() => {
    isDone = true
  })
  for (let turn = 0; turn < 20; turn++) await Promise.resolve()
  return isDone
}

describe('looks', () => {
  test('a key that is added is looked at', async () => {
    const { queue, keys, at } = open()
    queue.add('a')
    expect(keys()).toEqual(['a'])
    at(0).end()
    await queue.idle()
    expect(keys()).toEqual(['a'])
  })

  test('however often a key is added during a look, it is looked at once more, afterwards', async () => {
    const { queue, keys, at } = open()
    queue.add('a')
    for (let times = 0; times < 5; times++) queue.add('a')
    expect(keys()).toEqual(['a'])
    at(0).end()
    await vi.waitFor(() => expect(keys()).toEqual(['a', 'a']))
    at(1).end()
    await queue.idle()
    expect(keys()).toEqual(['a', 'a'])
  })

  test('keys are looked at side by side, up to the limit, in the order they came', async () => {
    const { queue, keys, at } = open(2)
    for (const key of ['a', 'b', 'c', 'd']) queue.add(key)
    expect(keys()).toEqual(['a', 'b'])
    at(1).end()
    await vi.waitFor(() => expect(keys()).toEqual(['a', 'b', 'c']))
    at(0).end()
    await vi.waitFor(() => expect(keys()).toEqual(['a', 'b', 'c', 'd']))
    at(2).end()
    at(3).end()
    await queue.idle()
  })

  test('a key that is busy and added again does not hold up those behind it', async () => {
    const { queue, keys, at } = open(2)
    queue.add('a')
    queue.add('a')
    queue.add('b')
    expect(keys()).toEqual(['a', 'b'])
    at(0).end()
    await vi.waitFor(() => expect(keys()).toEqual(['a', 'b', 'a']))
  })
})

describe('later', () => {
  test('a look that asks for a later one gets it, and only then', async () => {
    const { queue, keys, at, fire, planned } = open()
    queue.add('a')
    at(0).end({ afterMs: 1234 })
    await queue.idle()
    expect(planned.map(one => one.afterMs)).toEqual([1234])
    expect(keys()).toEqual(['a'])
    fire(0)
    expect(keys()).toEqual(['a', 'a'])
  })

  test('what is asked for later replaces what was asked for before', async () => {
    const { queue, at, planned } = open()
    queue.add('a')
    at(0).end({ afterMs: 60_000 })
    await queue.idle()
    queue.add('a')
    at(1).end({ afterMs: 1000 })
    await queue.idle()
    expect(planned.map(one => ({ afterMs: one.afterMs, isCancelled: one.isCancelled }))).toEqual([
      { afterMs: 60_000, isCancelled: true },
      { afterMs: 1000, isCancelled: false },
    ])
  })
})

describe('errors', () => {
  test('a look that fails is repeated, each time after twice as long, up to half a minute', async () => {
    const { queue, at, fire, planned, errors } = open()
    queue.add('a')
    for (let attempt = 1; attempt <= 8; attempt++) {
      at(attempt - 1).fail(new Error(`failure ${attempt}`))
      await queue.idle()
      fire(attempt - 1)
    }
    expect(planned.map(one => one.afterMs)).toEqual([500, 1000, 2000, 4000, 8000, 16_000, 30_000, 30_000])
    expect(errors).toEqual(
      [1, 2, 3, 4, 5, 6, 7, 8].map(attempt => ({ key: 'a', message: `failure ${attempt}`, attempt })),
    )
  })

  test('a look that succeeds makes the next failure the first again', async () => {
    const { queue, at, fire, planned } = open()
    queue.add('a')
    at(0).fail(new Error('no'))
    await queue.idle()
    fire(0)
    at(1).fail(new Error('no'))
    await queue.idle()
    fire(1)
    at(2).end()
    await queue.idle()
    queue.add('a')
    at(3).fail(new Error('no'))
    await queue.idle()
    expect(planned.map(one => one.afterMs)).toEqual([500, 1000, 500])
  })

  test('a wait that no timer could hold is cut to an hour', async () => {
    const { queue, at, planned } = open()
    queue.add('a')
    at(0).end({ afterMs: 365 * 86_400_000 })
    await queue.idle()
    expect(planned.map(one => one.afterMs)).toEqual([3_600_000])
  })

  test('one key that fails does not slow another', async () => {
    const { queue, at, planned, errors } = open()
    queue.add('a')
    queue.add('b')
    at(0).fail(new Error('no'))
    at(1).fail(new Error('no'))
    await queue.idle()
    expect(planned.map(one => one.afterMs)).toEqual([500, 500])
    expect(errors.map(one => one.attempt)).toEqual([1, 1])
  })
})

describe('idle', () => {
  test('a queue that was never used is idle', async () => {
    expect(await isSettled(open().queue.idle())).toBe(true)
  })

  test('is reached when nothing is under way and nothing waits', async () => {
    const { queue, at, keys } = open(1)
    queue.add('a')
    queue.add('b')
    const idle = queue.idle()
    at(0).end()
    await vi.waitFor(() => expect(keys()).toEqual(['a', 'b']))
    expect(await isSettled(idle)).toBe(false)
    at(1).end()
    expect(await isSettled(idle)).toBe(true)
  })
})

describe('dispose', () => {
  test('waits for what is under way, forgets the rest, and plans nothing more', async () => {
    const { queue, at, keys, planned } = open(1)
    queue.add('a')
    queue.add('b')
    const disposed = queue.dispose()
    expect(await isSettled(disposed)).toBe(false)
    at(0).end({ afterMs: 1000 })
    await disposed
    queue.add('c')
    expect(keys()).toEqual(['a'])
    expect(planned).toEqual([])
  })

  test('plans nothing more after a look that fails on the way out', async () => {
    const { queue, at, planned, errors } = open()
    queue.add('a')
    const disposed = queue.dispose()
    at(0).fail(new Error('no'))
    await disposed
    expect(planned).toEqual([])
    expect(errors).toEqual([{ key: 'a', message: 'no', attempt: 1 }])
  })

  test('cancels the later looks', async () => {
    const { queue, at, planned } = open()
    queue.add('a')
    at(0).end({ afterMs: 1000 })
    await queue.idle()
    await queue.dispose()
    expect(planned.map(one => one.isCancelled)).toEqual([true])
  })
})
