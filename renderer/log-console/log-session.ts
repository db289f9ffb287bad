import { shallowEqual } from '@mantine/hooks'
import type { LogLine, LogRef } from '../../shared/domain/log.ts'
import { decodeBatch } from '../../shared/domain/log-record.ts'
import type { client as Client } from '../connection/api.ts'
import { toShownFailure } from '../connection/failures.ts'
import {
  emptyWindow,
  hasGapBefore,
  hasOlder,
  heldLines,
  isAtTail,
  type LogWindow,
  lastOf,
  linesAfter,
  withNewer,
  withOlder,
} from './log-window.ts'
import type { TerminalScreen } from './terminal-screen.ts'

const pageLines = 1_000
/** With a filter, older lines are asked for until so many can be seen, or as many are held as may be. */
const enoughShown = 200

export interface LogState {
  readonly phase: 'loading' | 'ready' | 'failed'
  readonly error: unknown
  readonly isEmpty: boolean
  /** There are lines, but the filter hides all that are held. */
  readonly hidesAll: boolean
  /** That printed what is held, in the order in which they came. */
  readonly instances: readonly string[]
  /** Lines that came while something else was being looked at. */
  readonly newLines: number
  readonly isFollowing: boolean
}

export type LineFilter = (line: LogLine) => boolean

export const atFirst: LogState = {
  ...{ phase: 'loading', error: null, isEmpty: false, hidesAll: false, instances: [] },
  ...{ newLines: 0, isFollowing: true },
}

/**
 * One log on one screen: a stretch of lines that grows at the end while it is followed and is refilled at either end
 * when it is scrolled there. All writing to the screen goes through one chain, in order.
 */
