import { open, readFile, utimes } from 'node:fs/promises'
import { promisify } from 'node:util'
import { gunzip, gzip, gzipSync } from 'node:zlib'
import type { LogMark } from './log-store.ts'
import { type BlockStart, scanSegment } from './scan.ts'

/*
 * A segment that is not written any more, as a gzip file (`zcat` shows it): one member for each block, so that a block
 * is read alone, and an empty last member whose extra field holds the index:
 *
 *     "SL" | length (2) | index as JSON | length of the member (4) |  then the empty stream (2), its CRC and size (8)
 *
 * gzip, since every runtime that Slipway runs on has it.
 */
const compress = promisify(gzip)
const decompress = promisify(gunzip)

/** What is known of a segment without reading its lines. */
export interface SegmentIndex {
  readonly blocks: BlockStart[]
  readonly lineCount: number
  readonly marks: readonly LogMark[]
  readonly isClosed: boolean
}

/** A smaller file takes up one block of the disk either way. */
export const leastCompressedBytes = 4096
/** The field's length has 16 bits. */
const mostIndexBytes = 2 ** 16 - 64

const headBytes = 16
const tailBytes = 14
const extraFlag = 4

/**
 * Writes the plain segment at `from` to `to`, which is complete and on the disk when this resolves. `blocks`: where readers
 * believe that its blocks begin. Undefined when it is not worth it or the signal aborted.
 */
export async function compressSegment({
  from,
  to,
  firstSeq,
  blocks: known,
  changedAt,
  signal,
}: {
  from: string
  to: string
  firstSeq: number
  blocks: readonly BlockStart[] | undefined
  changedAt: Date
  signal: AbortSignal
}): Promise<{ size: number; plainSize: number; blocks: BlockStart[] } | undefined> {
  const bytes = await readFile(from)
  const scan = scanSegment(bytes, firstSeq)
  if (scan.lineCount === 0) return undefined
  const starts = known ?? scan.blocks
  const parts: Buffer[] = []
  const blocks: BlockStart[] = []
  let size = 0
  for (const [index, { seq, offset }] of starts.entries()) {
    if (signal.aborted) return undefined
    const end = starts[index + 1]?.offset ?? scan.size
    const part = await compress(bytes.subarray(index === 0 ? 0 : offset, end))
    blocks.push({ offset: size, seq })
    parts.push(part)
    size += part.length
  }
  const { lineCount, marks, isClosed } = scan
  const index = encodeIndex({ blocks, lineCount, marks, isClosed })
  if (index === undefined) return undefined
  const file = await open(to, 'w')
  try {
    await file.writev([...parts, index])
    await file.sync()
  } finally {
    await file.close()
  }
  await utimes(to, changedAt, changedAt)
  return { size: size + index.length, plainSize: scan.size, blocks }
}

function encodeIndex(index: SegmentIndex): Buffer | undefined {
  const json = Buffer.from(JSON.stringify(index))
  if (json.length > mostIndexBytes) return undefined
  const empty = gzipSync('')
  const head = Buffer.alloc(headBytes)
  empty.copy(head, 0, 0, 10)
  head.writeUInt8(extraFlag, 3)
  head.writeUInt16LE(4 + json.length + 4, 10)
  head.write('SL', 12, 'latin1')
  head.writeUInt16LE(json.length + 4, 14)
  const length = Buffer.alloc(4)
  length.writeUInt32LE(headBytes + json.length + tailBytes)
  return Buffer.concat([head, json, length, empty.subarray(10)])
}

/** The index of a compressed segment; undefined when the disk has damaged it. */
export async function readIndex(path: string): Promise<SegmentIndex | undefined> {
  const file = await open(path, 'r')
  try {
    const { size } = await file.stat()
    const tail = Buffer.alloc(tailBytes)
    await file.read(tail, 0, tailBytes, Math.max(0, size - tailBytes))
    const length = tail.readUInt32LE(0)
    if (length > size || length < headBytes + tailBytes) return undefined
    const member = Buffer.alloc(length)
    await file.read(member, 0, length, size - length)
    return JSON.parse(member.toString('utf8', headBytes, length - tailBytes)) as SegmentIndex
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  } finally {
    await file.close()
  }
}

/** The text of a block, or of several; undefined when the disk has damaged them. */
export async function expandBlock(bytes: Buffer): Promise<string | undefined> {
  return decompress(bytes).then(
    text => text.toString('utf8'),
    () => undefined,
  )
}
