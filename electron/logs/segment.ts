import { open, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { LogLine } from '../../shared/domain/log.ts'
import { expandBlock, readIndex } from './compressed-segment.ts'
import { isMissing } from './missing.ts'
import { closeSign, commitSign, decodeLine } from './record.ts'
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
  const seq = segment.blocks?.[block]?.seq
  if (seq === undefined) return []
  const text = await whicheverForm(segment, () => readText(segment, block))
  return text === undefined ? [damaged(seq)] : toLines(text, seq)
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
async function readText(segment: Segment, block: number): Promise<string | undefined> {
  const start = segment.blocks?.[block]?.offset ?? 0
  const end = segment.blocks?.[block + 1]?.offset ?? segment.size
  const isExpanded = !isCompressed(segment)
  const bytes = await readBytes(segment.path, start, end)
  return isExpanded ? bytes.toString('utf8') : await expandBlock(bytes)
}

function toLines(text: string, firstSeq: number): LogLine[] {
  const lines: LogLine[] = []
  let seq = firstSeq
  for (let from = 0; ; ) {
    const to = text.indexOf('\n', from)
    if (to === -1) return lines
    const sign = text.charCodeAt(from)
    if (sign !== commitSign && sign !== closeSign) lines.push(decodeLine(seq++, text.slice(from, to)))
    from = to + 1
  }
}

const damaged = (seq: number): LogLine => ({
  seq,
  at: 0,
  stream: 'platform',
  text: 'The lines here cannot be read: the disk has damaged them',
  isPartial: false,
})

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
