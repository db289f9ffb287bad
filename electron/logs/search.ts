import type { LogLine } from '../../shared/domain/log.ts'
import { isErrorLine } from '../../shared/domain/log-level.ts'
import type { LineMatcher, Span } from './line-matcher.ts'
import { isMissing } from './missing.ts'
import { blocksBackward, blocksForward, type LogView } from './page.ts'

export interface FoundLine {
  readonly line: LogLine
  readonly span: Span
  readonly before: readonly LogLine[]
  readonly after: readonly LogLine[]
}

/** One log to look through. `newestAt`: no line of it is younger. */
export interface SearchedLog<T> {
  readonly id: T
  readonly newestAt: number
  readonly view: () => Promise<LogView>
}

export interface SearchOptions {
  readonly matcher: LineMatcher
  readonly since?: number | undefined
  readonly until?: number | undefined
  /** Lines before and after each found one. */
  readonly context: number
  readonly signal?: AbortSignal | undefined
}

export interface SearchProgress<T> {
  /** Newest first, also among those of other steps. */
  readonly found: readonly (FoundLine & { readonly id: T })[]
  /** How many logs have been looked through. */
  readonly searched: number
}

/**
 * Looks through many logs at once, from the newest line of all to the oldest: always the log whose next block may hold the
 * newest. One block of each log is in memory, and every block is a pause for others.
 */
export async function* searchLogs<T>(
  logs: readonly SearchedLog<T>[],
  options: SearchOptions,
): AsyncGenerator<SearchProgress<T>, void, void> {
  const { since = 0 } = options
  const open = logs
    .filter(log => log.newestAt >= since)
    .map(log => ({ id: log.id, bound: log.newestAt, blocks: searchLog(log, options) }))
  let waiting: (FoundLine & { id: T })[] = []
  let searched = logs.length - open.length
  while (open.length > 0 && options.signal?.aborted !== true) {
    const next = open.reduce((newest, one) => (one.bound > newest.bound ? one : newest))
    const step = await next.blocks.next()
    const isThrough = step.done === true || step.value.oldestAt < since
    if (step.done !== true) {
      next.bound = Math.min(next.bound, step.value.oldestAt)
      waiting.push(...step.value.found.map(one => ({ ...one, id: next.id })))
      // Stable: lines of one time and log stay in their order.
      waiting.sort((a, b) => b.line.at - a.line.at)
    }
    if (isThrough) {
      open.splice(open.indexOf(next), 1)
      await next.blocks.return()
      searched++
    }
    const bound = Math.max(-1, ...open.map(one => one.bound))
    const ready = waiting.filter(one => one.line.at >= bound)
    waiting = waiting.filter(one => one.line.at < bound)
    yield { found: ready, searched }
  }
}

interface SearchedBlock {
  readonly found: readonly FoundLine[]
  readonly oldestAt: number
}

/** The matches of each block, newest block and newest line first. */
async function* searchLog(
  { view }: Pick<SearchedLog<unknown>, 'view'>,
  options: SearchOptions,
): AsyncGenerator<SearchedBlock, void, void> {
  let later: readonly LogLine[] = []
  let block: readonly LogLine[] | undefined
  const { last, ...rest } = await view()
  for await (const earlier of untilDropped(blocksBackward({ last, ...rest }, last))) {
    const lines = earlier.filter(line => line.seq <= last)
    if (block !== undefined) {
      yield await searchBlock({ earlier: lines, block, later }, options)
      later = block
    }
    block = lines
  }
  if (block !== undefined) yield await searchBlock({ earlier: [], block, later }, options)
}

/** What is dropped meanwhile is the oldest. */
async function* untilDropped<T>(blocks: AsyncGenerator<T>): AsyncGenerator<T, void, void> {
  try {
    yield* blocks
  } catch (error) {
    if (!isMissing(error)) throw error
  }
}

async function searchBlock(
  lines: { earlier: readonly LogLine[]; block: readonly LogLine[]; later: readonly LogLine[] },
  { matcher, since = 0, until = Infinity, context }: SearchOptions,
): Promise<SearchedBlock> {
  const { earlier, block, later } = lines
  const all = [...earlier, ...block, ...later]
  const spans = await matcher.match(toSubjects(earlier, block, matcher.overlap))
  const found: FoundLine[] = []
  for (let index = block.length - 1; index >= 0; index--) {
    const line = block[index]
    const span = spans[index]
    if (line === undefined || span === undefined || span === null) continue
    if (line.at < since || line.at > until) continue
    const at = earlier.length + index
    found.push({
      line,
      span,
      before: all.slice(Math.max(0, at - context), at),
      after: all.slice(at + 1, at + 1 + context),
    })
  }
  return { found, oldestAt: block.find(line => line.at > 0)?.at ?? Infinity }
}

/** Each line, behind the end of the piece before it if it is the rest of a longer one. */
function toSubjects(earlier: readonly LogLine[], block: readonly LogLine[], overlap: number) {
  const ends = new Map<string, string>()
  for (const line of earlier) note(ends, line, overlap)
  return block.map(line => {
    const before = ends.get(line.stream) ?? ''
    note(ends, line, overlap)
    return { text: before + line.text, from: before.length }
  })
}

function note(ends: Map<string, string>, line: LogLine, overlap: number): void {
  if (!line.isPartial) ends.delete(line.stream)
  else if (overlap > 0) ends.set(line.stream, `${ends.get(line.stream) ?? ''}${line.text}`.slice(-overlap))
}

/** The nearest line past `from` in that direction that tells of an error. */
export async function findError(
  view: LogView,
  { from, direction }: { from: number; direction: 'earlier' | 'later' },
): Promise<number | null> {
  const isEarlier = direction === 'earlier'
  const blocks = isEarlier ? blocksBackward(view, from - 1) : blocksForward(view, from + 1)
  for await (const block of blocks) {
    const isMeant = (line: LogLine) =>
      (isEarlier ? line.seq < from : line.seq > from) && line.seq <= view.last && isErrorLine(line)
    const found = isEarlier ? block.findLast(isMeant) : block.find(isMeant)
    if (found !== undefined) return found.seq
  }
  return null
}
