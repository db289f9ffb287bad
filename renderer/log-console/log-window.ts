import type { LogLine } from '../../shared/domain/log.ts'

/** The lines that are held, a stretch of a longer log. `first` and `last` are the ends of the log as last heard. */
export interface LogWindow {
  readonly lines: readonly LogLine[]
  readonly first: number
  readonly last: number
}

/** As many lines as the terminal keeps; older ones are asked for again when they are scrolled to. */
export const heldLines = 10_000

export const emptyWindow: LogWindow = { lines: [], first: 1, last: 0 }

export function withNewer(window: LogWindow, newer: readonly LogLine[], limit = heldLines): LogWindow {
  const lastSeq = lastOf(window)
  const fresh = newer.filter(line => line.seq > lastSeq).slice(-limit)
  const lines = window.lines.slice(Math.max(0, window.lines.length + fresh.length - limit)).concat(fresh)
  return { ...window, lines, last: Math.max(window.last, lines.at(-1)?.seq ?? 0) }
}

export function withOlder(window: LogWindow, older: readonly LogLine[], limit = heldLines): LogWindow {
  const firstSeq = window.lines[0]?.seq ?? Number.POSITIVE_INFINITY
  const lines = [...older.filter(line => line.seq < firstSeq), ...window.lines].slice(0, limit)
  return { ...window, lines }
}

/** Sequence number of the last held line; 0 without lines. */
export const lastOf = (window: LogWindow): number => window.lines.at(-1)?.seq ?? 0

export const hasOlder = (window: LogWindow): boolean => {
  const firstSeq = window.lines[0]?.seq
  return firstSeq !== undefined && firstSeq > window.first
}

export const isAtTail = (window: LogWindow): boolean =>
  window.lines.length === 0 || lastOf(window) >= window.last

/** More came while the screen was busy than it would have kept: there are older lines, but not these. */
export const hasGapBefore = (window: LogWindow, newer: readonly LogLine[]): boolean => {
  const first = newer[0]?.seq
  return first !== undefined && window.lines.length > 0 && first > lastOf(window) + 1
}

/** How many of these lines follow the one with this number, or undefined when it is not among them. */
export function linesAfter(lines: readonly LogLine[], seq: number): number | undefined {
  const index = lines.findLastIndex(line => line.seq === seq)
  return index === -1 ? undefined : lines.length - 1 - index
}
