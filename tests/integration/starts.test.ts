import { mkdirSync } from 'node:fs'
import { createServer, type Server, type Socket } from 'node:net'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { toControlPath } from '../../electron/rpc/control-socket.ts'
import { createCommandLine } from '../support/command-line.ts'
import { createDataFolder } from '../support/platform.ts'

let data: ReturnType<typeof createDataFolder>
let line: ReturnType<typeof createCommandLine>

beforeEach(() => {
  data = createDataFolder()
  line = createCommandLine(data.path)
})
afterEach(async () => {
  await line.endAll()
  data.remove()
})

test('of several starts of the same moment one runs, and the others open it', async () => {
  const starts = [1, 2, 3].map(() => line.beginServe('--no-open', '--port', '0'))
  const said = await Promise.all(
    starts.map(one => one.says(/^Slipway (is open at|runs already\. It is open at) (http:\S+)$/m)),
  )
  const isFirst = said.map(found => found[1] === 'is open at')
  expect(isFirst.filter(Boolean)).toHaveLength(1)
  expect(new Set(said.map(found => new URL(found[2] ?? '').host)).size).toBe(1)
  for (const found of said) expect((await fetch(found[2] ?? '', { redirect: 'manual' })).status).toBe(303)
  for (const [index, one] of starts.entries()) {
    if (!isFirst[index]) expect(await one.ended).toMatchObject({ status: 0, stderr: '' })
  }
})

test('a Slipway that takes connections and never answers is told after a moment', async () => {
  const taken: Socket[] = []
  const server: Server = createServer(socket => taken.push(socket))
  mkdirSync(data.path, { recursive: true })
  await new Promise<void>(resolve => server.listen(toControlPath(data.path), resolve))
  const told = {
    status: 1,
    stdout: '',
    stderr: `A Slipway runs on ${data.path}, and does not answer.\nWait a moment, then try again. If it stays so, end its process and start Slipway again.\n`,
  }
  expect(await Promise.all([line.call('list'), line.serve('--no-open', '--port', '0')])).toEqual([told, told])
  expect(taken.length).toBeGreaterThanOrEqual(2)
  for (const socket of taken) socket.destroy()
  server.close()
})
