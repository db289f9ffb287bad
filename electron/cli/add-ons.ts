import { copyFile } from 'node:fs/promises'
import path from 'node:path'
import { type EngineName, engineNames, engines } from '../../shared/domain/add-on.ts'
import { formatBytes } from '../../shared/domain/bytes.ts'
import { SlipwayError } from '../../shared/domain/failure.ts'
import type { Command, Context } from './command.ts'
import { about } from './find.ts'
import { waitUntil } from './follow.ts'
import { toTable } from './output.ts'
import { toNumber, UsageError } from './usage.ts'

type About = Parameters<Parameters<typeof about>[2]>[1]

export const database: Command = {
  ...about('database', 'lists and changes the databases of its project', async (context, app) => {
    const { client, output, values } = context
    if (typeof values.add === 'string') {
      const name = await add(context, app, toEngine(values.add))
      if (name === undefined) return 130
    }
    if (typeof values.attach === 'string') await attach(context, app, values.attach)
    if (typeof values.detach === 'string') {
      const { id } = await findAddOn(context, app, values.detach)
      const { applied } = await client.addOns.detach({ id, deploymentId: app.id })
      output.say(`Detached.${appliedWords[applied]}`)
    }
    const all = await client.addOns.list({ id: app.id })
    const rows = all.map(one => [
      one.name,
      engines[one.engine].label,
      one.status,
      one.variables.join(', ') || '-',
      one.attached.join(', ') || '-',
    ])
    output.result(
      all,
      rows.length === 0
        ? `No databases. slipway database ${app.name} --add postgres makes one.`
        : toTable([['NAME', 'KIND', 'STATUS', 'VARIABLE', 'ATTACHED TO'], ...rows]),
    )
    return 0
  }),
  options: {
    add: { type: 'string' },
    as: { type: 'string' },
    version: { type: 'string' },
    image: { type: 'string' },
    volume: { type: 'string' },
    attach: { type: 'string' },
    detach: { type: 'string' },
    variable: { type: 'string' },
  },
  optionHelp: {
    '--add postgres|redis': 'makes one in the cluster of the app, and attaches it when it is live',
    '--as NAME': 'how the new one is called',
    '--version TAG': 'of its image; --image NAME: where that comes from',
    '--volume GIB': 'of the new one; 5 otherwise',
    '--attach NAME': 'the app finds it in a secret variable from now on',
    '--variable NAME': 'which one; DATABASE_URL or REDIS_URL otherwise',
    '--detach NAME': 'takes its variable from the app',
  },
}

export const backup: Command = {
  ...about('backup', 'backs a database up to a file of this computer', async (context, { id, name }) => {
    const { client, output, signal, values } = context
    if (values.list === true) {
      const all = await client.addOns.backups({ id })
      const text = all.map(one => `${one.file}  ${formatBytes(one.bytes)}`).join('\n')
      output.result(all, text === '' ? `No backups of ${name} yet.` : text)
      return 0
    }
    for await (const { backup: done } of await client.addOns.backup({ id }, { signal })) {
      if (done === null) continue
      if (typeof values.to === 'string') await copyFile(done.file, values.to)
      const file = typeof values.to === 'string' ? path.resolve(values.to) : done.file
      output.result({ ...done, file }, `${file}  ${formatBytes(done.bytes)}`)
      return 0
    }
    return 130
  }),
  options: { to: { type: 'string' }, list: { type: 'boolean' } },
  optionHelp: { '--to FILE': 'copies it there too', '--list': 'those that are there' },
}

export const restore: Command = {
  ...about(
    'restore',
    'gives a database what a backup has, and nothing else',
    async (context, { id, name }) => {
      const { client, output, signal, values, words } = context
      if (values.yes !== true) {
        throw new SlipwayError({
          code: 'invalid_input',
          message: `Restoring ${name} deletes all that it has now.`,
          hint: `Run slipway restore ${name} FILE --yes.`,
        })
      }
      const file = path.resolve(words[1] ?? '')
      for await (const { isDone } of await client.addOns.restore({ id, name, file }, { signal })) {
        if (!isDone) continue
        output.result({ id, name, file }, `${name} has what ${file} has.`)
        return 0
      }
      return 130
    },
  ),
  takes: ['name', 'file'],
  options: { yes: { type: 'boolean' } },
  optionHelp: { '--yes': 'what it has now may go' },
}

/** Its name; undefined when nobody waits any more. */
async function add(context: Context, app: About, engine: EngineName): Promise<string | undefined> {
  const { client, output, signal, values } = context
  const volumeGib = toNumber(values.volume, 'size of a volume', { from: 1, to: 1000 })
  const text = (one: unknown) => (typeof one === 'string' ? one : undefined)
  const made = await client.addOns.create({
    ...{ id: app.id, engine, volumeGib },
    ...{ name: text(values.as), version: text(values.version), image: text(values.image) },
  })
  output.say(`${made.name} is on its way.`)
  const live = await waitUntil(
    client,
    async () => {
      const one = await client.deployments.get({ id: made.id })
      if (one.status === 'failed' && one.failure) throw new SlipwayError(one.failure)
      return one.status === 'live' && one.health.ready > 0 ? one : undefined
    },
    signal,
  )
  if (live === undefined) return undefined
  await attach(context, app, made.name)
  return made.name
}

async function attach(context: Context, app: About, name: string): Promise<void> {
  const { client, output, values } = context
  const { id } = await findAddOn(context, app, name)
  const { variable, applied } = await client.addOns.attach({
    ...{ id, deploymentId: app.id },
    ...(typeof values.variable === 'string' ? { variable: values.variable } : {}),
  })
  output.say(`${app.name} finds ${name} in ${variable}.${appliedWords[applied]}`)
}

async function findAddOn({ client }: Context, app: About, name: string): Promise<{ id: string }> {
  const all = await client.addOns.list({ id: app.id })
  const found = all.find(one => one.name === name)
  if (found !== undefined) return found
  throw new SlipwayError({
    code: 'not_found',
    message: `There is no database called ${name} in the project of ${app.name}.`,
    hint: all.length === 0 ? 'It has none yet.' : `There is: ${all.map(one => one.name).join(', ')}.`,
  })
}

function toEngine(text: string): EngineName {
  const found = engineNames.find(one => one === text)
  if (found !== undefined) return found
  throw new UsageError(`"${text}" is no kind of database: there is ${engineNames.join(' and ')}.`)
}

const appliedWords = {
  nothing: ' It has it from its next deploy on.',
  release: ' The same build is released anew now.',
  build: ' The same commit is built again now.',
} as const
