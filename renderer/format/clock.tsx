import { useSyncExternalStore } from 'react'
import { formatAgo, formatElapsed, formatExact } from './time.ts'

const tickMs = 1_000

/** One timer for all that shows time, however many there are. */
const listeners = new Set<() => void>()
let now = Date.now()
let timer: ReturnType<typeof setInterval> | undefined

function subscribe(listener: () => void) {
  listeners.add(listener)
  if (timer === undefined) now = Date.now()
  timer ??= setInterval(() => {
    now = Date.now()
    for (const each of listeners) each()
  }, tickMs)
  return () => {
    listeners.delete(listener)
    if (listeners.size > 0) return
    clearInterval(timer)
    timer = undefined
  }
}

/** The time, every second or in longer steps: a component draws again only when that changes. */
export function useNow(stepMs = tickMs): number {
  return useSyncExternalStore(subscribe, () => {
    if (timer === undefined && Date.now() - now > tickMs) now = Date.now()
    return stepMs === tickMs ? now : Math.floor(now / stepMs) * stepMs
  })
}

/** "2 min ago", with the exact time on hover. */
export function Ago({ at, className }: { at: number; className?: string | undefined }) {
  const current = useNow(10_000)
  return (
    <time className={className} dateTime={new Date(at).toISOString()} title={formatExact(at)}>
      {formatAgo(current - at)}
    </time>
  )
}

/** Counts up by the second until it is given an end. */
export function Elapsed({ from, to }: { from: number; to?: number | null }) {
  const current = useNow()
  return <>{formatElapsed((to ?? Math.max(current, from)) - from)}</>
}
