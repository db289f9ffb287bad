import type { Failure } from '../../shared/domain/failure.ts'

/**
 * Between two looks at a deployment: `near` while somebody has Slipway open, `far` otherwise. Up to as much as `near` is added by
 * chance, so that not all are looked at at the same time.
 */
export interface PushPauses {
  readonly nearMs: number
  readonly farMs: number
}

export const defaultPushPauses: PushPauses = { nearMs: 30_000, farMs: 300_000 }

const looksAtOnce = 3
/** With each failure after the other the pause doubles, up to `far`. */
const mostDoublings = 5
/** No server is left alone for longer, whatever it asks for. */
const longestWaitMs = 3_600_000
/** A timer for longer would end at once. */
const longestTimerMs = 2 ** 31 - 1

/** Looks at each deployment of `watched` from time to time, at once when it is new. Does nothing but keep the time. */
export function createPushWatch(deps: {
  watched: () => readonly string[]
  /** Resolves with what kept it from an answer. */
  look: (id: string, stop: AbortSignal) => Promise<Failure | undefined>
  onError: (id: string | undefined, error: unknown) => void
  pauses: PushPauses
  now: () => number
  /** From 0 to 1. */
  random: () => number
  /** Returns what calls it off. */
  schedule: (afterMs: number, work: () => void) => () => void
}) {
  const { pauses, now, random } = deps
  const stop = new AbortController()
  const running = new Map<string, Promise<void>>()
  /** `failures`: since the last answer. */
  const known = new Map<string, { lookedAt: number; nextAt: number; failures: number }>()
  let people = 0
  let callOff = () => {}

  const pauseAfter = (failure: Failure | undefined, failures: number): number => {
    const chance = random() * pauses.nearMs
    if (failure?.until !== undefined) {
      const asked = Math.min(failure.until - now(), longestWaitMs)
      return Math.max(asked, pauses.nearMs) + chance
    }
    const near = Math.min(pauses.nearMs * 2 ** Math.min(failures, mostDoublings), pauses.farMs)
    return (people > 0 ? near : pauses.farMs) + chance
  }

  const begin = (id: string) => {
    const look = async () => {
      const failure = await deps.look(id, stop.signal)
      const failures = failure === undefined ? 0 : (known.get(id)?.failures ?? 0) + 1
      const at = now()
      known.set(id, { lookedAt: at, nextAt: at + pauseAfter(failure, failures), failures })
    }
    const looking = look()
      .catch(error => {
        if (stop.signal.aborted) return
        deps.onError(id, error)
        known.set(id, { lookedAt: now(), nextAt: now() + pauses.farMs, failures: mostDoublings })
      })
      .finally(() => {
        running.delete(id)
        plan()
      })
    running.set(id, looking)
  }

  const wake = (afterMs: number) => {
    callOff = deps.schedule(Math.min(Math.max(0, afterMs), longestTimerMs), plan)
  }

  /** Undefined where it is not known now. */
  const findWatched = (): Set<string> | undefined => {
    try {
      return new Set(deps.watched())
    } catch (error) {
      deps.onError(undefined, error)
      return undefined
    }
  }

  /** Begins what is due, and comes back when the next one is. */
  const plan = () => {
    callOff()
    if (stop.signal.aborted) return
    const watched = findWatched()
    if (watched === undefined) return wake(pauses.farMs)
    for (const id of known.keys()) if (!watched.has(id)) known.delete(id)
    const nextOf = (id: string) => known.get(id)?.nextAt ?? 0
    const waiting = [...watched].filter(id => !running.has(id)).sort((a, b) => nextOf(a) - nextOf(b))
    const due = waiting.filter(id => nextOf(id) <= now()).slice(0, Math.max(0, looksAtOnce - running.size))
    for (const id of due) begin(id)
    const next = waiting[due.length]
    // With all hands full, the end of a look plans again.
    if (next !== undefined && running.size < looksAtOnce) wake(nextOf(next) - now())
  }

  return {
    /** What is watched may be another. */
    plan,

    /** Somebody opened Slipway: what was last looked at long ago is looked at soon. */
    arrive(): void {
      people += 1
      if (people > 1) return
      for (const one of known.values())
        if (one.failures === 0)
          one.nextAt = Math.min(one.nextAt, one.lookedAt + pauses.nearMs * (1 + random()))
      plan()
    },
    leave(): void {
      people -= 1
    },

    /** All of them, now. */
    async lookAtAll(): Promise<void> {
      await Promise.all(running.values())
      known.clear()
      plan()
      while (running.size > 0) await Promise.race(running.values())
    },

    async dispose(): Promise<void> {
      stop.abort()
      callOff()
      await Promise.all(running.values())
    },
  }
}
