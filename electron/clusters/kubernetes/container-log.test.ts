import { Readable } from 'node:stream'
import { expect, test } from 'vitest'
import { readContainerLog, toContainerLine } from './container-log.ts'

test.each([
  ['2026-01-02T03:04:05.123456789Z hello  world ', 1767323045123, 1767323045123456, 'hello  world '],
  ['2026-01-02T03:04:05.1Z ', 1767323045100, 1767323045100000, ''],
  ['2026-01-02T03:04:05Z x', 1767323045000, 1767323045000000, 'x'],
])('%s', (line, at, position, text) => {
  expect(toContainerLine(line)).toEqual({ at, position, text })
})

test.each([
  { said: 'unable to retrieve container logs for containerd://0123', isGone: true },
  {
    said: 'failed to open log file "/pods/0.log": open /pods/0.log: no such file or directory',
    isGone: true,
  },
  { said: 'failed to open log file "/pods/0.log": open /pods/0.log: too many open files', isGone: false },
])('"$said" is no line of the container', async ({ said, isGone }) => {
  const stream = async () => Readable.from([`2026-01-02T03:04:05Z a\n2026-01-02T03:04:05Z b\n${said}`])
  const target = { namespace: 'n', pod: 'p', container: 'c' }
  const log = readContainerLog({ stream }, target, AbortSignal.timeout(5000))
  const read: string[] = []
  const all = async () => {
    for await (const lines of log) read.push(...lines.map(line => line.text))
  }
  await expect(all()).rejects.toMatchObject({ name: 'NodeLogError', message: said, isGone })
  expect(read).toEqual(['a', 'b'])
})
