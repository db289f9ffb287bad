import type { LogLine } from './log.ts'

/* biome-ignore lint/suspicious/noControlCharactersInRegex: colours begin with one */
const colours = /\x1b\[[0-9:;]*m/g
/** Past this no logger puts its level. */
const headLength = 100

/** The level as programs write it for programs: JSON (words, or the numbers of pino and bunyan) and logfmt. */
const writtenLevel = /(?:^|[\s{,"'])(?:level|lvl|severity|loglevel)["']?\s*[:=]\s*["']?(\w+)/i
/** As they write it for people: a word in capitals at the head of the line. */
const headLevel =
  /(?:^|[\s[(|<*])(TRACE|DEBUG|INFO|NOTICE|WARN|WARNING|ERROR|ERR|SEVERE|CRIT|CRITICAL|ALERT|EMERG|FATAL|PANIC)(?=[\s\])|>:!,*]|$)/
const warningLevels = /^(?:warn|warning|4\d)$/i
const warningTexts = /(?:^|[\s:(])(?:\w+)?warning(?:\[\w+\])?:|^npm (?:WARN|warn) /i
const errorLevels = /^(?:err|error|severe|crit|critical|alert|emerg|emergency|fatal|panic|[56]\d)$/i

const errorTexts: readonly RegExp[] = [
  // error: ...   src/a.ts(3,1): error TS2322: ...   error[E0308]: ...   Uncaught Error: ...
  /(?:^|[\s:(])(?:fatal |internal |syntax |parse |runtime )?error(?:\[\w+\])?(?: [A-Z]+\d+)?: /i,
  /(?:^|[\s:(])error(?:\[\w+\])?:$/i,
  // TypeError: ...   java.lang.IllegalStateException: ...   ValueError
  /(?:^|[\s:(])(?:[\w$]+\.)*[A-Z]\w*(?:Error|Exception)(?::| \[|$)/,
  /^(?:Traceback \(most recent call last\)|panic|fatal|fatal error|Exception in thread .*): ?/i,
  /^(?:Uncaught|Unhandled) /i,
  /^npm (?:ERR!|error) /,
  /^Segmentation fault|: command not found$|: not found$|\(core dumped\)$|^Killed$/,
]
const noErrors = /\b(?:0|no|zero|without) errors?\b|\berrors?[:=] ?0\b/i

/** Most lines have none of these, and are done with. */
const anyHint =
  /err|fatal|panic|exception|severe|crit|alert|emerg|traceback|uncaught|unhandled|not found|dumped|killed|level|lvl|severity|segmentation/i

/** Whether the line tells of a warning or an error. */
export function isWarningLine(line: Pick<LogLine, 'stream' | 'text'>): boolean {
  if (line.stream === 'platform' || !anyHintOfWarning.test(line.text)) return isErrorLine(line)
  const plain = line.text.includes('\x1b') ? line.text.replace(colours, '') : line.text
  const level = levelOf(plain)
  if (level !== undefined) return warningLevels.test(level) || errorLevels.test(level)
  return warningTexts.test(plain.slice(0, headLength)) || isErrorLine(line)
}

const anyHintOfWarning = /warn|level|lvl|severity/i

const levelOf = (plain: string): string | undefined =>
  writtenLevel.exec(plain.slice(0, headLength * 5))?.[1] ?? headLevel.exec(plain.slice(0, headLength))?.[1]

/**
 * Whether the line tells of an error, by its level if it names one, else by what errors look like. That it came from
 * stderr says nothing: many programs write all they have to say there. The lines of a stack below its head do not count.
 */
export function isErrorLine({ stream, text }: Pick<LogLine, 'stream' | 'text'>): boolean {
  if (stream === 'platform' || !anyHint.test(text)) return false
  const plain = text.includes('\x1b') ? text.replace(colours, '') : text
  const level = levelOf(plain)
  if (level !== undefined) return errorLevels.test(level)
  const shown = plain.slice(0, headLength * 5).trimStart()
  return !noErrors.test(shown) && errorTexts.some(pattern => pattern.test(shown))
}
