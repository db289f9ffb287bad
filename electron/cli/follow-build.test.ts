import { afterEach, expect, test } from 'vitest'
import type { LogLine } from '../../shared/domain/log.ts'
import { encodeLines } from '../../shared/domain/log-record.ts'
import type { Context } from './command.ts'
import { followToLive } from './follow-build.ts'

const printed: string[] = []
afterEach(() => void printed.splice(0))

/** A Slipway with one build that has ended. Its log stays open, as that of a build that never began does. */
function contextOf(build: object, lines: LogLine[]): Context {
  const live = {
    ...{ id: 'd', name: 'blog', url: 'http://blog.test/', localUrl: 'http://blog.localhost/' },
    ...{ addOn: null, isWorker: false },
    ...{
      serving: { buildId: 'b', number: 1 },
      health: { ready: 1, port: 80 },
      cluster: { kind: 'kubernetes' },
    },
  }
  async function* follow(_: unknown, { signal }: { signal: AbortSignal }) {
    if (lines.length > 0) yield { first: lines[0]?.seq, last: lines.at(-1)?.seq, records: encodeLines(lines) }
    await new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason)))
  }
  async function* watch(_: unknown, { signal }: { signal: AbortSignal }) {
    yield {}
    await new Promise(resolve => signal.addEventListener('abort', resolve))
  }
  const client = {
    builds: { get: async () => ({ reusedBuildId: null, failure: null, ...build }) },
    logs: {
      follow: async (...args: Parameters<typeof follow>) => follow(...args),
      read: async () => ({ last: lines.at(-1)?.seq ?? 0 }),
      acknowledge: async () => {},
    },
    changes: { watch: async (...args: Parameters<typeof watch>) => watch(...args) },
    deployments: { get: async () => live },
  }
  const output = {
    logLine: ({ text }: { text: string }) => printed.push(text),
    result: (_: unknown, text: string) => printed.push(text),
    say: () => {},
  }
  return { client, output, signal: new AbortController().signal, isAlone: true } as unknown as Context
}

const build = { id: 'd', buildId: 'b', after: 0 }

test('a build that failed before it had a log is told at once', async () => {
  const failure = { code: 'internal', message: 'A secret is gone.', hint: 'Set it again.' }
  await expect(followToLive(contextOf({ status: 'failed', failure }, []), build)).rejects.toThrow(
    'A secret is gone.',
  )
})

test('a log that is open although its build has ended is printed to its last line', async () => {
  const lines = [
    { seq: 1, at: 1, stream: 'stdout' as const, text: 'one', isPartial: false },
    { seq: 2, at: 2, stream: 'stdout' as const, text: 'two', isPartial: false },
  ]
  expect(await followToLive(contextOf({ status: 'succeeded' }, lines), build)).toBe(0)
  expect(printed).toEqual(['one', 'two', 'http://blog.test/'])
})
