import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { SlipwayError } from '../../../shared/domain/failure.ts'
import type { Platform } from '../../platform/platform.ts'
import { connectControl, createControlSocket } from '../control-socket.ts'
import type { ContractRouter } from '../websocket.ts'
import { createHandlerBase } from './handler-base.ts'

const user = { id: '01j0000000000000000000000a', name: 'ana' }
const users = { current: () => user, named: () => user } as unknown as Platform['users']
const changed = { deployments: ['01j0000000000000000000000b'], hasOther: true }
const failure = { code: 'sign_in_refused' as const, message: 'It was refused.', hint: 'Begin again.' }

let dataFolder: string
let logged: unknown[]
beforeEach(async () => {
  dataFolder = await mkdtemp(join(tmpdir(), 'slipway-handlers-'))
  logged = []
})
afterEach(() => rm(dataFolder, { recursive: true }))

/** Streams through a real client: one piece, then what `after` does. */
async function watch<T>(
  after: (signal?: AbortSignal) => AsyncGenerator<typeof changed>,
  use: (stream: AsyncIterator<typeof changed, unknown, void>) => Promise<T>,
): Promise<T> {
  const at = createHandlerBase(users, 'terminal')
  const router = {
    changes: {
      watch: at.changes.watch.handler(async function* ({ signal }) {
        yield changed
        yield* after(signal)
      }),
    },
  } as unknown as ContractRouter
  const log = { info: () => {}, error: (line: object) => void logged.push(line) }
  const served = await createControlSocket({ router, dataFolder, log })
  const control = await connectControl(dataFolder)
  try {
    if (control === undefined) throw new Error('nobody answers')
    return await use(await control.client.changes.watch())
  } finally {
    control?.close()
    await control?.closed
    await served.dispose()
  }
}
const failOf = (error: unknown) =>
  watch(
    // biome-ignore lint/correctness/useYield: it fails before there is anything.
    async function* () {
      throw error
    },
    async stream => {
      await stream.next()
      return stream.next().catch((error: unknown) => error)
    },
  )

test('what fails while it is streamed is told in words, and is not in the log', async () => {
  expect(await failOf(new SlipwayError(failure))).toMatchObject({
    code: 'FAILED',
    defined: true,
    data: failure,
  })
  expect(logged).toEqual([])
})

test('what nobody expected while it is streamed is in the log, and not told', async () => {
  const error = new Error('disk on fire at /home/ana')
  expect(await failOf(error)).toMatchObject({
    code: 'INTERNAL_SERVER_ERROR',
    message: 'Internal server error',
  })
  expect(logged).toEqual([{ err: error }])
})

test('a stream that nobody reads any more ends where it comes from', async () => {
  const ended = Promise.withResolvers<string>()
  const how = await watch(
    async function* (signal) {
      try {
        yield changed
        await new Promise(resolve => signal?.addEventListener('abort', resolve))
      } finally {
        ended.resolve('ended')
      }
    },
    async stream => {
      await stream.next()
      await stream.next()
      await stream.return?.()
      return ended.promise
    },
  )
  expect(how).toBe('ended')
})
