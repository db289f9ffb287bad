import type { LogLine } from '../../shared/domain/log.ts'
import { toSafeText } from '../../shared/domain/log-text.ts'
import { formatClock } from '../format/time.ts'
import { paletteSlots } from '../terminal/theme.ts'

const colour = (slot: number) => `\x1b[38;5;${slot}m`
const reset = '\x1b[0m'

const dim = colour(paletteSlots.dim)

export interface LineLook {
  readonly hasTime: boolean
  /** All that are told apart, in the order in which they came; none: names are left out. */
  readonly instances: readonly string[]
}

/** A line for the terminal. Its own colours stay; whatever else would move the cursor or change the terminal goes. */
export function formatLine(line: LogLine, { hasTime, instances }: LineLook): string {
  const time = `${hasTime ? `${dim}${formatClock(line.at)}${reset}  ` : ''}${nameOf(line, instances)}`
  const text = `${streamColour[line.stream]}${toSafeText(line.text)}`
  return text.includes('\x1b') ? `${time}${text}${reset}` : `${time}${text}`
}

function nameOf({ instance }: LogLine, instances: readonly string[]): string {
  if (instances.length === 0) return ''
  const widest = Math.max(...instances.map(name => name.length))
  if (instance === undefined) return ' '.repeat(widest + 2)
  const place = instances.indexOf(instance) % instanceColours.length
  return `${instanceColours[place]}${instance.padEnd(widest)}${reset}  `
}

/** Of the usual sixteen, those that mean nothing else here. */
const instanceColours = ['\x1b[34m', '\x1b[32m', '\x1b[35m', '\x1b[33m', '\x1b[90m'] as const

const streamColour = {
  stdout: '',
  stderr: colour(paletteSlots.stderr),
  platform: colour(paletteSlots.accent),
} as const satisfies Record<LogLine['stream'], string>
