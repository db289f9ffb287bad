import type { LogLine } from './log.ts'

/* biome-ignore-start lint/suspicious/noControlCharactersInRegex: control characters are what this is about */
const commands =
  /\x1b(?:\][^\x07\x1b]*(?:\x07|\x1b\\)?|\[[0-9:;<=>?]*[ -/]*[@-~]|[PX^_][^\x1b]*(?:\x1b\\)?|[ -/]*[0-~])/g
const colourCommand = /^\x1b\[[0-9:;]*m$/
const controls = /[\x00-\x08\x0a-\x1a\x1c-\x1f\x7f-\x9f]|\x1b(?!\[[0-9:;]*m)/g
/** Without any of these there is nothing to take out. */
const anyControl = /[\x00-\x08\x0a-\x1f\x7f-\x9f]/
/* biome-ignore-end lint/suspicious/noControlCharactersInRegex: as above */

/** Text whose only commands are colours. A progress bar that redraws its line shows its last state. */
export function toSafeText(text: string): string {
  if (!anyControl.test(text)) return text
  const drawn = text.includes('\r') ? (text.split('\r').findLast(part => part !== '') ?? '') : text
  return drawn.replace(commands, each => (colourCommand.test(each) ? each : '')).replace(controls, '')
}

/** Text without any colour, for a file or the clipboard. */
export const toPlainText = (text: string): string => toSafeText(text).replace(commands, '')

/** Lines as a text file has them: time, stream, text. Pieces of a long line become one line again. */
export function createLogText(): (line: LogLine) => string {
  let open: LogLine['stream'] | undefined
  return line => {
    const isRest = open === line.stream
    const of = line.instance === undefined ? '' : `${line.instance} `
    const head = isRest ? '' : `${new Date(line.at).toISOString()} ${line.stream.padEnd(8)} ${of}`
    const before = open === undefined || isRest ? '' : '\n'
    open = line.isPartial ? line.stream : undefined
    return `${before}${head}${toPlainText(line.text)}${line.isPartial ? '' : '\n'}`
  }
}
