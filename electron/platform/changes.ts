/** What to ask for again: ids of deployments, and whether anything else changed. */
export interface Change {
  readonly deployments: string[]
  readonly hasOther: boolean
}

const batchMs = 150

/** Collects changes and hands them to every watcher in batches: a handful of messages a second, whatever the churn. */
export function createChanges() {
  const watchers = new Set<{ ids: Set<string>; hasOther: boolean; wake: () => void }>()
  let isDisposed = false

  const note = (id: string | undefined) => {
    for (const watcher of watchers) {
      if (id === undefined) watcher.hasOther = true
      else watcher.ids.add(id)
      watcher.wake()
    }
  }

  async function* watch(signal?: AbortSignal): AsyncGenerator<Change, void, void> {
    const watcher = { ids: new Set<string>(), hasOther: false, wake: () => {} }
    watchers.add(watcher)
    const stop = () => watcher.wake()
    signal?.addEventListener('abort', stop)
    try {
      while (!isDisposed && !signal?.aborted) {
        if (watcher.ids.size === 0 && !watcher.hasOther) {
          await new Promise<void>(resolve => {
            watcher.wake = resolve
          })
          await new Promise<void>(resolve => {
            setTimeout(resolve, batchMs)
          })
          continue
        }
        const change = { deployments: [...watcher.ids], hasOther: watcher.hasOther }
        watcher.ids.clear()
        watcher.hasOther = false
        yield change
      }
    } finally {
      watchers.delete(watcher)
      signal?.removeEventListener('abort', stop)
    }
  }

  return {
    touch: (deploymentId: string): void => note(deploymentId),
    touchOther: (): void => note(undefined),
    watch,
    /** Called when something changed, a few times a second at the most. */
    listen(listener: () => void): () => void {
      const end = new AbortController()
      void (async () => {
        for await (const _change of watch(end.signal)) listener()
      })()
      return () => end.abort()
    },
    dispose: (): void => {
      isDisposed = true
      for (const watcher of watchers) watcher.wake()
    },
  }
}
