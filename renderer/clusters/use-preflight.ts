import { useCallback, useEffect, useState } from 'react'
import type { Check, PreflightEvent } from '../../shared/domain/cluster.ts'
import type { Failure } from '../../shared/domain/failure.ts'
import { client } from '../connection/api.ts'
import { toShownFailure } from '../connection/failures.ts'

export interface Preflight {
  /** In the order in which they are named. */
  readonly events: readonly PreflightEvent[]
  readonly isRunning: boolean
  readonly failure: Failure | null
  readonly again: () => void
  /** Asks again, and tries in the cluster what cannot be asked. */
  readonly prove: () => void
  readonly cancel: () => void
}

/** Asks a cluster when it is shown, and again on demand. Leaving breaks it off. */
export function usePreflight(id: string): Preflight {
  const [run, setRun] = useState({ number: 1, proves: false, isCancelled: false })
  const [events, setEvents] = useState<readonly PreflightEvent[]>([])
  const [isRunning, setRunning] = useState(true)
  const [failure, setFailure] = useState<Failure | null>(null)

  useEffect(() => {
    if (run.isCancelled) return setRunning(false)
    const end = new AbortController()
    setEvents([])
    setFailure(null)
    setRunning(true)
    void (async () => {
      try {
        for await (const event of await client.clusters.preflight(
          { id, proves: run.proves },
          { signal: end.signal },
        ))
          setEvents(before => merge(before, event))
      } catch (error) {
        if (!end.signal.aborted) setFailure(toShownFailure(error))
      } finally {
        // One that was broken off says nothing of the next.
        if (!end.signal.aborted) setRunning(false)
      }
    })()
    return () => end.abort()
  }, [id, run])

  const start = useCallback(
    (proves: boolean) => setRun(({ number }) => ({ number: number + 1, proves, isCancelled: false })),
    [],
  )
  const again = useCallback(() => start(false), [start])
  const prove = useCallback(() => start(true), [start])
  const cancel = useCallback(() => setRun(before => ({ ...before, isCancelled: true })), [])
  return { events, isRunning, failure, again, prove, cancel }
}

function merge(before: readonly PreflightEvent[], event: PreflightEvent): readonly PreflightEvent[] {
  return before.some(one => one.name === event.name)
    ? before.map(one => (one.name === event.name ? event : one))
    : [...before, event]
}

export const checksOf = (events: readonly PreflightEvent[]): readonly Check[] =>
  events.flatMap(({ check }) => (check === null ? [] : [check]))

/** Such as `Ready to deploy to, with 3 warnings`. */
export function toVerdict(events: readonly PreflightEvent[]): { word: string; result: Check['result'] } {
  const results = checksOf(events).map(({ result }) => result)
  const count = (result: Check['result']) => results.filter(one => one === result).length
  const lacks = count('lack')
  const warnings = count('warning')
  if (lacks > 0)
    return { word: lacks === 1 ? 'One thing is lacking' : `${lacks} things are lacking`, result: 'lack' }
  if (warnings > 0)
    return {
      word: `Ready to deploy to, with ${warnings === 1 ? 'one warning' : `${warnings} warnings`}`,
      result: 'warning',
    }
  return { word: 'Ready to deploy to', result: 'ok' }
}
