import type { Command } from './command.ts'

/** The words of a call are off; the message says how. */
export class UsageError extends Error {
  override readonly name = 'UsageError'
}

export function toHelp(commands: readonly Command[]): string {
  const lines = commands.flatMap(command => {
    const call = [command.name, ...command.takes.map(one => `<${one}>`)].join(' ')
    const options = Object.entries(command.optionHelp).map(
      ([option, help]) => `      ${option.padEnd(20)} ${help}`,
    )
    return [`  slipway ${call.padEnd(34)} ${command.help}`, ...options]
  })
  return [
    ...lines,
    '',
    '  --json  prints JSON, --help prints this. SLIPWAY_DATA chooses the data folder.',
    '  Exit status: 0 done, 1 failed, 2 not understood.',
    '',
  ].join('\n')
}