export function createLogSession(deps: {
  client: Pick<typeof Client, 'logs'>
  log: LogRef
  screen: TerminalScreen
  untilConnected: (signal: AbortSignal) => Promise<void>
  changed: (state: LogState) => void
}) {
  const { client, log, screen } = deps
  let window: LogWindow = emptyWindow
  let state: LogState = atFirst
  let isShown: LineFilter = () => true
  let chain: Promise<void> = Promise.resolve()
  /** The newest write, which the screen does after all that it was given before. */
  let written: Promise<void> = Promise.resolve()
  let following: AbortController | null = null
  let filling: Promise<void> | null = null
  let isDisposed = false
  let errorSeq: number | undefined

  const set = (next: Partial<LogState>) => {
    const changed = { ...state, ...next }
    if (isDisposed || shallowEqual(state, changed)) return
    state = changed
    deps.changed(state)
  }
  /** What changes more than the end of the screen waits until all before it is written. */
  const inOrder = (task: () => Promise<void>) => {
    chain = chain.then(() => written).then(() => (isDisposed ? undefined : task()))
    return chain
  }

  /** Begins before the write before it is done, so that the screen never waits for more. */
  const append = (batch: readonly LogLine[], areNews: boolean): Promise<void> => {
    chain = chain.then(() => {
      if (isDisposed) return
      // Another stretch is on the screen, or what came before these was passed over.
      if (areNews && !isAtTail(window)) return setAside(batch)
      const wasAtBottom = screen.isAtBottom()
      const fresh = batch.filter(line => line.seq > lastOf(window))
      const isAfterGap = areNews && hasGapBefore(window, fresh)
      if (isAfterGap && !wasAtBottom) return setAside(fresh)
      window = withNewer(isAfterGap ? { ...window, lines: [] } : window, fresh)
      const isOther = noteInstances(fresh)
      const shown = fresh.filter(isShown)
      const writing = isOther ? screen.rewrite(shownLines()) : screen.write(shown, { isAnew: isAfterGap })
      written = writing.then(() => {
        const unseen = areNews ? state.newLines + shown.length : state.newLines
        set({ ...toEmptiness(), newLines: wasAtBottom ? 0 : unseen })
      })
    })
    return chain.then(() => written)
  }

  const shownLines = () => window.lines.filter(isShown)
  const toEmptiness = () => ({
    isEmpty: window.lines.length === 0,
    hidesAll: window.lines.length > 0 && !window.lines.some(isShown),
  })

  /** Whether names have to be drawn now that were not before. */
  const noteInstances = (lines: readonly LogLine[]): boolean => {
    const known = state.instances
    const news = new Set(
      lines.flatMap(({ instance }) => instance ?? []).filter(name => !known.includes(name)),
    )
    if (news.size === 0) return false
    const instances = [...known, ...news]
    set({ instances })
    if (instances.length < 2) return false
    screen.setLook({ instances })
    return known.length > 0
  }

  /** Who reads something further up goes on reading it, and sees how much came: it is fetched when asked for. */
  const setAside = (news: readonly LogLine[]) => {
    const last = news.at(-1)?.seq ?? window.last
    set({ newLines: state.newLines + Math.max(last - window.last, 0) })
    window = { ...window, last: Math.max(window.last, last) }
  }

  const stopFollowing = () => {
    following?.abort()
    following = null
  }

  const follow = async () => {
    if (following !== null || isDisposed) return
    const own = new AbortController()
    following = own
    while (!own.signal.aborted) {
      try {
        const stream = crypto.randomUUID()
        const batches = await client.logs.follow(
          { log, after: lastOf(window), stream, newest: heldLines },
          { signal: own.signal },
        )
        for await (const batch of batches) {
          if (own.signal.aborted) return
          // The next batch is on its way while this one is drawn; how many may be is up to the other side.
          void append(decodeBatch(batch), true).then(() => acknowledge(stream, batch.last))
        }
        break
      } catch (error) {
        if (own.signal.aborted) return
        if (toShownFailure(error).code !== 'unavailable') break
        await deps.untilConnected(own.signal)
      }
    }
    if (following === own) following = null
  }

  /** One that is lost with the connection is not missed: so is its stream. */
  const acknowledge = (stream: string, seq: number) => {
    client.logs.acknowledge({ stream, seq }).catch(() => {})
  }

  const show = (next: LogWindow, after: () => void) =>
    inOrder(async () => {
      window = next
      noteInstances(window.lines)
      await screen.rewrite(shownLines())
      after()
      if (!isAtTail(window)) stopFollowing()
      set({ phase: 'ready', error: null, ...toEmptiness() })
    })

  const loadNewest = async () => {
    stopFollowing()
    try {
      const page = await client.logs.read({ log, limit: pageLines })
      await show(page, () => screen.scrollToBottom())
      set({ newLines: 0, isFollowing: true })
      void follow()
    } catch (error) {
      set({ phase: 'failed', error })
    }
  }

  /** One at a time. What fails leaves the lines that are there; scrolling again asks again. */
  const fill = (task: () => Promise<void>): Promise<void> => {
    filling ??= task()
      .catch(() => {})
      .finally(() => {
        filling = null
      })
    return filling
  }

  const loadOlder = () =>
    fill(async () => {
      const top = window.lines[0]
      if (top === undefined || !hasOlder(window)) return
      const firstShown = window.lines.find(isShown)
      const page = await client.logs.read({ log, before: top.seq, limit: pageLines })
      const next = withOlder({ ...window, first: page.first }, page.lines)
      await show(next, () =>
        screen.scrollTo(linesAfter(shownLines(), firstShown?.seq ?? top.seq) ?? 0, 'top'),
      )
    })

  const loadNewer = () =>
    fill(async () => {
      if (isAtTail(window)) return
      const page = await client.logs.read({ log, after: lastOf(window), limit: pageLines })
      window = { ...window, last: page.last }
      await append(page.lines, false)
      if (isAtTail(window)) void follow()
    })

  return {
    start: loadNewest,
    newest: () => (isAtTail(window) ? screen.scrollToBottom() : void loadNewest()),
    /** The view moved: by the person, or because lines came. */
    moved() {
      const isAtBottom = screen.isAtBottom()
      const isFollowing = isAtBottom && isAtTail(window)
      if (isFollowing !== state.isFollowing || (isFollowing && state.newLines > 0)) {
        set({ isFollowing, newLines: isFollowing ? 0 : state.newLines })
      }
      if (state.phase !== 'ready') return
      if (screen.isAtTop() && hasOlder(window)) void loadOlder()
      if (isAtBottom && !isAtTail(window)) void loadNewer()
    },
    /** The app may write again after its log was closed. */
    wake() {
      if (state.phase === 'ready' && isAtTail(window)) void follow()
    },
    /** While another stretch is drawn the view passes its ends, which is no reason to fill them. */
    async reveal(seq: number, mark?: { text: string } | 'line') {
      await filling
      await fill(async () => {
        if (linesAfter(window.lines, seq) === undefined) {
          await show(await client.logs.read({ log, before: seq + pageLines / 2, limit: pageLines }), () => {})
        }
        await inOrder(async () => {
          const shown = shownLines()
          // One that the filter hides is where the line before it is.
          const near = shown.findLast(line => line.seq <= seq)
          const behind = near && linesAfter(shown, near.seq)
          if (behind === undefined) return
          screen.scrollTo(behind, mark === undefined ? 'top' : 'middle')
          if (mark === 'line') screen.selectLine(behind)
          else if (mark !== undefined) screen.select(behind, mark.text)
        })
      })
    },
    /**
     * Shows the nearest error in that direction, from the one shown last or else from the end. False when there is none.
     */
    async showError(direction: 'earlier' | 'later', from?: number): Promise<boolean> {
      const start = from ?? errorSeq ?? (direction === 'earlier' ? Number.MAX_SAFE_INTEGER : 0)
      const { seq } = await client.logs.findError({ log, from: start, direction })
      if (seq === null) return false
      errorSeq = seq
      await this.reveal(seq, 'line')
      return true
    },
    /** Draws the held lines again, after something about how lines look has changed. */
    redraw: () =>
      inOrder(async () => {
        const wasAtBottom = screen.isAtBottom()
        await screen.rewrite(shownLines())
        if (wasAtBottom) screen.scrollToBottom()
      }),
    /** Draws only such lines from now on, and looks for older ones until there is something to see. */
    async filter(next: LineFilter) {
      isShown = next
      await this.redraw()
      set(toEmptiness())
      while (
        isShown === next &&
        shownLines().length < enoughShown &&
        window.lines.length < heldLines &&
        hasOlder(window)
      ) {
        const { length } = window.lines
        await loadOlder()
        screen.scrollToBottom()
        if (window.lines.length === length) return
      }
    },
    heldText: shownLines,
    dispose() {
      isDisposed = true
      stopFollowing()
    },
  }
}
export type LogSession = ReturnType<typeof createLogSession>
