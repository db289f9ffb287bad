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
export function indexRecord(blocks: BlockStart[], start: BlockStart): void {
  const newest = blocks.at(-1)
  if (newest === undefined || start.offset - newest.offset >= blockBytes) blocks.push(start)
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
    indexRecord(blocks, { offset: start, seq: firstSeq + lineCount })
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
