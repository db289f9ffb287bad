import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import type { LogLine, LogRef } from '../../../shared/domain/log.ts'
import { canMountDisk, mountSmallDisk } from '../../../tests/support/small-disk.ts'
import type { LogStore } from '../../logs/log-store.ts'
import { createLogStore } from '../../logs/segment-log.ts'
import { followJob, type JobFollower } from './follow-job.ts'
import { type JobOrder, observeJob } from './job.ts'
import { startJob, stopJob } from './job-control.ts'

const app: LogRef = { kind: 'runtime', id: 'app' }
const old: LogRef = { kind: 'build', id: 'old' }
const marker = 'test/full-disk'

/** Says a number every few milliseconds, up to 200; waits for a file after the first half. */
const counts = (gate: string) => `
  i=0; while [ $i -lt 100 ]; do i=$((i+1)); echo "number $i"; done
  while [ ! -e ${gate} ]; do sleep 0.02; done
  while [ $i -lt 200 ]; do i=$((i+1)); echo "number $i"; sleep 0.005; done`

describe.skipIf(!canMountDisk)('an app on a full disk', () => {
  let disk: ReturnType<typeof mountSmallDisk>
  let gates: ReturnType<typeof mountSmallDisk>
  let store: LogStore
  let follower: JobFollower
  const folder = () => join(disk.path, 'job')

  beforeEach(() => {
    disk = mountSmallDisk(8)
    gates = mountSmallDisk(1)
    store = createLogStore({ folder: join(disk.path, 'logs') })
  })
  afterEach(async () => {
    await stopJob({ folder: folder(), marker, graceMs: 200 })
    await follower.dispose()
    await store.dispose()
    disk.remove()
    gates.remove()
  })

  const start = async () => {
    const order: JobOrder = {
      kind: 'build',
      steps: [{ name: 'run', command: counts(join(gates.path, 'other')), cwd: gates.path }],
      graceMs: 200,
      timeLimitMs: null,
      offeredPort: null,
      environment: { PATH: process.env.PATH ?? '' },
      secrets: [],
    }
    const program = join(import.meta.dirname, 'supervisor.ts')
    await startJob(
      { folder: folder(), supervisor: { program: process.execPath, args: [program] }, marker },
      order,
    )
    const onError = () => undefined
    follower = followJob({ folder: folder(), log: app, source: 'run', store, now: Date.now, onError })
    await vi.waitFor(async () => expect(await numbers()).toHaveLength(100), { timeout: 10_000 })
  }
  const lines = async (): Promise<LogLine[]> => (await store.read(app, { limit: 5000 })).lines
  const numbers = async () => (await lines()).filter(line => line.stream === 'stdout').map(({ text }) => text)
  const all = Array.from({ length: 200 }, (_, index) => `number ${index + 1}`)

  test('drops the oldest lines of any log for its own, of which none is lost', async () => {
    const text = 'old '.repeat(250)
    const many = Array.from(
      { length: 1000 },
      () => ({ at: 1, stream: 'stdout', text, isPartial: false }) as const,
    )
    await store.append(old, many)
    await start()
    disk.fill()
    gates.fill()

    expect(await follower.ended).toMatchObject({ is: 'finished', state: { steps: [{ exitCode: 0 }] } })
    expect(await numbers()).toEqual(all)
    expect((await lines()).some(line => line.text.startsWith('The disk is full: '))).toBe(true)
    expect((await store.read(old, { limit: 1 })).lines).toEqual([])
  })

  test('goes on with nothing to drop; what it prints waits until there is room, and how it ended is known', async () => {
    await start()
    disk.fill()
    gates.fill()
    await vi.waitFor(() => expect(store.disk().state).toBe('full'), { timeout: 10_000 })
    expect(observeJob(folder()).is).toBe('running')
    disk.free()

    expect(await follower.ended).toMatchObject({ is: 'finished', state: { steps: [{ exitCode: 0 }] } })
    expect(await numbers()).toEqual(all)
    expect(store.disk()).toEqual({ state: 'roomy' })
  })
})
