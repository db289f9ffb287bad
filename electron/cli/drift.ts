import type { Drift } from '../../shared/domain/drift.ts'
import type { Command, Context } from './command.ts'
import { about } from './find.ts'
import { waitUntil } from './follow.ts'
import { UsageError } from './usage.ts'

const acts = ['repair', 'keep', 'undo', 'auto'] as const

export const drift: Command = {
  ...about('drift', 'what others changed of it in the cluster; repairs or keeps it', async (context, one) => {
    const { output, values } = context
    const { id, name } = one
    const chosen = acts.filter(act => values[act] !== undefined)
    if (chosen.length > 1) throw new UsageError(`Only one of ${chosen.map(act => `--${act}`).join(', ')}.`)
    if (values.repair === true) return repair(context, id)
    const found = await act(context, id)
    output.result({ id, name, ...found }, toText(found, name))
    return 0
  }),
  options: {
    repair: { type: 'boolean' },
    keep: { type: 'boolean' },
    undo: { type: 'string' },
    auto: { type: 'string' },
  },
  optionHelp: {
    '--repair': 'applies the release that serves once more, as it is stored',
    '--keep': 'the number of instances becomes the wish; others are accepted until they change',
    '--undo NUMBER': 'one that is kept, by its number in the list, is told again',
    '--auto on|off': 'whether Slipway repairs without being asked',
  },
}

async function act({ client, values }: Context, id: string): Promise<Drift> {
  if (values.keep === true) return client.drift.keep({ id })
  if (values.auto !== undefined) {
    if (values.auto !== 'on' && values.auto !== 'off') throw new UsageError('Say --auto on, or --auto off.')
    return client.drift.set({ id, repairsItself: values.auto === 'on' })
  }
  const now = await client.drift.get({ id })
  if (values.undo === undefined) return now
  const kept = now.kept[Number(values.undo) - 1]
  if (kept === undefined) throw new UsageError(`Nothing that is kept has the number ${values.undo}.`)
  return client.drift.unkeep({ id, key: kept.key })
}

/** Until it is as it was, or it is known why not. */
async function repair({ client, output, signal }: Context, id: string): Promise<number> {
  await client.drift.repair({ id })
  const ended = await waitUntil(
    client,
    async () => {
      const now = await client.drift.get({ id })
      return now.isRepairing || (now.failure === null && now.differences.length > 0) ? undefined : now
    },
    signal,
  )
  if (ended === undefined) return 130
  output.result(ended, ended.failure ?? 'It is as Slipway made it.')
  return ended.failure === null ? 0 : 1
}

function toText({ differences, kept, repairsItself, failure }: Drift, name: string): string {
  const lines = [
    ...(differences.length === 0
      ? ['Nothing differs from what Slipway made.']
      : differences.map(({ text, by }) => (by === null ? text : `${text} (by ${by})`))),
    ...(failure === null ? [] : [`The last repair was not made: ${failure}`]),
    ...kept.map(({ text, keptBy }, at) => `kept ${at + 1}: ${text} (by ${keptBy})`),
    ...(repairsItself ? ['Slipway repairs it without being asked.'] : []),
    ...(differences.length === 0
      ? []
      : [`Put back: slipway drift ${name} --repair. Leave: slipway drift ${name} --keep.`]),
  ]
  return lines.join('\n')
}
