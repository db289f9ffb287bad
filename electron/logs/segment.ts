import { open, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { LogBatch, LogLine, NewLogLine } from '../../shared/domain/log.ts'
import { decodeBatch, encodeLine } from '../../shared/domain/log-record.ts'
import { expandBlock, readIndex } from './compressed-segment.ts'
import { isMissing } from './missing.ts'
import { withoutCommits } from './record.ts'
import { type BlockStart, scanSegment } from './scan.ts'

/**
 * One file of a log. `blocks` is the sparse index; a segment that is not written any more gets it when it is read. While it
 * is read it may become a compressed one: another file with the same blocks.
 */
export interface Segment {
  readonly firstSeq: number
  path: string
  /** Bytes on the disk. */
  size: number
  blocks: BlockStart[] | undefined
  /** It was not worth compressing, or could not be. */
  isKeptPlain?: boolean
}

/** Compressed logs take a tenth of the room, or a little more. */
const usualRatio = 8

const plainEnding = '.log'
const compressedEnding = '.log.gz'

export const toSegmentPath = (folder: string, firstSeq: number): string =>
  join(folder, `${firstSeq}${plainEnding}`)
export const toCompressedPath = (folder: string, firstSeq: number): string =>
  join(folder, `${firstSeq}${compressedEnding}`)
export const isCompressed = ({ path }: Pick<Segment, 'path'>): boolean => path.endsWith(compressedEnding)

/** The first sequence number of a segment's file, or undefined if the file is something else. */
export function toFirstSeq(fileName: string): number | undefined {
  const digits = /^(\d{1,15})\.log(?:\.gz)?$/.exec(fileName)?.[1]
  return digits === undefined ? undefined : Number(digits)
}

/** The index of the segment, made on first use. */
export async function loadBlocks(segment: Segment): Promise<readonly BlockStart[]> {
  if (segment.blocks === undefined) {
    const blocks = await whicheverForm(segment, async () =>
      isCompressed(segment)
        ? ((await readIndex(segment.path))?.blocks ?? [])
        : scanSegment(await readFile(segment.path), segment.firstSeq).blocks,
    )
    segment.blocks ??= blocks
  }
  return segment.blocks
}

/** The lines of one block. Where the disk has damaged them, one line says so. */
export async function readBlock(segment: Segment, block: number): Promise<LogLine[]> {
  return decodeBatch(await readBlocks(segment, block, 0))
}

/** The lines of a block as records, and of those that follow as long as they begin within about so many characters. */
export async function readBlocks(
  segment: Segment,
  block: number,
  characters: number,
): Promise<LogBatch & { next: number }> {
  const blocks = segment.blocks ?? []
  const first = blocks[block]?.seq
  if (first === undefined) return { first: 1, last: 0, records: '', next: block + 1 }
  const { text, next } = await whicheverForm(segment, () => readText(segment, block, characters))
  if (text === undefined && next > block + 1) return readBlocks(segment, block, 0)
  const records = text === undefined ? encodeLine(damaged) : withoutCommits(text)
  return { first, last: first + countLines(records) - 1, records, next }
}

/** Reads again when the file became a compressed one before it was opened. */
async function whicheverForm<T>(segment: Segment, read: () => Promise<T>): Promise<T> {
  for (;;) {
    const { path } = segment
    try {
      return await read()
    } catch (error) {
      if (!isMissing(error) || segment.path === path) throw error
    }
  }
}

/** All that tells the two forms apart is taken before the first wait. */
async function readText(
  segment: Segment,
  block: number,
  characters: number,
): Promise<{ text: string | undefined; next: number }> {
  const { path, size, blocks = [] } = segment
  const offsetOf = (index: number) => blocks[index]?.offset ?? size
  const start = offsetOf(block)
  const isExpanded = !isCompressed(segment)
  const most = isExpanded ? characters : characters / usualRatio
  let next = block + 1
  while (next < blocks.length && offsetOf(next) - start < most) next++
  const bytes = await readBytes(path, start, offsetOf(next))
  return { text: isExpanded ? bytes.toString('utf8') : await expandBlock(bytes), next }
}

function countLines(records: string): number {
  let count = 0
  for (let at = records.indexOf('\n'); at !== -1; at = records.indexOf('\n', at + 1)) count++
  return count
}

const damaged = {
  at: 0,
  stream: 'platform',
  text: 'The lines here cannot be read: the disk has damaged them',
  isPartial: false,
} as const satisfies NewLogLine

async function readBytes(path: string, start: number, end: number): Promise<Buffer> {
  const file = await open(path, 'r')
  try {
    const bytes = Buffer.allocUnsafe(end - start)
    let filled = 0
    while (filled < bytes.length) {
      const { bytesRead } = await file.read(bytes, filled, bytes.length - filled, start + filled)
      if (bytesRead === 0) break
      filled += bytesRead
    }
    return bytes.subarray(0, filled)
  } finally {
    await file.close()
  }
}
