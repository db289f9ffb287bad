import type { LogLine } from '../../shared/domain/log.ts'

/** Lines that may be on their way to a reader that has not said that it drew them. */
const windowLines = 4000

/**
 * Back-pressure from the console to the source: a followed log is read on only as fast as its reader acknowledges.
 * Readers name their stream, since the stream and the acknowledgement come as two requests.
 */
export function createAcknowledgements() {
  const streams = new Map<string, { acknowledged: number; wake: () => void }>()

  return {
    acknowledge: (name: string, seq: number): void => {
      const stream = streams.get(name)
      if (!stream) return
      stream.acknowledged = Math.max(stream.acknowledged, seq)
      stream.wake()
    },

    /** The lines of `source`, no further ahead of the acknowledgements than the window. */
    async *pace(
      name: string,
      source: AsyncGenerator<LogLine[], void, void>,
      signal: AbortSignal,
    ): AsyncGenerator<LogLine[], void, void> {
      const stream = { acknowledged: 0, wake: () => {} }
      const stop = () => stream.wake()
      streams.set(name, stream)
      signal.addEventListener('abort', stop)
      let isFirst = true
      try {
        for await (const lines of source) {
          const last = lines.at(-1)?.seq ?? 0
          if (isFirst) stream.acknowledged = Math.max(stream.acknowledged, (lines[0]?.seq ?? 1) - 1)
          isFirst = false
          yield lines
          while (last - stream.acknowledged > windowLines && !signal.aborted) {
            await new Promise<void>(resolve => {
              stream.wake = resolve
            })
          }
        }
      } finally {
        streams.delete(name)
        signal.removeEventListener('abort', stop)
      }
    },
  }
}
