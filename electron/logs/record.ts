import type { LogMark } from './log-store.ts'

/**
 * What a segment holds between the records of its lines (`shared/domain/log-record.ts`):
 *
 *     =[["app.log",4096]]      ends a batch, with the marks that belong to it (`=` alone: none)
 *     !                        ends the log, until something is appended again
 *
 * What follows the last `=` or `!` was not completely written and does not count.
 */
export const lineFeed = 0x0a
export const commitSign = '='.charCodeAt(0)
export const closeSign = '!'.charCodeAt(0)
export const closeRecord = '!\n'

export function encodeCommit(marks: readonly LogMark[]): string {
  return marks.length === 0
    ? '=\n'
    : `=${JSON.stringify(marks.map(({ source, position }) => [source, position]))}\n`
}

export function decodeCommit(record: string): LogMark[] {
  if (record.length < 2) return []
  try {
    const entries: [string, number][] = JSON.parse(record.slice(1))
    return entries.map(([source, position]) => ({ source, position }))
  } catch {
    return []
  }
}

/** At the begin of the text or after a line feed; other breaks are text. */
const commits = /(?<![^\n])[=!][^\n]*\n/g

/** The records of lines alone. */
export const withoutCommits = (text: string): string => text.replace(commits, '')
