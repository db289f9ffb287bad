import { expect, test } from 'vitest'
import { createShared } from './shared-work.ts'

function setUp() {
  const begun: { signal: AbortSignal; end: (value: string) => void }[] = []
  let at = 0
  const ask = createShared(signal => new Promise<string>(resolve => begun.push({ signal, end: resolve })), {
    freshMs: 60,
    now: () => at,
  })
  return { begun, ask, wait: (ms: number) => (at += ms) }
}

test('who asks while it goes on, or soon after, gets the same result', async () => {
  const { begun, ask, wait } = setUp()
  const both = [ask(), ask()]
  begun[0]?.end('first')
  expect(await Promise.all(both)).toEqual(['first', 'first'])
  wait(59)
  expect(await ask()).toBe('first')
  wait(1)
  const later = ask()
  begun[1]?.end('second')
  expect(await later).toBe('second')
  wait(-100)
  void ask()
  expect(begun).toHaveLength(3)
})

test('it is ended when the last one leaves, and what was left unfinished is not kept', async () => {
  const { begun, ask } = setUp()
  const [one, other] = [new AbortController(), new AbortController()]
  const both = [ask(one.signal), ask(other.signal)]
  one.abort()
  expect(begun[0]?.signal.aborted).toBe(false)
  other.abort()
  expect(begun[0]?.signal.aborted).toBe(true)
  const next = ask()
  begun[0]?.end('half')
  await Promise.all(both)
  begun[1]?.end('whole')
  expect(await next).toBe('whole')
  expect(await ask()).toBe('whole')
})
