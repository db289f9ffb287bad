import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import type { V1Pod } from '@kubernetes/client-node'
import { pino } from 'pino'
import { expect, onTestFinished, test } from 'vitest'
import { createLogStore } from '../../../logs/segment-log.ts'
import type { KubernetesApi } from '../api.ts'
import { labels } from '../names.ts'
import { containerName } from './manifests.ts'
import { createRuntimeLogs } from './runtime-logs.ts'

const pod: V1Pod = {
  metadata: { name: 'app-1-abcde', namespace: 'n', uid: 'u', labels: { [labels.deployment]: 'd' } },
  status: {
    containerStatuses: [
      {
        ...{ name: containerName, image: 'i', imageID: 'i', ready: false, restartCount: 0 },
        state: { terminated: { exitCode: 137, finishedAt: new Date(0) } },
      },
    ],
  },
}
const gone = 'unable to retrieve container logs for containerd://0123'

/** Each reading of the log of the one container that has ended gives the next of these. */
async function settle(bodies: readonly string[]) {
  const folder = await mkdtemp(join(tmpdir(), 'slipway-logs-'))
  const logs = createLogStore({ folder })
  let reads = 0
  const stream = async () => Readable.from([bodies[Math.min(reads++, bodies.length - 1)]])
  const runtimeLogs = createRuntimeLogs(
    // The other ways into the API are of no use here.
    { api: { stream } as unknown as KubernetesApi, logs, log: pino({ level: 'silent' }) },
    { of: async () => text => text },
  )
  onTestFinished(async () => {
    await runtimeLogs.dispose()
    await logs.dispose()
    await rm(folder, { recursive: true })
  })
  await runtimeLogs.settle(pod)
  const { lines } = await logs.read({ kind: 'runtime', id: 'd' }, { limit: 10 })
  return { reads, lines: lines.map(line => line.text) }
}

test('a container that was collected is read once, and what the node says of that is no line of the app', async () => {
  expect(await settle([gone])).toEqual({ reads: 1, lines: [] })
})

test('a log that the node could not read is read again', async () => {
  const failure = 'failed to open log file "0.log": too many open files'
  const line = '2026-01-02T03:04:05Z well\n'
  expect(await settle([failure, line])).toEqual({ reads: 2, lines: ['well'] })
})
