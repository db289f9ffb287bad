import type {
  LogBatch,
  LogDisk,
  LogLine,
  LogPage,
  LogQuery,
  LogRef,
  NewLogLine,
} from '../../shared/domain/log.ts'
import type { Span } from './line-matcher.ts'
import type { SearchOptions, SearchProgress } from './search.ts'

/**
 * The central log store: segments on disk, bounded for each log and in all. One process writes. Reading never
 * holds more than a page in memory.
 */
export interface LogStore {
  /** Whether the disk has room for logs, and what was dropped for it. */
  disk(): LogDisk
  /** Drops the oldest lines of all logs, as `append` does on a full disk, for what else writes for this log. */
  makeRoom(log: LogRef): Promise<void>
  /** Calls back when `disk` changes. Returns the end of it. */
  onDisk(changed: () => void): () => void
  /**
   * Appends lines, or their records as they are; resolves when they are handed to the operating system. Opens the log if it is new.
   * `mark`: the position in the source after these lines, kept with them in one write, so that a reader of the source
   * that is killed can go on exactly there.
   */
  append(log: LogRef, lines: readonly NewLogLine[] | Buffer, mark?: LogMark): Promise<void>
  /** The last mark of a source that was appended to the log. */
  lastMark(log: LogRef, source: string): Promise<number | undefined>
  /** No line will follow: followers end. Appending again opens it again. */
  close(log: LogRef): Promise<void>
  read(log: LogRef, range: { before?: number; after?: number; limit: number }): Promise<LogPage>
  /**
   * Batches of lines after `after` until the log is closed or the signal aborts. Pulls: nothing is read ahead. Where the
   * reader is more than `newest` lines behind, those before are passed over.
   */
  follow(
    log: LogRef,
    after: number,
    signal: AbortSignal,
    newest?: number,
  ): AsyncGenerator<LogBatch, void, void>
  /** The newest lines that match, oldest first. */
  search(
    log: LogRef,
    query: LogQuery & { limit: number },
    signal?: AbortSignal,
  ): Promise<{ matches: LogLine[]; spans: Span[]; isComplete: boolean }>
  /** The nearest line past `from` in that direction that tells of an error; null when there is none. */
  findError(log: LogRef, place: { from: number; direction: 'earlier' | 'later' }): Promise<number | null>
  /** Looks through many logs, from the newest line to the oldest. A bad pattern fails at once, a slow one later. */
  searchAll(
    logs: readonly LogRef[],
    query: LogQuery & Pick<SearchOptions, 'since' | 'until' | 'context'>,
    signal: AbortSignal,
  ): AsyncGenerator<SearchProgress<LogRef>, void, void>
  /** What all logs together may take from now on; more than that is dropped at once, the oldest first. */
  keepWithin(totalBytes: number): Promise<void>
  /** Bytes on the disk, by the name of a log: its kind and id, such as `build-` and the id. */
  sizes(): Promise<ReadonlyMap<string, number>>
  /** Deletes the log; followers end. */
  remove(log: LogRef): Promise<void>
  exists(log: LogRef): Promise<boolean>
  dispose(): Promise<void>
}

/** A place in the source of a log: the name of the source and how far it was read (any growing number). */
export interface LogMark {
  readonly source: string
  readonly position: number
}
