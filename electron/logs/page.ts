import type { LogBatch, LogLine } from '../../shared/domain/log.ts'
import { loadBlocks, readBlock, readBlocks, type Segment } from './segment.ts'

/** What is readable at a moment: nothing that is written later changes it, except that old segments may go. */
export interface LogView {
  readonly segments: readonly Segment[]
  readonly first: number
  readonly last: number
}

export interface PageLimit {
  readonly lines: number
  /** Roughly the memory of a page, whatever the length of its lines. A page has one line at least. */
  readonly characters: number
}

/** The first lines with `after < seq < before`. */
export async function readForward(
  view: LogView,
  range: { after: number; before: number },
  limit: PageLimit,
): Promise<LogLine[]> {
  const lines: LogLine[] = []
  let characters = 0
  for await (const block of blocksForward(view, range.after + 1)) {
    for (const line of block) {
      if (line.seq <= range.after) continue
      const isFull = lines.length >= limit.lines || (characters >= limit.characters && lines.length > 0)
      if (isFull || line.seq >= range.before || line.seq > view.last) return lines
      lines.push(line)
      characters += line.text.length
    }
  }
  return lines
}

/** The last lines with `seq < before`, oldest first. */
export async function readBackward(view: LogView, before: number, limit: PageLimit): Promise<LogLine[]> {
  const newestFirst: LogLine[] = []
  let characters = 0
  for await (const block of blocksBackward(view, before - 1)) {
    for (const line of block.reverse()) {
      if (line.seq >= before || line.seq > view.last) continue
      if (newestFirst.length >= limit.lines || (characters >= limit.characters && newestFirst.length > 0)) {
        return newestFirst.reverse()
      }
      newestFirst.push(line)
      characters += line.text.length
    }
  }
  return newestFirst.reverse()
}

/** The lines after `after` as records, about `bytes` of them at most; undefined when there are none. */
export async function readBatch(view: LogView, after: number, bytes: number): Promise<LogBatch | undefined> {
  const from = firstIndex(view.segments, after + 1, segment => segment.firstSeq)
  for (const segment of view.segments.slice(from)) {
    const blocks = await loadBlocks(segment)
    // Blocks that come meanwhile are for the next time: what was the last one may have grown before them.
    const end = blocks.length
    for (let block = firstIndex(blocks, after + 1, start => start.seq); block < end; ) {
      const { next, ...batch } = await readBlocks(segment, block, bytes)
      if (batch.last > after) return withoutFirst(batch, after)
      block = next
    }
  }
  return undefined
}

function withoutFirst({ first, last, records }: LogBatch, through: number): LogBatch {
  let from = 0
  for (let seq = first; seq <= through; seq++) from = records.indexOf('\n', from) + 1
  return { first: Math.max(first, through + 1), last, records: records.slice(from) }
}

/** Blocks of lines in order, beginning with the one that holds `seq`. */
export async function* blocksForward(view: LogView, seq: number): AsyncGenerator<LogLine[]> {
  const from = firstIndex(view.segments, seq, segment => segment.firstSeq)
  for (const segment of view.segments.slice(from)) {
    const blocks = await loadBlocks(segment)
    const start = firstIndex(blocks, seq, block => block.seq)
    for (let block = start; block < blocks.length; block++) yield await readBlock(segment, block)
  }
}

/** Blocks of lines, the one that holds `seq` first and then those before it. */
export async function* blocksBackward(view: LogView, seq: number): AsyncGenerator<LogLine[]> {
  const from = lastIndexAtOrBefore(view.segments, seq, segment => segment.firstSeq)
  for (const segment of view.segments.slice(0, from + 1).reverse()) {
    const blocks = await loadBlocks(segment)
    const start = lastIndexAtOrBefore(blocks, seq, block => block.seq)
    for (let block = start; block >= 0; block--) yield await readBlock(segment, block)
  }
}

/** Where to begin to read: at the item that holds `seq`, or at the first one. */
const firstIndex = <T>(items: readonly T[], seq: number, toSeq: (item: T) => number): number =>
  Math.max(0, lastIndexAtOrBefore(items, seq, toSeq))

/** Index of the last item whose number is not past `seq`; -1 if there is none. The items are in order. */
function lastIndexAtOrBefore<T>(items: readonly T[], seq: number, toSeq: (item: T) => number): number {
  let low = 0
  let high = items.length
  while (low < high) {
    const middle = (low + high) >>> 1
    const item = items[middle]
    if (item !== undefined && toSeq(item) <= seq) low = middle + 1
    else high = middle
  }
  return low - 1
}
