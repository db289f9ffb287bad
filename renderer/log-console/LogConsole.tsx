import { Button, Skeleton, useComputedColorScheme } from '@mantine/core'
import { useLocalStorage } from '@mantine/hooks'
import { type ReactNode, useEffect, useRef, useState } from 'react'
import type { LogRef } from '../../shared/domain/log.ts'
import { toPlainText } from '../../shared/domain/log-text.ts'
import { openInBrowser } from '../actions/deployment-actions.ts'
import { toast, toastFailure } from '../actions/toasts.tsx'
import { client, connection } from '../connection/api.ts'
import { toShownFailure } from '../connection/failures.ts'
import { useShortcuts } from '../keyboard/shortcuts.ts'
import { EmptyNote } from '../ui/EmptyNote.tsx'
import { FailurePanel } from '../ui/FailurePanel.tsx'
import classes from './LogConsole.module.css'
import { type FilterWish, noFilter, toFilter, toText } from './LogFilter.tsx'
import { LogToolbar } from './LogToolbar.tsx'
import { atFirst, createLogSession, type LogSession, type LogState } from './log-session.ts'
import { NewLinesPill } from './NewLinesPill.tsx'
import { createTerminalScreen, type TerminalScreen } from './terminal-screen.ts'
import { useDownload } from './use-download.ts'
import { useLogSearch } from './use-log-search.ts'

interface LogConsoleProps {
  readonly log: LogRef
  readonly title: string
  /** Changes when the record does: a closed log may be written to again. */
  readonly revision: number
  /** A line to start at; without one, the newest. */
  readonly seq?: number | undefined
  /** Without `seq`, the error to start at: the first after that line, or the last of all. */
  readonly opensAtError?: { readonly after: number } | 'last' | undefined
  readonly whenEmpty: ReactNode
  readonly tools?: ReactNode
}

