import { useDebouncedValue } from '@mantine/hooks'
import { skipToken, useQuery } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import type { LogRef } from '../../shared/domain/log.ts'
import { api } from '../connection/api.ts'
import type { LogSession } from './log-session.ts'
import type { TerminalScreen } from './terminal-screen.ts'

const typingPauseMs = 200

/** Searches the whole log, not only what is on the screen; newest match first. */
export function useLogSearch(log: LogRef, session: LogSession | null, screen: TerminalScreen | null) {
  const [text, setText] = useState('')
  const [isRegex, setRegex] = useState(false)
  const [asked] = useDebouncedValue(text.trim(), typingPauseMs)
  const [chosen, setChosen] = useState(0)
  const found = useQuery(
    api.logs.search.queryOptions({
      input: asked === '' ? skipToken : { log, text: asked, isRegex },
      gcTime: 0,
      staleTime: 0,
    }),
  )
  const matches = found.data?.matches ?? []
  const index = Math.min(chosen, matches.length - 1)
  const match = matches.at(-1 - index)
  const seq = match?.seq
  const span = found.data?.spans.at(-1 - index)
  const shown = match === undefined || span === undefined ? asked : match.text.slice(span.start, span.end)

  useEffect(() => {
    if (session === null || screen === null) return
    if (asked === '' || seq === undefined) {
      screen.search.clearDecorations()
      screen.clearSelection()
      return
    }
    const style = getComputedStyle(document.documentElement)
    const token = (name: string) => style.getPropertyValue(name).trim()
    // A slow pattern would stop the page: only the other side, which can end it, looks for patterns.
    if (isRegex) screen.search.clearDecorations()
    else {
      screen.search.findPrevious(asked, {
        decorations: {
          matchBackground: token('--amber-line'),
          matchOverviewRuler: token('--amber'),
          activeMatchColorOverviewRuler: token('--accent'),
        },
      })
    }
    void session.reveal(seq, { text: shown })
  }, [session, screen, asked, isRegex, seq, shown])

  const step = (by: 1 | -1) => {
    if (matches.length > 0) setChosen((index + by + matches.length) % matches.length)
  }
  return {
    text,
    setText: (next: string) => {
      setText(next)
      setChosen(0)
    },
    isRegex,
    toggleRegex: () => {
      setRegex(!isRegex)
      setChosen(0)
    },
    older: () => step(1),
    newer: () => step(-1),
    count: asked === '' ? null : matches.length,
    position: matches.length === 0 ? 0 : matches.length - index,
    isComplete: found.data?.isComplete ?? true,
    isSearching: found.isFetching,
    error: found.error,
  }
}
export type LogSearch = ReturnType<typeof useLogSearch>
