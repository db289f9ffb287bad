import { useEffect, useState } from 'react'
import type { FoundLogLine } from '../../../shared/domain/log.ts'
import { client } from '../../connection/api.ts'
import { type LogsView, rangeMs } from './logs-view.ts'

export interface LogsSearch {
  readonly found: readonly FoundLogLine[]
  readonly searched: number
  readonly of: number
  readonly end: 'complete' | 'limit' | 'failed' | 'stopped' | null
  readonly error: unknown
  readonly stop: () => void
  readonly again: () => void
}

const atFirst = { found: [], searched: 0, of: 0, end: null, error: null }
const limit = 500

/** Searches as the address says; another address ends the search before. Undefined without a query. */
export function useLogsSearch(view: LogsView): LogsSearch | undefined {
  const [state, setState] = useState<Omit<LogsSearch, 'stop' | 'again'>>(atFirst)
  const [round, setRound] = useState(0)
  const [stopping, setStopping] = useState<AbortController | null>(null)
  const key = JSON.stringify(view)

  // biome-ignore lint/correctness/useExhaustiveDependencies: another round searches the same again
  useEffect(() => {
    const { q, regex, range, in: kind, deployments }: LogsView = JSON.parse(key)
    if (q === undefined) return
    const own = new AbortController()
    setStopping(own)
    setState(atFirst)
    const input = {
      text: q,
      isRegex: regex === true,
      limit,
      ...(range === undefined ? {} : { since: Date.now() - rangeMs[range] }),
      ...(kind === undefined ? {} : { kinds: [kind] }),
      ...(deployments === undefined ? {} : { deploymentIds: [...deployments] }),
    }
    void (async () => {
      try {
        const steps = await client.logs.searchAll(input, { signal: own.signal })
        for await (const { found, searched, of, end, failure } of steps) {
          if (own.signal.aborted) return
          setState(before => ({ found: [...before.found, ...found], searched, of, end, error: failure }))
        }
      } catch (error) {
        if (!own.signal.aborted) setState(before => ({ ...before, end: 'failed', error }))
      }
    })()
    return () => own.abort()
  }, [key, round])

  if (view.q === undefined) return undefined
  return {
    ...state,
    stop: () => {
      stopping?.abort()
      setState(before => ({ ...before, end: 'stopped' }))
    },
    again: () => setRound(round + 1),
  }
}
