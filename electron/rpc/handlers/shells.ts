import type { Platform } from '../../platform/platform.ts'
import { createAcknowledgements } from '../acknowledgements.ts'
import type { HandlerBase } from './handler-base.ts'

export function shellHandlers(at: HandlerBase, { shells }: Platform) {
  const shown = createAcknowledgements()

  return {
    open: at.shells.open.handler(({ input: { shell, ...rest }, signal = new AbortController().signal }) =>
      shown.pace(shell, shells.open(shell, rest, signal), signal),
    ),
    write: at.shells.write.handler(async ({ input }) => {
      await shells.write(input.shell, input.text)
      return {}
    }),
    resize: at.shells.resize.handler(async ({ input: { shell, ...size } }) => {
      await shells.resize(shell, size)
      return {}
    }),
    acknowledge: at.shells.acknowledge.handler(({ input }) => {
      shown.acknowledge(input.shell, input.last)
      return {}
    }),
  }
}
