import { expect, test } from 'vitest'
import { type Change, createChanges } from './changes.ts'

const next = async (watching: AsyncGenerator<Change, void, void>) => (await watching.next()).value

test('changes that come together are handed on together, each deployment once', async () => {
  const changes = createChanges()
  const watching = changes.watch()
  const first = next(watching)
  for (const id of ['a', 'b', 'a', 'a']) changes.touch(id)
  expect(await first).toEqual({ deployments: ['a', 'b'], hasOther: false })
  const second = next(watching)
  changes.touchOther()
  changes.touch('b')
  expect(await second).toEqual({ deployments: ['b'], hasOther: true })
  await watching.return()
})

test('a flood of changes is a handful of messages', async () => {
  const changes = createChanges()
  const end = new AbortController()
  const seen: Change[] = []
  const watching = (async () => {
    for await (const change of changes.watch(end.signal)) seen.push(change)
  })()
  const until = performance.now() + 1000
  for (let n = 0; performance.now() < until; n++) {
    changes.touch(`d${n % 10}`)
    await new Promise(resolve => setImmediate(resolve))
  }
  end.abort()
  await watching
  expect(seen.length).toBeGreaterThan(1)
  expect(seen.length).toBeLessThan(9)
  expect(seen.every(change => change.deployments.length <= 10)).toBe(true)
})

test('what changes while a watcher is busy is in its next message', async () => {
  const changes = createChanges()
  const watching = changes.watch()
  const first = next(watching)
  changes.touch('a')
  await first
  changes.touch('b')
  changes.touch('c')
  expect(await next(watching)).toEqual({ deployments: ['b', 'c'], hasOther: false })
  await watching.return()
})

test('every watcher is told of everything since it began', async () => {
  const changes = createChanges()
  const early = changes.watch()
  const told = next(early)
  changes.touch('a')
  const late = changes.watch()
  const toldLate = next(late)
  changes.touch('b')
  expect(await told).toEqual({ deployments: ['a', 'b'], hasOther: false })
  expect(await toldLate).toEqual({ deployments: ['b'], hasOther: false })
  await Promise.all([early.return(), late.return()])
})

test('a watch ends with its signal, also with one that was aborted before, and with the platform', async () => {
  const changes = createChanges()
  const end = new AbortController()
  const waiting = changes.watch(end.signal).next()
  end.abort()
  expect(await waiting).toEqual({ done: true, value: undefined })
  expect(await changes.watch(AbortSignal.abort()).next()).toEqual({ done: true, value: undefined })
  const last = changes.watch().next()
  changes.dispose()
  expect(await last).toEqual({ done: true, value: undefined })
})
