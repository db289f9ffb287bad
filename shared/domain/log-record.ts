import type { LogBatch, LogLine, LogStream, NewLogLine } from './log.ts'

/**
 * Lines as they are spooled, kept and sent: one record each, which ends with a line feed, the only byte that separates.
 *
 *     1732412345678 o text     a line of stdout (`e` stderr, `p` platform; a capital: a piece, the rest follows)
 *     1732412345678 o@x7k2p text     the same, of the instance `x7k2p`
 *
 * Whoever only passes lines on, passes records on, many at once and unread.
 */
const letters = { stdout: 'o', stderr: 'e', platform: 'p' } as const satisfies Record<LogStream, string>
const streams: Readonly<Record<string, LogStream>> = { o: 'stdout', e: 'stderr', p: 'platform' }

/** Longer lines are kept in pieces of this many UTF-16 units. */
export const pieceLength = 16 * 1024

export function encodeLine({ at, stream, text, isPartial, instance }: NewLogLine): string {
  const letter = letters[stream]
  const of = instance === undefined ? '' : `@${instance.replaceAll(/\s/g, '-')}`
  return `${at} ${isPartial ? letter.toUpperCase() : letter}${of} ${escapeText(text)}\n`
}

/** Long lines become several records. */
export const encodeLines = (lines: readonly NewLogLine[]): string =>
  lines.flatMap(toPieces).map(encodeLine).join('')

/** `record` without its line feed. One that cannot be read (a damaged disk) is shown as it is. */
export function decodeLine(seq: number, record: string): LogLine {
  const space = record.indexOf(' ')
  const at = Number(record.slice(0, space))
  const letter = record.charAt(space + 1)
  const stream = streams[letter.toLowerCase()]
  if (space < 1 || stream === undefined || !Number.isFinite(at)) {
    return { seq, at: 0, stream: 'platform', text: record, isPartial: false }
  }
  const isPartial = letter !== letters[stream]
  const begin = textBegin(record)
  const of = record.charAt(space + 2) === '@' ? { instance: record.slice(space + 3, begin - 1) } : {}
  return { seq, at, stream, text: unescapeText(record.slice(begin)), isPartial, ...of }
}

/** After the time, the letter and the instance. */
const textBegin = (record: string): number => record.indexOf(' ', record.indexOf(' ') + 1) + 1

/** What came in one piece has one time, so that most lines begin as the one before. */
export function decodeBatch({ first, records }: LogBatch): LogLine[] {
  const lines: LogLine[] = []
  let like: LogLine | undefined
  let head = ''
  for (let from = 0, to = records.indexOf('\n'); to !== -1; from = to + 1, to = records.indexOf('\n', from)) {
    const seq = first + lines.length
    if (like !== undefined && records.startsWith(head, from)) {
      const { at, stream, isPartial, instance } = like
      const line = { seq, at, stream, text: unescapeText(records.slice(from + head.length, to)), isPartial }
      lines.push(instance === undefined ? line : { ...line, instance })
      continue
    }
    const record = records.slice(from, to)
    const line = decodeLine(seq, record)
    like = line.at === 0 ? undefined : line
    head = record.slice(0, textBegin(record))
    lines.push(line)
  }
  return lines
}

/** The line in pieces of at most `pieceLength`; a surrogate pair is not torn. */
function toPieces(line: NewLogLine): NewLogLine[] {
  if (line.text.length <= pieceLength) return [line]
  const pieces: NewLogLine[] = []
  for (let start = 0; start < line.text.length; ) {
    let end = Math.min(start + pieceLength, line.text.length)
    if (end < line.text.length && isHighSurrogate(line.text.charCodeAt(end - 1))) end--
    const isPartial = end < line.text.length || line.isPartial
    pieces.push({ ...line, text: line.text.slice(start, end), isPartial })
    start = end
  }
  return pieces
}

const isHighSurrogate = (unit: number): boolean => unit >= 0xd800 && unit <= 0xdbff

/** Half a surrogate pair has no UTF-8 form, so it is written as `\u` and its number. */
function escapeText(text: string): string {
  if (!text.includes('\\') && !text.includes('\n') && text.isWellFormed()) return text
  return text
    .replaceAll('\\', '\\\\')
    .replaceAll('\n', '\\n')
    .replace(/\p{Surrogate}/gu, unit => `\\u${unit.charCodeAt(0).toString(16)}`)
}

function unescapeText(text: string): string {
  if (!text.includes('\\')) return text
  return text.replace(/\\(?:u([0-9a-f]{4})|(.))/g, (_, unit: string | undefined, sign: string) => {
    if (unit !== undefined) return String.fromCharCode(Number.parseInt(unit, 16))
    return sign === 'n' ? '\n' : sign
  })
}
