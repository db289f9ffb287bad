import type { LogMark } from './log-store.ts'
import { closeSign, commitSign, decodeCommit, lineFeed } from './record.ts'

/** The first record of a block, and the number of the first line in it. */
export interface BlockStart {
  readonly offset: number
  readonly seq: number
}

/** Reading happens in blocks of about this size. */
const blockBytes = 64 * 1024

/** Adds to the index what a record at `offset` means for it. */
function indexRecord(blocks: BlockStart[], offset: number, seq: number): void {
  const newest = blocks.at(-1)
  if (newest === undefined || offset - newest.offset >= blockBytes) blocks.push({ offset, seq })
}

/** Adds the records of lines, the first of which is at `start`, to the index; how many they are. */
export function indexLines(blocks: BlockStart[], records: Buffer, start: BlockStart): number {
  let count = 0
  for (let at = 0; at < records.length; at = records.indexOf(lineFeed, at) + 1) {
    indexRecord(blocks, start.offset + at, start.seq + count)
    count++
  }
  return count
}

export interface Scan {
  readonly blocks: BlockStart[]
  /** Bytes up to the end of the last complete batch. */
  readonly size: number
  readonly lineCount: number
  readonly marks: readonly LogMark[]
  readonly isClosed: boolean
}

/** Reads a segment once from its first byte; what was not completely written is left out. */
export function scanSegment(bytes: Buffer, firstSeq: number): Scan {
  const blocks: BlockStart[] = []
  const marks: LogMark[] = []
  let committed = { size: 0, lineCount: 0, isClosed: false }
  let lineCount = 0
  for (let start = 0; ; ) {
    const end = bytes.indexOf(lineFeed, start)
    if (end === -1) break
    indexRecord(blocks, start, firstSeq + lineCount)
    const sign = bytes[start]
    if (sign === commitSign) marks.push(...decodeCommit(bytes.toString('utf8', start, end)))
    if (sign === commitSign || sign === closeSign) {
      committed = { size: end + 1, lineCount, isClosed: sign === closeSign }
    } else {
      lineCount++
    }
    start = end + 1
  }
  return { ...committed, marks, blocks: blocks.filter(block => block.offset < committed.size) }
}
