import { beforeEach, describe, expect, test } from 'vitest'
import type { Failure } from '../../shared/domain/failure.ts'
import { createPushWatch } from './push-watch.ts'

let now: number
let looks: string[]
let watched: string[]
let answers: Map<string, Failure>
let wakeup: { at: number; work: () => void } | undefined
let held: (() => void)[] | undefined
let broken: Error | undefined
let errors: unknown[]
let watch: ReturnType<typeof createPushWatch>

beforeEach(() => {
  now = 1_000_000
  looks = []
  watched = ['blog']
  answers = new Map()
  wakeup = undefined
  held = undefined
  broken = undefined
  errors = []
  watch = createPushWatch({
    watched: () => {
      if (broken === undefined) return watched
      throw broken
    },
    look: async id => {
      looks.push(id)
      if (held !== undefined) await new Promise<void>(resolve => held?.push(resolve))
      return answers.get(id)
    },
    onError: (_, error) => {
      errors.push(error)
    },
    pauses: { nearMs: 30_000, farMs: 300_000 },
    now: () => now,
    random: () => 0.5,
    schedule: (afterMs, work) => {
      const mine = { at: now + afterMs, work }
      wakeup = mine
      return () => {
        if (wakeup === mine) wakeup = undefined
      }
    },
  })
})

/** Goes on to the next look; how long that took, in seconds. */
async function toNext(): Promise<number> {
  await settled()
  const next = wakeup
  if (next === undefined) throw new Error('nothing is scheduled')
  const took = (next.at - now) / 1000
  now = next.at
  wakeup = undefined
  next.work()
  return took
}
const settled = () => new Promise(resolve => setImmediate(resolve))
const unreachable: Failure = { code: 'source_unreachable', message: 'No.', hint: 'Wait.' }

describe('looks for pushes', () => {
  test('at once, then every five minutes while nobody is there, and within a minute while somebody is', async () => {
    watch.plan()
    expect(looks).toEqual(['blog'])
    expect(await toNext()).toBe(315)
    watch.arrive()
    expect(await toNext()).toBe(45)
    expect(await toNext()).toBe(45)
    await settled()
    watch.leave()
    await toNext()
    expect(await toNext()).toBe(315)
  })

  test('soon after somebody came, where the last look is long ago', async () => {
    watch.plan()
    await settled()
    now += 20_000
    watch.arrive()
    expect(await toNext()).toBe(25)
    await settled()
    watch.leave()
    await toNext()
    await settled()
    now += 100_000
    watch.arrive()
    expect(looks).toHaveLength(4)
  })

  test('more and more seldom while there is no answer', async () => {
    answers.set('blog', unreachable)
    watch.arrive()
    const pauses: number[] = []
    for (let n = 0; n < 6; n++) pauses.push(await toNext())
    expect(pauses).toEqual([75, 135, 255, 315, 315, 315])
    answers.clear()
    await toNext()
    expect(await toNext()).toBe(45)
  })

  test('not before the time that GitHub asks to wait for', async () => {
    answers.set('blog', { ...unreachable, code: 'rate_limited', until: now + 600_000 })
    watch.arrive()
    expect(await toNext()).toBe(615)
  })

  test('within the hour, however long it is asked to wait', async () => {
    answers.set('blog', { ...unreachable, code: 'rate_limited', until: now + 90 * 24 * 3_600_000 })
    watch.arrive()
    expect(await toNext()).toBe(3615)
  })

  test('again later, where it cannot be known what is watched', async () => {
    broken = new Error('the database is locked')
    watch.plan()
    expect(errors).toEqual([broken])
    broken = undefined
    expect(await toNext()).toBe(300)
    expect(looks).toEqual(['blog'])
  })

  test('at three at a time, and at all in the end', async () => {
    watched = ['a', 'b', 'c', 'd', 'e']
    held = []
    watch.plan()
    expect(looks).toEqual(['a', 'b', 'c'])
    held.shift()?.()
    await settled()
    expect(looks).toEqual(['a', 'b', 'c', 'd'])
    const all = held
    held = undefined
    for (const end of all) end()
    await settled()
    expect(looks).toEqual(['a', 'b', 'c', 'd', 'e'])
  })

  test('not at what is not watched any more, and at what is new at once', async () => {
    watch.plan()
    await settled()
    watched = ['shop']
    watch.plan()
    expect(looks).toEqual(['blog', 'shop'])
    await toNext()
    expect(looks).toEqual(['blog', 'shop', 'shop'])
  })

  test('never after its end', async () => {
    watch.plan()
    await settled()
    await watch.dispose()
    watch.plan()
    expect(wakeup).toBeUndefined()
    expect(looks).toEqual(['blog'])
  })
})
