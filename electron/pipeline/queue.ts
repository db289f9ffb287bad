/** What became of one look at a key. `afterMs`: look again then, though nothing may change until then. */
export type Next = { readonly afterMs?: number }

/**
 * The keyed queue: `add` is cheap and may be called from anywhere, as often as one likes. One look at a key at a time;
 * a key added while it is looked at is looked at once more. A look that throws is repeated with backoff.
 */
export interface Queue {
  add(key: string): void
  /** Resolves when nothing is queued or under way. Waiting for a later time does not count. */
  idle(): Promise<void>
  dispose(): Promise<void>
}

const backoffMs = { first: 500, most: 30_000 }
/** Longer waits are cut: a timer holds no more than 24 days, and a look too many costs nothing. */
const longestWaitMs = 60 * 60_000

export function createQueue(deps: {
  look: (key: string) => Promise<Next>
  onError: (key: string, error: unknown, attempt: number) => void
  limit?: number
  schedule?: (afterMs: number, work: () => void) => () => void
}): Queue {
  const limit = deps.limit ?? 8
  const schedule = deps.schedule ?? defaultSchedule
  const waiting = new Set<string>()
  const busy = new Set<string>()
  const timers = new Map<string, () => void>()
  const attempts = new Map<string, number>()
  let idlers: (() => void)[] = []
  let isDisposed = false

  const later = (key: string, afterMs: number) => {
    timers.get(key)?.()
    timers.set(
      key,
      schedule(Math.min(afterMs, longestWaitMs), () => {
        timers.delete(key)
        add(key)
      }),
    )
  }

  const look = async (key: string) => {
    try {
      const next = await deps.look(key)
      attempts.delete(key)
      if (next.afterMs !== undefined && !isDisposed) later(key, next.afterMs)
    } catch (error) {
      const attempt = (attempts.get(key) ?? 0) + 1
      attempts.set(key, attempt)
      if (!isDisposed) later(key, Math.min(backoffMs.first * 2 ** (attempt - 1), backoffMs.most))
      deps.onError(key, error, attempt)
    } finally {
      busy.delete(key)
      pump()
    }
  }

  const pump = () => {
    for (const key of waiting) {
      if (isDisposed || busy.size >= limit) break
      if (busy.has(key)) continue
      waiting.delete(key)
      busy.add(key)
      void look(key)
    }
    if (busy.size === 0 && (waiting.size === 0 || isDisposed)) {
      for (const resolve of idlers) resolve()
      idlers = []
    }
  }

  const add = (key: string) => {
    if (isDisposed) return
    waiting.add(key)
    pump()
  }

  const idle = () =>
    busy.size === 0 && waiting.size === 0
      ? Promise.resolve()
      : new Promise<void>(resolve => idlers.push(resolve))

  return {
    add,
    idle,
    dispose: () => {
      isDisposed = true
      waiting.clear()
      for (const cancel of timers.values()) cancel()
      timers.clear()
      return idle()
    },
  }
}

function defaultSchedule(afterMs: number, work: () => void): () => void {
  const timer = setTimeout(work, afterMs)
  return () => clearTimeout(timer)
}
