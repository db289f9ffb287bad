import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { LogLine, LogRef } from '../../../shared/domain/log.ts'
import type { LogStore } from '../../logs/log-store.ts'
import { createLogStore } from '../../logs/segment-log.ts'
import { type FoundJob, followJob, type JobFollower } from './follow-job.ts'
import { observeJob } from './job.ts'
import { startJob, stopJob } from './job-control.ts'

const log: LogRef = { kind: 'runtime', id: 'app' }
const marker = 'test/bad-output'

let folder: string
let store: LogStore
let follower: JobFollower
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'slipway-output-'))
  store = createLogStore({ folder: join(folder, 'logs'), limits: { logBytes: 2 ** 30 } })
})
afterEach(async () => {
  await stopJob({ folder: join(folder, 'job'), marker, graceMs: 200 })
  await follower.dispose()
  await store.dispose()
  await rm(folder, { recursive: true })
})

/** Runs the command to its end under a real supervisor, followed into a real store. */
async function run(command: string): Promise<FoundJob> {
  const job = join(folder, 'job')
  const program = join(import.meta.dirname, 'supervisor.ts')
  await startJob(
    { folder: job, supervisor: { program: process.execPath, args: [program] }, marker },
    {
      kind: 'build',
      steps: [{ name: 'run', command, cwd: folder }],
      graceMs: 200,
      timeLimitMs: null,
      offeredPort: null,
      environment: { PATH: process.env.PATH ?? '' },
      secrets: [],
    },
  )
  const onError = (error: unknown) => expect.fail(String(error))
  follower = followJob({ folder: job, log, source: 'run', store, now: Date.now, onError })
  return follower.ended
}

async function* allLines(): AsyncGenerator<LogLine, void, void> {
  for (let after = 0; ; ) {
    const { lines } = await store.read(log, { after, limit: 5000 })
    if (lines.length === 0) return
    yield* lines
    after = lines.at(-1)?.seq ?? 0
  }
}

test('a line of 10 MB arrives whole, in pieces, and what follows it is the next line', async () => {
  await run(`head -c 10000000 /dev/zero | tr '\\0' x; echo; echo after`)
  const texts = ['']
  for await (const line of allLines()) {
    if (line.stream !== 'stdout') continue
    texts.push(`${texts.pop()}${line.text}`)
    if (!line.isPartial) texts.push('')
  }
  expect(texts.map(text => [text.length, text.slice(0, 5)])).toEqual([
    [10_000_000, 'xxxxx'],
    [5, 'after'],
    [0, ''],
  ])
})

test('bytes that are no UTF-8 are shown as such, and cost no line and no other byte', async () => {
  await run(`printf 'a\\377b\\n\\303\\nc\\360\\237\\n\\342\\202\\254 1\\000\\n'`)
  const texts: string[] = []
  for await (const line of allLines()) if (line.stream === 'stdout') texts.push(line.text)
  expect(texts).toEqual(['a\ufffdb', '\ufffd', 'c\ufffd', '€ 1\0'])
})

test('a flood neither fills memory nor gets out of order; what comes too fast is dropped, and that is said', async () => {
  const count = 800_000
  const ended = await run(`seq 1 ${count}; sleep 0.2; grep VmHWM /proc/$PPID/status > memory.txt || true`)
  expect(ended).toMatchObject({ is: 'finished', state: { steps: [{ exitCode: 0 }] } })
  expect(observeJob(join(folder, 'job')).is).toBe('finished')

  let next = 1
  let hasGap = false
  for await (const { stream, text } of allLines()) {
    if (stream === 'platform') hasGap = text.endsWith('were dropped')
    if (stream !== 'stdout') continue
    const number = Number(text)
    if (!hasGap && number !== next) expect.fail(`${number} follows ${next - 1} without a word`)
    if (number < next) expect.fail(`${number} comes after ${next - 1}`)
    hasGap = false
    next = number + 1
  }
  expect(next).toBe(count + 1)
  if (process.platform !== 'linux') return
  const kilobytes = Number(/\d+/.exec(await readFile(join(folder, 'memory.txt'), 'utf8'))?.[0])
  expect(kilobytes).toBeLessThan(400_000)
})
