import type { LogLine } from '../../shared/domain/log.ts'
import { toSafeText } from '../../shared/domain/log-text.ts'
import { formatClock } from '../format/time.ts'
import { paletteSlots } from '../terminal/theme.ts'

const colour = (slot: number) => `\x1b[38;5;${slot}m`
const reset = '\x1b[0m'

const dim = colour(paletteSlots.dim)

/** A line for the terminal. Its own colours stay; whatever else would move the cursor or change the terminal goes. */
export function formatLine(line: LogLine, hasTime: boolean): string {
  const time = hasTime ? `${dim}${formatClock(line.at)}${reset}  ` : ''
  const text = `${streamColour[line.stream]}${toSafeText(line.text)}`
  return text.includes('\x1b') ? `${time}${text}${reset}` : `${time}${text}`
}

const streamColour = {
  stdout: '',
  stderr: colour(paletteSlots.stderr),
  platform: colour(paletteSlots.accent),
} as const satisfies Record<LogLine['stream'], string>
