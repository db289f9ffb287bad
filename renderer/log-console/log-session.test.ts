import { expect, test, vi } from 'vitest'
import type { LogBatch, LogLine } from '../../shared/domain/log.ts'
import { createLogSession, type LogState } from './log-session.ts'
import type { TerminalScreen } from './terminal-screen.ts'

const log = { kind: 'runtime', id: 'app' } as const
const toBatch = (seq: number): LogBatch => ({ first: seq, last: seq, records: `1000 o line ${seq}\n` })

/** A screen that is done with a write when the test says so. */
function createSlowScreen(isAtBottom = true) {
  const writes: { readonly texts: string[]; readonly isAnew: boolean; readonly done: () => void }[] = []
  const rewrites: number[] = []
  const screen = {
    isAtBottom: () => isAtBottom,
    scrollToBottom: () => undefined,
    write: (lines: readonly LogLine[], { isAnew = false } = {}) =>
      new Promise<void>(done => writes.push({ texts: lines.map(line => line.text), isAnew, done })),
    rewrite: async (lines: readonly LogLine[]) => void rewrites.push(lines.length),
    setLook: () => undefined,
  } as unknown as TerminalScreen
  return { screen, writes, rewrites }
}

function open(screen: TerminalScreen, seqs: readonly number[] = [1, 2, 3]) {
  const acknowledged: number[] = []
  const states: LogState[] = []
  const logs = {
    read: async () => ({ lines: [], first: 1, last: 0, isClosed: false }),
    follow: async (_: unknown, { signal }: { signal: AbortSignal }) =>
      (async function* () {
        for (const seq of seqs) yield toBatch(seq)
        await new Promise(resolve => signal.addEventListener('abort', resolve))
      })(),
    acknowledge: async ({ seq }: { seq: number }) => void acknowledged.push(seq),
  }
  const session = createLogSession({
    client: { logs } as never,
    log,
    screen,
    untilConnected: async () => undefined,
    changed: state => void states.push(state),
  })
  return { session, acknowledged, states }
}

test('the screen is given more before it has done what it has; what it has done is acknowledged', async () => {
  const { screen, writes } = createSlowScreen()
  const { session, acknowledged } = open(screen)
  await session.start()
  await vi.waitFor(() => expect(writes.map(one => one.texts)).toEqual([['line 1'], ['line 2'], ['line 3']]))
  expect(acknowledged).toEqual([])

  for (const one of writes.slice(0, 2)) one.done()
  await vi.waitFor(() => expect(acknowledged).toEqual([1, 2]))
  session.dispose()
})

test('what is drawn anew waits for what is being written', async () => {
  const { screen, writes, rewrites } = createSlowScreen()
  const { session } = open(screen)
  await session.start()
  await vi.waitFor(() => expect(writes).toHaveLength(3))
  const before = rewrites.length

  const redrawn = session.redraw()
  writes[0]?.done()
  writes[1]?.done()
  await Promise.resolve()
  expect(rewrites).toHaveLength(before)
  writes[2]?.done()
  await redrawn
  expect(rewrites.at(-1)).toBe(3)
  session.dispose()
})

test('what comes after lines that were passed over is drawn instead of what was there', async () => {
  const { screen, writes } = createSlowScreen()
  const { session } = open(screen, [1, 2, 90, 91])
  await session.start()
  await vi.waitFor(() =>
    expect(writes.map(({ texts: [text], isAnew }) => `${text}${isAnew ? ' anew' : ''}`)).toEqual([
      ...['line 1', 'line 2', 'line 90 anew', 'line 91'],
    ]),
  )
  expect(session.heldText().map(one => one.seq)).toEqual([90, 91])
  session.dispose()
})

test('who reads further up keeps it when lines are passed over, and is told how many came', async () => {
  const { screen, writes } = createSlowScreen(false)
  const { session, states, acknowledged } = open(screen, [1, 2, 90, 91])
  await session.start()
  await vi.waitFor(() => expect(writes).toHaveLength(2))
  for (const one of writes) one.done()
  await vi.waitFor(() => expect(acknowledged).toEqual(expect.arrayContaining([1, 2])))
  await vi.waitFor(() => expect(states.at(-1)?.newLines).toBe(91))
  expect(session.heldText().map(one => one.seq)).toEqual([1, 2])
  session.dispose()
})

test('a filter hides lines, looks for older ones until some can be seen, and says when it hides all', async () => {
  const { screen } = createSlowScreen()
  const asked: unknown[] = []
  const all = Array.from({ length: 5_000 }, (_, index): LogLine => {
    const text = index % 1_000 === 0 ? 'Error: rare' : 'usual'
    return { seq: index + 1, at: 1000, stream: 'stdout', text, isPartial: false }
  })
  const read = async ({ before = 5_001, limit }: { before?: number; limit: number }) => {
    asked.push(before)
    return {
      lines: all.slice(Math.max(before - 1 - limit, 0), before - 1),
      first: 1,
      last: 5_000,
      isClosed: true,
    }
  }
  const follow = async () => (async function* () {})()
  let state: LogState | undefined
  const session = createLogSession({
    client: { logs: { read, follow, acknowledge: async () => ({}) } } as never,
    log,
    screen: { ...screen, scrollTo: () => undefined } as unknown as TerminalScreen,
    untilConnected: async () => undefined,
    changed: next => {
      state = next
    },
  })
  await session.start()
  await session.filter(({ text }) => text.startsWith('Error'))
  expect(asked).toEqual([5_001, 4_001, 3_001, 2_001, 1_001])
  expect(session.heldText().map(({ seq }) => seq)).toEqual([1, 1_001, 2_001, 3_001, 4_001])
  await session.filter(({ text }) => text === 'never')
  expect(state).toMatchObject({ isEmpty: false, hidesAll: true })
  await session.filter(() => true)
  expect(state).toMatchObject({ hidesAll: false })
  expect(session.heldText()).toHaveLength(5_000)
  session.dispose()
})
