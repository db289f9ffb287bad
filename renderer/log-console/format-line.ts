import type { LogLine } from '../../shared/domain/log.ts'
import { formatClock } from '../format/time.ts'

/** Places in the terminal's palette that the theme fills, so that a change of theme colours old lines too. */
export const paletteSlots = { dim: 16, accent: 17, stderr: 18 } as const

const colour = (slot: number) => `\x1b[38;5;${slot}m`
const reset = '\x1b[0m'

/** A line for the terminal. Its own colours stay; whatever else would move the cursor or change the terminal goes. */
export function formatLine(line: LogLine, hasTime: boolean): string {
  const time = hasTime ? `${colour(paletteSlots.dim)}${formatClock(line.at)}${reset}  ` : ''
  return `${time}${streamColour[line.stream]}${toSafeText(line.text)}${reset}`
}

const streamColour = {
  stdout: '',
  stderr: colour(paletteSlots.stderr),
  platform: colour(paletteSlots.accent),
} as const satisfies Record<LogLine['stream'], string>

/* biome-ignore-start lint/suspicious/noControlCharactersInRegex: control characters are what this is about */
const commands =
  /\x1b(?:\][^\x07\x1b]*(?:\x07|\x1b\\)?|\[[0-9:;<=>?]*[ -/]*[@-~]|[PX^_][^\x1b]*(?:\x1b\\)?|[ -/]*[0-~])/g
const colourCommand = /^\x1b\[[0-9:;]*m$/
const controls = /[\x00-\x08\x0a-\x1a\x1c-\x1f\x7f-\x9f]|\x1b(?!\[[0-9:;]*m)/g
/* biome-ignore-end lint/suspicious/noControlCharactersInRegex: as above */

/** A progress bar that redraws its line shows its last state. */
function toSafeText(text: string): string {
  const drawn = text.split('\r').findLast(part => part !== '') ?? ''
  return drawn.replace(commands, each => (colourCommand.test(each) ? each : '')).replace(controls, '')
}

/** Text without any colour, for a file or the clipboard. */
export const toPlainText = (text: string): string => toSafeText(text).replace(commands, '')
