import { expect, test, vi } from 'vitest'
import type { LogBatch, LogLine } from '../../shared/domain/log.ts'
import { createLogSession } from './log-session.ts'
import type { TerminalScreen } from './terminal-screen.ts'

const log = { kind: 'runtime', id: 'app' } as const
const toBatch = (seq: number): LogBatch => ({ first: seq, last: seq, records: `1000 o line ${seq}\n` })

/** A screen that is done with a write when the test says so. */
function createSlowScreen() {
  const writes: { readonly texts: string[]; readonly done: () => void }[] = []
  const rewrites: number[] = []
  const screen = {
    isAtBottom: () => true,
    scrollToBottom: () => undefined,
    write: (lines: readonly LogLine[]) =>
      new Promise<void>(done => writes.push({ texts: lines.map(line => line.text), done })),
    rewrite: async (lines: readonly LogLine[]) => void rewrites.push(lines.length),
  } as unknown as TerminalScreen
  return { screen, writes, rewrites }
}

function open(screen: TerminalScreen) {
  const acknowledged: number[] = []
  const logs = {
    read: async () => ({ lines: [], first: 1, last: 0, isClosed: false }),
    follow: async (_: unknown, { signal }: { signal: AbortSignal }) =>
      (async function* () {
        for (const seq of [1, 2, 3]) yield toBatch(seq)
        await new Promise(resolve => signal.addEventListener('abort', resolve))
      })(),
    acknowledge: async ({ seq }: { seq: number }) => void acknowledged.push(seq),
  }
  const session = createLogSession({
    client: { logs } as never,
    log,
    screen,
    untilConnected: async () => undefined,
    changed: () => undefined,
  })
  return { session, acknowledged }
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
