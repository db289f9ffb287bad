import { mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { decodeBatch } from '../../../shared/domain/log-record.ts'
import { type JobOrder, observeJob } from './job.ts'
import { openJob, startJob, stopJob } from './job-control.ts'
import { findJobProcesses } from './job-processes.ts'
import { readSpool } from './spool.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'slipway-job-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const supervisor = {
  program: process.execPath,
  args: [join(dirname(fileURLToPath(import.meta.url)), 'supervisor.ts')],
}

const toOrder = (...commands: string[]): JobOrder => ({
  kind: 'build',
  steps: commands.map((command, index) => ({ name: `step ${index + 1}`, command, cwd: folder })),
  graceMs: 500,
  timeLimitMs: null,
  offeredPort: null,
  environment: { PATH: process.env.PATH ?? '' },
  secrets: [],
})

const toMarker = () => `test/${folder}`

const start = (order: JobOrder) =>
  startJob({ folder: join(folder, 'job'), supervisor, marker: toMarker() }, order)

const observe = () => observeJob(join(folder, 'job'))

async function untilFinished() {
  return await vi.waitFor(
    () => {
      const found = observe()
      if (found.is !== 'finished') throw new Error(found.is)
      return found.state
    },
    { timeout: 10_000, interval: 20 },
  )
}

test('a job that is started several times at once runs once', async () => {
  const order = toOrder('echo ran >> ran.txt')
  await Promise.all([start(order), start(order), start(order)])
  await untilFinished()
  await start(order)
  expect(readFileSync(join(folder, 'ran.txt'), 'utf8')).toBe('ran\n')
})

test('steps run in order until one fails, and say how they ended', async () => {
  await start(toOrder('echo one', 'echo two >&2; exit 4', 'echo three'))
  const { steps, lastLines, leader } = await untilFinished()
  expect(leader).toEqual({ pid: expect.any(Number), startTime: expect.any(String) })
  expect(steps.map(({ name, exitCode, signal }) => ({ name, exitCode, signal }))).toEqual([
    { name: 'step 1', exitCode: 0, signal: null },
    { name: 'step 2', exitCode: 4, signal: null },
  ])
  expect(lastLines).toEqual(['one', 'two'])
  const spool = readSpool(join(folder, 'job'), 0)
  const lines = decodeBatch({ first: 1, last: 4, records: spool.records.toString() })
  expect(lines.map(line => [line.stream, line.text])).toEqual([
    ['platform', '$ echo one'],
    ['stdout', 'one'],
    ['platform', '$ echo two >&2; exit 4'],
    ['stderr', 'two'],
  ])
  expect(spool.steps).toEqual([
    { name: 'step 1', line: 0 },
    { name: 'step 2', line: 2 },
  ])
})

test('variables reach the commands and change nothing in the supervisor', async () => {
  const order = toOrder('echo "$NODE_OPTIONS"')
  const environment = { ...order.environment, NODE_OPTIONS: '--require=/no/such/file' }
  await start({ ...order, environment })
  expect((await untilFinished()).lastLines).toEqual(['--require=/no/such/file'])
})

test('what a command leaves in the background ends with its job', async () => {
  const order = toOrder('setsid sleep 1000 & sleep 1000 & echo left')
  await start(order)
  await untilFinished()
  await vi.waitFor(() => expect(findJobProcesses({ marker: toMarker(), leader: null })).toEqual([]))
})

test('a flood into a folder that is gone ends', async () => {
  await start(toOrder('yes flood'))
  renameSync(join(folder, 'job'), join(folder, 'gone'))
  const isLeft = () => findJobProcesses({ marker: toMarker(), leader: null })
  await vi.waitFor(() => expect(isLeft()).toEqual([]), { timeout: 15_000 })
})

test('a job that is stopped has ended when the stop returns', async () => {
  const order = toOrder("trap '' TERM; echo begun; while :; do sleep 0.1; done")
  await start(order)
  await stopJob({ folder: join(folder, 'job'), marker: toMarker(), graceMs: 500 })
  const found = observe()
  expect(found).toMatchObject({ is: 'finished', state: { steps: [{ signal: 'SIGKILL' }] } })
  expect(findJobProcesses({ marker: toMarker(), leader: null })).toEqual([])
})

test('a supervisor that is given no order leaves nothing', async () => {
  const job = openJob({ folder: join(folder, 'job'), supervisor, marker: toMarker() })
  await job.abandon()
  expect(observe()).toEqual({ is: 'absent' })
  expect(findJobProcesses({ marker: toMarker(), leader: null })).toEqual([])
})
