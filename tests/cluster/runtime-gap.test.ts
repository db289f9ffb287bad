import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, vi } from 'vitest'
import type { LogStore } from '../../electron/logs/log-store.ts'
import type { LogLine } from '../../shared/domain/log.ts'
import { decodeBatch } from '../../shared/domain/log-record.ts'
import { clusterTest, kubectl } from '../support/cluster.ts'
import { isReadyRun, newId, openClusterDriver, toReleaseOrder } from '../support/cluster-driver.ts'
import { pushImage } from '../support/images.ts'

/** Counts ten times a second, and 30 MB at once when it is asked. */
const counting = `
  let n = 0
  const count = padding => console.log(process.env.HOSTNAME + ' ' + ++n + ' ' + padding)
  setInterval(count, 100, '')
  require('http').createServer((_, response) => {
    for (let line = 0; line < 30000; line++) count('x'.repeat(1000))
    response.end('done')
  }).listen(process.env.PORT)
`

async function readLines(logs: LogStore, id: string, isEnough: (lines: LogLine[]) => boolean) {
  const lines: LogLine[] = []
  for await (const batch of logs.follow({ kind: 'runtime', id }, 0, AbortSignal.timeout(90_000))) {
    lines.push(...decodeBatch(batch))
    if (isEnough(lines)) break
  }
  return lines
}

const numberOf = (line: LogLine | undefined) => Number(line?.text.split(' ')[1])

clusterTest(
  'what the cluster dropped while Slipway was closed is a gap with its times; nothing is there twice, and it outlives the pod',
  async () => {
    const folder = mkdtempSync(join(tmpdir(), 'slipway-test-'))
    const deploymentId = newId()
    const before = await openClusterDriver({ folder })
    before.describe(deploymentId, { name: 'counting' })
    const artifact = await pushImage({ command: ['node', '-e', counting] })
    const order = toReleaseOrder({ deploymentId, artifact })
    await before.driver.applyRelease(order)
    const [first] = await before.until(deploymentId, isReadyRun(order))
    const pod = first?.name ?? ''
    await readLines(before.logs, deploymentId, lines => lines.length >= 20)
    await before.close()

    const inPod = (...args: string[]) => kubectl('-n', before.namespace, ...args)
    const flood = "fetch('http://127.0.0.1:' + process.env.PORT).then(r => r.text()).then(console.log)"
    expect(await inPod('exec', pod, '--', 'node', '-e', flood)).toBe('done')
    await vi.waitFor(
      async () => {
        const kept = await inPod('logs', pod, '--limit-bytes=100')
        expect(Number(kept.split(' ')[1])).toBeGreaterThan(100)
      },
      { timeout: 90_000, interval: 1000 },
    )

    const after = await openClusterDriver({ folder, ownerId: before.owner.id })
    after.describe(deploymentId, { name: 'counting' })
    await after.driver.observe(deploymentId)
    const resumed = await readLines(after.logs, deploymentId, lines => numberOf(lines.at(-1)) > 30_100)
    const gaps = resumed.filter(line => line.stream === 'platform')
    expect(gaps.map(line => line.text)).toEqual([
      expect.stringMatching(/^From \S+ \S+ to \S+ \S+ UTC lines are missing: the cluster dropped them/),
    ])
    const at = resumed.findIndex(line => line.stream === 'platform')
    const kept = [resumed.slice(0, at), resumed.slice(at + 1)]
    for (const lines of kept)
      expect(lines.map(numberOf)).toEqual(lines.map((_, index) => numberOf(lines[0]) + index))
    expect(numberOf(kept[0]?.[0])).toBe(1)
    expect(gaps[0]?.at).toBe(kept[0]?.at(-1)?.at)
    const from = kept[1]?.[0]
    expect(numberOf(from)).toBeGreaterThan(numberOf(kept[0]?.at(-1)) + 1)
    expect(gaps[0]?.text).toContain(
      new Date(from?.at ?? 0).toISOString().replace('T', ' ').replace('Z', ' UTC'),
    )

    await inPod('delete', 'pod', pod, '--wait=false')
    const all = await readLines(
      after.logs,
      deploymentId,
      lines => lines.filter(line => line.stream === 'stdout' && !line.text.startsWith(pod)).length >= 20,
    )
    await after.clean()
    await after.dispose()
    expect(all.slice(0, resumed.length)).toEqual(resumed)
    expect(all.filter(line => line.stream === 'platform')).toHaveLength(1)
    for (const isOld of [true, false]) {
      const lines = all.slice(at + 1).filter(line => line.text.startsWith(pod) === isOld)
      const [begin = Number.NaN] = lines.map(numberOf)
      expect(lines.map(numberOf)).toEqual(lines.map((_, index) => begin + index))
    }
  },
)
