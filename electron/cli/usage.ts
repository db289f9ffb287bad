import type { Command, OptionValue } from './command.ts'

/** The words of a call are off; the message says how. */
export class UsageError extends Error {
  override readonly name = 'UsageError'
}

/** An option that is a whole number; undefined when it is not given. */
export function toNumber(
  value: OptionValue,
  what: string,
  range: { from: number; to: number },
): number | undefined {
  if (value === undefined) return undefined
  const number = /^\d+$/.test(String(value)) ? Number(value) : Number.NaN
  if (number >= range.from && number <= range.to) return number
  const bounds =
    range.to === Number.MAX_SAFE_INTEGER ? `from ${range.from}` : `from ${range.from} to ${range.to}`
  throw new UsageError(`"${value}" is no ${what}: give a number ${bounds}.`)
}

/** What the command takes, as the help and its errors say it. */
export const toWords = ({ takes, mayTake = [] }: Pick<Command, 'takes' | 'mayTake'>): string[] => [
  ...takes.map(one => `<${one}>`),
  ...mayTake.map(one => `[${one}]`),
]

export function toHelp(commands: readonly Command[]): string {
  const lines = commands.flatMap(command => {
    const call = [command.name, ...toWords(command)].join(' ')
    const options = Object.entries(command.optionHelp).map(
      ([option, help]) => `      ${option.padEnd(24)} ${help}`,
    )
    return [`  slipway ${call.padEnd(34)} ${command.help}`, ...options]
  })
  return [
    ...lines,
    '',
    '  --user NAME  acts as that user; the current one otherwise.',
    '  --json  prints JSON, --help prints this. SLIPWAY_DATA chooses the data folder.',
    '  Exit status: 0 done, 1 failed, 2 not understood, 130 ended by Ctrl-C before it was done.',
    '',
  ].join('\n')
}
