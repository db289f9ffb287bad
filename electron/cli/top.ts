import { type Metrics, toCpuText, toMemoryText } from '../../shared/domain/metrics.ts'
import type { Command, Context } from './command.ts'
import { find } from './find.ts'
import { toTable } from './output.ts'

export const top: Command = {
  name: 'top',
  takes: [],
  mayTake: ['name'],
  help: 'what apps take of CPU and memory now',
  options: {},
  optionHelp: {},
  run: async context => (context.argument === '' ? showAll(context) : showOne(context)),
}

async function showAll({ client, output, signal }: Context): Promise<number> {
  const all = await client.metrics.top(undefined, { signal })
  const rows = all.map(one => [
    one.name,
    one.now === null ? '-' : toCpuText(one.now.cpu),
    one.now === null ? '-' : toMemoryText(one.now.memory, one.memoryLimit),
    one.now === null ? '-' : String(one.now.restarts),
    one.now === null ? toWhyNot(one) : '',
  ])
  const text =
    rows.length === 0 ? 'Nothing runs.' : toTable([['NAME', 'CPU', 'MEMORY', 'RESTARTS', ''], ...rows])
  output.result(all, text)
  return 0
}

async function showOne(context: Context): Promise<number> {
  const { client, output, signal } = context
  const { id } = await find(context)
  const { hour: _hour, day: _day, ...one } = await client.metrics.of({ id }, { signal })
  if (one.now === null) {
    output.result(one, [toWhyNot(one), one.missing?.hint ?? ''].join('\n').trimEnd())
    return one.missing === null ? 0 : 1
  }
  const { cpu, memory, instances } = one.now
  const rows = instances.map(each => [each.name, toCpuText(each.cpu), toMemoryText(each.memory, null)])
  const sum = ['in all', toCpuText(cpu), toMemoryText(memory, one.memoryLimit)]
  output.result(one, toTable([['INSTANCE', 'CPU', 'MEMORY'], ...rows, sum]))
  return 0
}

const toWhyNot = ({ name, missing }: Metrics): string =>
  missing?.message ?? `There are no figures of ${name} yet, or it does not run.`
