import type { Activity } from '../../shared/domain/records.ts'
import type { Command } from './command.ts'
import { find } from './find.ts'
import { toTable } from './output.ts'
import { toNumber } from './usage.ts'

const usualLines = 50
const mostLines = 500

export const activity: Command = {
  name: 'activity',
  takes: [],
  mayTake: ['name'],
  help: 'who did what, and how it ended; the newest last',
  options: { by: { type: 'string' }, problems: { type: 'boolean' }, lines: { type: 'string' } },
  optionHelp: {
    '--by NAME': 'only what that user did',
    '--problems': 'only what went wrong',
    '--lines NUMBER': `so many of the newest, ${usualLines} otherwise`,
  },
  run: async context => {
    const { client, argument, values, output, signal } = context
    const limit = toNumber(values.lines, 'number of lines', { from: 1, to: mostLines }) ?? usualLines
    const lines = await client.activity.list(
      {
        limit,
        ...(argument === '' ? {} : { deploymentId: (await find(context)).id }),
        ...(typeof values.by === 'string' ? { user: values.by } : {}),
        ...(values.problems === true ? { problems: true } : {}),
      },
      { signal },
    )
    const rows = lines.toReversed().map(toRow)
    output.result(lines, rows.length === 0 ? 'Nothing of that has happened yet.' : toTable(rows))
    return 0
  },
}

const toRow = ({ at, user, verb, deployment, detail }: Activity): string[] => [
  new Date(at).toISOString().slice(0, 19).replace('T', ' '),
  user,
  verb.replaceAll('_', ' '),
  deployment ?? '',
  detail,
]
