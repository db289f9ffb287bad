/** What is sent in pieces. `last`: the number of the last thing in it. */
interface Piece {
  readonly last: number
}

/** Batches that may be on their way to a reader that has not said that it drew them. */
const mostBatches = 4

/**
 * Back-pressure from a terminal to its source, a log or a shell: it is read on only as fast as its reader acknowledges.
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

    /** The batches of `source`, a few of which are ahead of the acknowledgements. */
    async *pace<T extends Piece>(
      name: string,
      source: AsyncGenerator<T, void, void>,
      signal: AbortSignal,
    ): AsyncGenerator<T, void, void> {
      const stream = { acknowledged: 0, wake: () => {} }
      const stop = () => stream.wake()
      streams.set(name, stream)
      signal.addEventListener('abort', stop)
      let underWay: number[] = []
      try {
        for await (const batch of source) {
          yield batch
          underWay.push(batch.last)
          for (;;) {
            underWay = underWay.filter(last => last > stream.acknowledged)
            if (underWay.length < mostBatches || signal.aborted) break
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
