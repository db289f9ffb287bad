/**
 * Slow work whose result serves everybody who asks within `freshMs`. While it goes on it is not begun again; it is aborted
 * when all who wait for it have left. What failed or was aborted is not kept.
 */
export function createShared<T>(
  work: (signal: AbortSignal) => Promise<T>,
  { freshMs, now }: { freshMs: number; now: () => number },
): (signal?: AbortSignal) => Promise<T> {
  let kept: { at: number; value: T } | undefined
  let running: { end: AbortController; result: Promise<T>; waiting: number } | undefined

  const begin = () => {
    const end = new AbortController()
    const result = work(end.signal)
      .then(value => {
        if (!end.signal.aborted) kept = { at: now(), value }
        return value
      })
      .finally(() => {
        if (running === begun) running = undefined
      })
    const begun = { end, result, waiting: 0 }
    return begun
  }

  return async signal => {
    signal?.throwIfAborted()
    const age = kept === undefined ? -1 : now() - kept.at
    if (kept !== undefined && age >= 0 && age < freshMs) return kept.value
    running ??= begin()
    const joined = running
    joined.waiting++
    const leave = () => {
      joined.waiting--
      if (joined.waiting > 0) return
      joined.end.abort()
      if (running === joined) running = undefined
    }
    signal?.addEventListener('abort', leave, { once: true })
    try {
      return await joined.result
    } finally {
      signal?.removeEventListener('abort', leave)
    }
  }
}
