import { once } from 'node:events'
import { join } from 'node:path'
import { Worker } from 'node:worker_threads'
import { SlipwayError } from '../../shared/domain/failure.ts'
import type { LogQuery } from '../../shared/domain/log.ts'

/** What is looked through: a line behind the end of the piece before it, of which it is the rest from `from` on. */
export interface Subject {
  readonly text: string
  readonly from: number
}

/** Where a match lies in its line. */
export interface Span {
  readonly start: number
  readonly end: number
}

export interface LineMatcher {
  /** How much of the piece before a match may begin in. */
  readonly overlap: number
  /** The first match of each, or null. Fails when a pattern takes too long. */
  match(subjects: readonly Subject[]): Promise<readonly (Span | null)[]>
  dispose(): void
}

/** For one block of lines, which a good pattern is through in a few milliseconds. */
const mostMs = 2000
const patternOverlap = 512

/** Case does not matter. A pattern that is none is refused at once, with the engine's reason. */
export function createLineMatcher({ text, isRegex }: LogQuery): LineMatcher {
  return isRegex ? createPatternMatcher(text) : createTextMatcher(text)
}

function createTextMatcher(text: string): LineMatcher {
  const wanted = text.toLowerCase()
  return {
    overlap: wanted.length - 1,
    async match(subjects) {
      return subjects.map(subject => {
        const at = subject.text.toLowerCase().indexOf(wanted)
        if (at === -1) return null
        return { start: Math.max(0, at - subject.from), end: at + wanted.length - subject.from }
      })
    },
    dispose: () => undefined,
  }
}

function createPatternMatcher(pattern: string): LineMatcher {
  refuseBadPattern(pattern)
  let worker: Worker | undefined
  let started: Promise<unknown> | undefined
  return {
    overlap: patternOverlap,
    async match(subjects) {
      worker ??= new Worker(toProgram(), { workerData: pattern })
      // What the thread takes to start is no fault of the pattern.
      started ??= once(worker, 'online')
      await started
      return ask(worker, subjects)
    },
    dispose: () => void worker?.terminate(),
  }
}

/** The thread ends with what it could not do in time. */
async function ask(worker: Worker, subjects: readonly Subject[]): Promise<readonly (Span | null)[]> {
  const settled = new AbortController()
  const { signal } = settled
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(tooSlow()), mostMs)
  })
  const ended = once(worker, 'exit', { signal }).then(() => Promise.reject(new Error('the search was ended')))
  try {
    worker.postMessage(subjects)
    const [spans] = await Promise.race([once(worker, 'message', { signal }), ended, late])
    return spans
  } catch (error) {
    void worker.terminate()
    throw error
  } finally {
    clearTimeout(timer)
    ended.catch(() => undefined)
    settled.abort()
  }
}

function refuseBadPattern(pattern: string): void {
  try {
    new RegExp(pattern, 'gi')
  } catch (error) {
    const reason =
      error instanceof SyntaxError
        ? error.message.replace(/^Invalid regular expression: .*\/[a-z]*: /s, '')
        : 'unknown'
    throw new SlipwayError({
      code: 'invalid_input',
      message: `The pattern cannot be understood: ${reason.charAt(0).toLowerCase()}${reason.slice(1)}.`,
      hint: 'Correct it, put \\ before signs that are meant as they are, or search for plain text.',
    })
  }
}

const tooSlow = () =>
  new SlipwayError({
    code: 'invalid_input',
    message: `Stopped after ${mostMs / 1000} s: the pattern is too slow.`,
    hint: 'Make it simpler. Repeats within repeats, such as (a+)+, try every way to share a line among them.',
  })

/** In the bundle all programs lie side by side. */
const toProgram = (): string =>
  join(import.meta.dirname, import.meta.filename.endsWith('.ts') ? 'regex-worker.ts' : 'regex-worker.js')
