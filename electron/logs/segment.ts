import { open, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { LogLine } from '../../shared/domain/log.ts'
import type { LogMark } from './log-store.ts'
import { closeSign, commitSign, decodeCommit, decodeLine, lineFeed } from './record.ts'

/** The first record of a block, and the number of the first line in it. */
export interface BlockStart {
  readonly offset: number
  readonly seq: number
}

/** One file of a log. `blocks` is the sparse index; a segment that is not written any more gets it when it is read. */
export interface Segment {
  readonly path: string
  readonly firstSeq: number
  size: number
  blocks: BlockStart[] | undefined
}

/** Reading happens in blocks of about this size. */
const blockBytes = 64 * 1024

export const toSegmentPath = (folder: string, firstSeq: number): string => join(folder, `${firstSeq}.log`)

/** The first sequence number of a segment's file, or undefined if the file is something else. */
export function toFirstSeq(fileName: string): number | undefined {
  const digits = /^(\d{1,15})\.log$/.exec(fileName)?.[1]
  return digits === undefined ? undefined : Number(digits)
}

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

/** The index of the segment, made on first use. */
export async function loadBlocks(segment: Segment): Promise<readonly BlockStart[]> {
  if (segment.blocks === undefined) {
    segment.blocks = scanSegment(await readFile(segment.path), segment.firstSeq).blocks
  }
  return segment.blocks
}

/** The lines of one block. */
export async function readBlock(segment: Segment, block: number): Promise<LogLine[]> {
  const start = segment.blocks?.[block]
  if (start === undefined) return []
  const end = segment.blocks?.[block + 1]?.offset ?? segment.size
  const text = await readText(segment.path, start.offset, end)
  const lines: LogLine[] = []
  let seq = start.seq
  for (let from = 0; ; ) {
    const to = text.indexOf('\n', from)
    if (to === -1) return lines
    const sign = text.charCodeAt(from)
    if (sign !== commitSign && sign !== closeSign) lines.push(decodeLine(seq++, text.slice(from, to)))
    from = to + 1
  }
}

async function readText(path: string, start: number, end: number): Promise<string> {
  const file = await open(path, 'r')
  try {
    const bytes = Buffer.allocUnsafe(end - start)
    let filled = 0
    while (filled < bytes.length) {
      const { bytesRead } = await file.read(bytes, filled, bytes.length - filled, start + filled)
      if (bytesRead === 0) break
      filled += bytesRead
    }
    return bytes.toString('utf8', 0, filled)
  } finally {
    await file.close()
  }
}
