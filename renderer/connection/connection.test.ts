import { expect, test, vi } from 'vitest'
import { createConnection, type Link, type Open } from './connection.ts'

const answering = (answer: string): Link => ({ call: async () => answer })

function setUp(outcomes: (Link | 'refused')[]) {
  const waits: number[] = []
  let lose: () => void = () => {}
  const open: Open = async onLost => {
    const outcome = outcomes.shift()
    if (outcome === undefined) return new Promise(() => {})
    if (outcome === 'refused') throw new Error('refused')
    lose = onLost
    return outcome
  }
  const connection = createConnection({
    open,
    now: () => 1_000,
    wait: async ms => {
      waits.push(ms)
    },
  })
  const call = () => connection.link.call(['deployments', 'list'], undefined, { context: {} })
  return { connection, call, waits, lose: () => lose() }
}

test('a call that comes before the first connection waits for it', async () => {
  const { connection, call } = setUp([answering('first')])
  const early = call()
  connection.start()
  expect(await early).toBe('first')
})

test('a call fails at once while the connection is lost, and works again after it', async () => {
  const { connection, call, lose } = setUp([answering('first')])
  connection.start()
  await call()
  lose()
  await expect(call()).rejects.toThrow('the connection is lost')
  expect(connection.state()).toEqual({ phase: 'lost', lostAt: 1_000, attempts: 0, nextAttemptAt: null })
})

test('attempts come slower and slower, and the count of connections grows', async () => {
  const refused = Array.from({ length: 7 }, () => 'refused' as const)
  const { connection, call, waits } = setUp([...refused, answering('at last')])
  connection.start()
  await vi.waitFor(() => expect(connection.state()).toEqual({ phase: 'open', opened: 1 }))
  expect(waits).toEqual([250, 500, 1_000, 2_000, 4_000, 8_000, 8_000])
  expect(await call()).toBe('at last')
})
