import { spawn } from 'node:child_process'
import { expect, test } from 'vitest'
import type { Instance } from '../driver.ts'
import { parsePs, treeOf } from './process-usage.ts'
import { createUsage } from './usage.ts'

test('what ps prints is read with days, hours and fractions', () => {
  const text = '  12   1   12   0:01.25   2048\n 13 12 12 01:00:02 10\n 14 1 14 2-03:00:00 1\nnonsense\n'
  const hourMs = 3600_000
  expect(parsePs(text)).toEqual([
    { pid: 12, parent: 1, group: 12, cpuMs: 1250, memory: 2048 * 1024 },
    { pid: 13, parent: 12, group: 12, cpuMs: hourMs + 2000, memory: 10 * 1024 },
    { pid: 14, parent: 1, group: 14, cpuMs: 51 * hourMs, memory: 1024 },
  ])
})

test('an app is its group and all that descends from it, also in groups of its own', () => {
  const one = (pid: number, parent: number, group: number) => ({ pid, parent, group, cpuMs: 0, memory: 0 })
  const all = [one(5, 1, 5), one(6, 1, 5), one(9, 8, 8), one(8, 6, 8), one(20, 1, 20)]
  expect(
    treeOf(5, all)
      .map(({ pid }) => pid)
      .sort(),
  ).toEqual([5, 6, 8, 9])
})

test('a process that computes takes about a CPU, and its memory is counted', async () => {
  const busy = spawn(process.execPath, ['-e', 'console.log("on"); for (;;);'], { detached: true })
  try {
    await new Promise(resolve => busy.stdout.once('data', resolve))
    const ready = { state: 'ready', name: String(busy.pid) } as Instance
    const measure = createUsage({ observe: async () => [ready], isInContainer: () => false })
    const [found] = await measure('app')
    expect(found?.name).toBe(String(busy.pid))
    expect(found?.cpu).toBeGreaterThan(0.05)
    expect(found?.cpu).toBeLessThan(1.5)
    expect(found?.memory).toBeGreaterThan(10_000_000)
  } finally {
    busy.kill('SIGKILL')
  }
})

test('an app in a container is no process of ours, which is said', async () => {
  const measure = createUsage({ observe: async () => [], isInContainer: () => true })
  await expect(measure('app')).rejects.toMatchObject({ failure: { code: 'unavailable' } })
})
