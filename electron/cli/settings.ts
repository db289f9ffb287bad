import { writeFile } from 'node:fs/promises'
import { formatBytes } from '../../shared/domain/bytes.ts'
import { type Settings, settingsSchema } from '../../shared/domain/records.ts'
import type { Command, OptionValue } from './command.ts'
import { toTable } from './output.ts'
import { toNumber, UsageError } from './usage.ts'

const megabyte = 1e6

export const settings: Command = {
  name: 'settings',
  takes: [],
  help: 'the settings of Slipway, or changes them',
  options: {
    notify: { type: 'string' },
    'builds-at-once': { type: 'string' },
    'log-space': { type: 'string' },
    'keep-running': { type: 'string' },
  },
  optionHelp: {
    '--notify WHAT': 'everything, problems or nothing: what the desktop tells of',
    '--builds-at-once NUMBER': 'on this computer, from 1 to 16',
    '--log-space MB': 'what all logs together may take of the disk',
    '--keep-running yes|no': 'whether new deployments go on when Slipway quits',
  },
  run: async ({ client, values, output, signal }) => {
    const logSpace = toNumber(values['log-space'], 'log space in MB', { from: 50, to: 1_000_000 })
    const changes = {
      notifies: toNotifies(values.notify),
      buildsAtOnce: toNumber(values['builds-at-once'], 'number of builds', { from: 1, to: 16 }),
      logBytes: logSpace === undefined ? undefined : logSpace * megabyte,
      keepsRunning: toYes(values['keep-running']),
    }
    const isChange = Object.values(changes).some(value => value !== undefined)
    const now = isChange
      ? await client.settings.update(changes, { signal })
      : await client.settings.get(undefined, { signal })
    output.result(now, toText(now))
    return 0
  },
}

export const diagnostics: Command = {
  name: 'diagnostics',
  takes: [],
  mayTake: ['file'],
  help: 'versions, settings and the end of its own log, for whoever helps; secrets are masked',
  options: {},
  optionHelp: {},
  run: async ({ client, argument, output, signal }) => {
    const { text } = await client.settings.diagnostics(undefined, { signal })
    if (argument === '') output.result(JSON.parse(text), text)
    else {
      await writeFile(argument, text, { mode: 0o600 })
      output.result({ file: argument }, argument)
    }
    return 0
  },
}

const toText = ({ notifies, buildsAtOnce, logBytes, keepsRunning }: Settings): string =>
  toTable([
    ['the desktop tells of', notifies],
    ['builds at once here', String(buildsAtOnce)],
    ['space for logs', formatBytes(logBytes)],
    ['new deployments', keepsRunning ? 'go on when Slipway quits' : 'end with Slipway'],
  ])

function toNotifies(value: OptionValue): Settings['notifies'] | undefined {
  if (value === undefined) return undefined
  const found = settingsSchema.shape.notifies.safeParse(value)
  if (found.success) return found.data
  throw new UsageError(`--notify takes everything, problems or nothing, not "${value}".`)
}

function toYes(value: OptionValue): boolean | undefined {
  if (value === undefined) return undefined
  if (value === 'yes' || value === 'no') return value === 'yes'
  throw new UsageError(`--keep-running takes yes or no, not "${value}".`)
}
