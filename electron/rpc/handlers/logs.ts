import { searchLogs } from '../../platform/log-search.ts'
import type { Platform } from '../../platform/platform.ts'
import { createAcknowledgements } from '../acknowledgements.ts'
import type { HandlerBase } from './handler-base.ts'

export function logHandlers(at: HandlerBase, platform: Platform) {
  const { logs } = platform
  const followed = createAcknowledgements()

  return {
    disk: at.logs.disk.handler(() => logs.disk()),
    read: at.logs.read.handler(({ input: { log, before, after, limit } }) =>
      logs.read(log, {
        limit,
        ...(before === undefined ? {} : { before }),
        ...(after === undefined ? {} : { after }),
      }),
    ),
    follow: at.logs.follow.handler(({ input, signal = new AbortController().signal }) =>
      followed.pace(input.stream, logs.follow(input.log, input.after, signal, input.newest), signal),
    ),
    acknowledge: at.logs.acknowledge.handler(({ input }) => {
      followed.acknowledge(input.stream, input.seq)
      return {}
    }),
    search: at.logs.search.handler(({ input: { log, ...query }, signal }) => logs.search(log, query, signal)),
    findError: at.logs.findError.handler(async ({ input: { log, ...place } }) => ({
      seq: await logs.findError(log, place),
    })),
    searchAll: at.logs.searchAll.handler(({ input, signal = new AbortController().signal }) =>
      searchLogs(platform, input, signal),
    ),
  }
}
