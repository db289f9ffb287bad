/** Matches lines with a pattern away from the main thread, where a slow one can be ended. Knows nothing but text. */
import { parentPort, workerData } from 'node:worker_threads'
import type { Span, Subject } from './line-matcher.ts'

const pattern = new RegExp(workerData as string, 'gi')

parentPort?.on('message', (subjects: readonly Subject[]) => {
  parentPort?.postMessage(subjects.map(findSpan))
})

/** The first match that reaches into the line; one that ends before it was found in the piece before. */
function findSpan({ text, from }: Subject): Span | null {
  pattern.lastIndex = 0
  for (let found = pattern.exec(text); found !== null; found = pattern.exec(text)) {
    const end = found.index + found[0].length
    if (end > from || from === 0) return { start: Math.max(0, found.index - from), end: end - from }
    if (found[0] === '') pattern.lastIndex++
  }
  return null
}
