import type { ClientLink } from '@orpc/client'

export type Link = ClientLink<Record<never, never>>

/** `lostAt` and `attempts` count from the moment the connection broke; `connecting` is only the time before the first one. */
export type ConnectionState =
  | { readonly phase: 'connecting' }
  | { readonly phase: 'open'; readonly opened: number }
  | {
      readonly phase: 'lost'
      readonly lostAt: number
      readonly attempts: number
      readonly nextAttemptAt: number | null
    }

/** One way to the platform. Resolves when it is open; `onLost` is called once when an open one breaks. */
export type Open = (onLost: () => void) => Promise<Link>

const firstDelayMs = 250
const longestDelayMs = 8_000

/**
 * Keeps one connection open. Calls wait for the first connection; while it is lost they fail at once, so that
 * nothing the person does hangs unseen.
 */
export function createConnection(deps: {
  open: Open
  now: () => number
  wait: (ms: number) => Promise<void>
}) {
  let state: ConnectionState = { phase: 'connecting' }
  let link: Link | null = null
  let opened = 0
  let settleFirst: () => void = () => {}
  let wake: () => void = () => {}
  const first = new Promise<void>(resolve => {
    settleFirst = resolve
  })
  const listeners = new Set<() => void>()

  const set = (next: ConnectionState) => {
    state = next
    for (const listener of listeners) listener()
  }

  const lose = () => {
    link = null
    set({ phase: 'lost', lostAt: deps.now(), attempts: 0, nextAttemptAt: null })
    void connect()
  }

  const connect = async () => {
    for (let attempt = 1; ; attempt++) {
      try {
        link = await deps.open(lose)
        opened += 1
        set({ phase: 'open', opened })
        settleFirst()
        return
      } catch {
        settleFirst()
        const delayMs = Math.min(firstDelayMs * 2 ** (attempt - 1), longestDelayMs)
        const lostAt = state.phase === 'lost' ? state.lostAt : deps.now()
        set({ phase: 'lost', lostAt, attempts: attempt, nextAttemptAt: deps.now() + delayMs })
        await Promise.race([
          deps.wait(delayMs),
          new Promise<void>(resolve => {
            wake = resolve
          }),
        ])
      }
    }
  }

  return {
    start: () => void connect(),
    state: () => state,
    /** Does not wait for the next attempt's time. */
    tryNow: () => wake(),
    subscribe(listener: () => void) {
      listeners.add(listener)
      return () => {
        listeners.delete(listener)
      }
    },
    link: {
      async call(path, input, options) {
        if (state.phase === 'connecting') await first
        if (link === null) throw new Error('the connection is lost')
        return link.call(path, input, options)
      },
    } satisfies Link,
  }
}
export type Connection = ReturnType<typeof createConnection>
