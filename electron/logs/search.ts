import type { LogLine } from '../../shared/domain/log.ts'
import { blocksForward, type LogView } from './page.ts'

/**
 * Lines that contain the text, oldest first; case does not matter. One block is in memory at a time, and every block
 * is a pause for others. Text that spans the pieces of a long line is found in the piece where it ends.
 */
export async function findText(
  view: LogView,
  { text, limit }: { text: string; limit: number },
  signal?: AbortSignal,
): Promise<{ matches: LogLine[]; isComplete: boolean }> {
  const wanted = text.toLowerCase()
  const endsOfPieces = new Map<string, string>()
  const matches: LogLine[] = []
  for await (const block of blocksForward(view, view.first)) {
    if (signal?.aborted) return { matches, isComplete: false }
    for (const line of block) {
      if (line.seq > view.last) return { matches, isComplete: true }
      const before = endsOfPieces.get(line.stream) ?? ''
      const content = before + line.text.toLowerCase()
      if (line.isPartial) endsOfPieces.set(line.stream, endOf(content, wanted.length - 1))
      else if (before !== '') endsOfPieces.delete(line.stream)
      if (!content.includes(wanted)) continue
      if (matches.length === limit) return { matches, isComplete: false }
      matches.push(line)
    }
  }
  return { matches, isComplete: true }
}

const endOf = (text: string, length: number): string => text.slice(Math.max(0, text.length - length))