/** One log, live. Remount it (by `key`) for another log. */
export function LogConsole({ log, title, revision, seq, opensAtError, whenEmpty, tools }: LogConsoleProps) {
  const parent = useRef<HTMLDivElement>(null)
  const searchInput = useRef<HTMLInputElement>(null)
  const [opened, setOpened] = useState<{ session: LogSession; screen: TerminalScreen } | null>(null)
  const [state, setState] = useState<LogState>(atFirst)
  const [hasTime, setTime] = useLocalStorage({
    key: 'slipway.log-time',
    defaultValue: true,
    getInitialValueInEffect: false,
  })
  const [wraps, setWraps] = useLocalStorage({
    key: 'slipway.log-wrap',
    defaultValue: true,
    getInitialValueInEffect: false,
  })
  const [filter, setFilter] = useState(noFilter)
  const showOnly = (wish: FilterWish) => {
    setFilter(wish)
    void opened?.session.filter(toFilter(wish)).catch(toastFailure)
  }
  const scheme = useComputedColorScheme()
  const { kind, id } = log

  useEffect(() => {
    if (parent.current === null) return
    const screen = createTerminalScreen(parent.current, { openLink: openInBrowser })
    const session = createLogSession({ client, log: { kind, id }, screen, untilConnected, changed: setState })
    const moved = screen.onMoved(session.moved)
    setOpened({ session, screen })
    return () => {
      moved.dispose()
      session.dispose()
      screen.dispose()
      setOpened(null)
    }
  }, [kind, id])

  // biome-ignore lint/correctness/useExhaustiveDependencies: the first line to show is asked for once
  useEffect(() => {
    if (opened === null) return
    opened.screen.setLook({ hasTime })
    opened.screen.setWrap(wraps)
    void opened.session.start().then(async () => {
      if (seq !== undefined) await opened.session.reveal(seq, 'line')
      else if (opensAtError === 'last') await opened.session.showError('earlier')
      else if (opensAtError !== undefined) await opened.session.showError('later', opensAtError.after)
    })
  }, [opened])

  useEffect(() => {
    if (opened !== null && seq !== undefined) void opened.session.reveal(seq, 'line')
  }, [opened, seq])

  // biome-ignore lint/correctness/useExhaustiveDependencies: a new revision is the reason to look again
  useEffect(() => opened?.session.wake(), [opened, revision])

  // biome-ignore lint/correctness/useExhaustiveDependencies: the scheme decides what the tokens hold
  useEffect(() => opened?.screen.applyTheme(), [opened, scheme])

  const download = useDownload({ kind, id }, `${title}.log`.replaceAll(/[^\w.-]+/g, '-'))
  const search = useLogSearch(log, opened?.session ?? null, opened?.screen ?? null)
  const showError = async (direction: 'earlier' | 'later') => {
    if (opened === null || (await opened.session.showError(direction))) return
    toast(direction === 'earlier' ? 'No error before this.' : 'No error after this.')
  }
  const earlierError = () => void showError('earlier').catch(toastFailure)
  const laterError = () => void showError('later').catch(toastFailure)
  useShortcuts({ '/': () => searchInput.current?.focus(), e: laterError, E: earlierError })

  const copy = async () => {
    const selection = opened?.screen.selection() ?? ''
    const held = opened?.session.heldText() ?? []
    const text = selection === '' ? held.map(line => toPlainText(line.text)).join('\n') : selection
    await navigator.clipboard.writeText(text)
    toast(selection === '' ? `Copied ${held.length} lines.` : 'Copied the selection.')
  }

  return (
    <section className={classes.console} aria-label={title}>
      <LogToolbar
        search={search}
        searchRef={searchInput}
        isFollowing={state.isFollowing}
        follow={() => opened?.session.newest()}
        hasTime={hasTime}
        toggleTime={() => {
          setTime(!hasTime)
          opened?.screen.setLook({ hasTime: !hasTime })
          void opened?.session.redraw()
        }}
        wraps={wraps}
        toggleWrap={() => {
          setWraps(!wraps)
          opened?.screen.setWrap(!wraps)
          void opened?.session.redraw()
        }}
        filter={filter}
        showOnly={showOnly}
        instances={state.instances}
        earlierError={earlierError}
        laterError={laterError}
        copy={() => void copy().catch(toastFailure)}
        download={download}
        tools={tools}
      />
      <div className={classes.view}>
        <div
          ref={parent}
          className={classes.terminal}
          data-hidden={state.phase !== 'ready' || state.isEmpty || state.hidesAll}
        />
        {state.phase === 'loading' && <LoadingLines />}
        {state.phase === 'failed' && (
          <div className={classes.over}>
            <FailurePanel
              failure={toShownFailure(state.error)}
              actions={
                <Button variant="default" onClick={() => void opened?.session.start()}>
                  Try again
                </Button>
              }
            />
          </div>
        )}
        {state.phase === 'ready' && state.isEmpty && <div className={classes.over}>{whenEmpty}</div>}
        {state.phase === 'ready' && state.hidesAll && (
          <div className={classes.over}>
            <EmptyNote
              title={`No ${toText(filter)} here`}
              actions={
                <Button variant="default" onClick={() => showOnly(noFilter)}>
                  Show all lines
                </Button>
              }
            >
              The newest lines have none. What was printed longer ago may: scroll up in all lines.
            </EmptyNote>
          </div>
        )}
        {state.newLines > 0 && !state.isFollowing && (
          <NewLinesPill count={state.newLines} show={() => opened?.session.newest()} />
        )}
      </div>
    </section>
  )
}

const lineWidths = [38, 52, 44, 61, 30, 48, 57, 35]

function LoadingLines() {
  return (
    <div className={classes.over} aria-busy="true">
      {lineWidths.map(width => (
        <Skeleton key={width} height={8} width={`${width}%`} mb={10} animate={false} />
      ))}
    </div>
  )
}

const pauseMs = 500

/** Until the connection stands again, and never at once: a stream that keeps failing is not a reason to spin. */
async function untilConnected(signal: AbortSignal): Promise<void> {
  await new Promise(resolve => setTimeout(resolve, pauseMs))
  if (connection.state().phase === 'open' || signal.aborted) return
  await new Promise<void>(resolve => {
    const stop = connection.subscribe(() => {
      if (connection.state().phase !== 'open') return
      stop()
      resolve()
    })
    signal.addEventListener('abort', () => {
      stop()
      resolve()
    })
  })
}
