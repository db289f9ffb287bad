import { formatBytes } from '../../shared/domain/bytes.ts'
import type { KeptFolder } from '../../shared/domain/kept-folder.ts'
import type { Command, Context } from './command.ts'
import { about } from './find.ts'
import { toTable } from './output.ts'
import { UsageError } from './usage.ts'

const keptByWords = { person: 'kept', plan: 'kept (slipway.json)', none: 'not kept any more' } as const

export const keep: Command = {
  ...about('keep', 'keeps a folder of the app through its releases, or lists those', async (context, one) => {
    const { client, output, values } = context
    const [, path] = context.words
    const { id, name } = one
    if (path === undefined || values.list === true) {
      if (values.stop === true) throw new UsageError(`Name the folder: slipway keep ${name} FOLDER --stop.`)
      return await list(context, id)
    }
    const deletesData = values['delete-data'] === true
    if (deletesData && values.stop !== true) throw new UsageError('--delete-data goes with --stop.')
    if (values.stop !== true) {
      await client.folders.keep({ id, path })
      const folders = await client.folders.list({ id })
      output.result(
        { id, name, folders },
        `Kept from now on: ${path} is the same for every release, and a rollback does not change it.`,
      )
      return 0
    }
    const before = (await client.folders.list({ id })).find(folder => folder.path === path)
    await client.folders.stop({ id, path, deletesData })
    const folders = await client.folders.list({ id })
    output.result({ id, name, folders }, toStopText(path, before, deletesData))
    return 0
  }),
  mayTake: ['folder'],
  options: {
    list: { type: 'boolean' },
    stop: { type: 'boolean' },
    'delete-data': { type: 'boolean' },
  },
  optionHelp: {
    '--list': 'what is kept, and where its data is; so too without a folder',
    '--stop': 'from the next start on each release has its own again',
    '--delete-data': 'with --stop: deletes what was kept',
  },
}

async function list({ client, output }: Context, id: string): Promise<number> {
  const [folders, space] = await Promise.all([client.folders.list({ id }), client.folders.space({ id })])
  const least = space.isComplete ? '' : 'at least '
  const taken = `On the disk: checkouts ${least}${formatBytes(space.checkouts)}, kept folders ${least}${formatBytes(space.kept)}, logs ${formatBytes(space.logs)}.`
  const rows = folders.map(folder => [
    folder.path,
    keptByWords[folder.keptBy],
    folder.place ?? 'nothing yet: it begins with the next start',
  ])
  output.result(
    folders,
    `${rows.length === 0 ? 'No folder is kept.' : toTable([['FOLDER', '', 'DATA'], ...rows])}\n${taken}`,
  )
  return 0
}

function toStopText(path: string, before: KeptFolder | undefined, deletesData: boolean): string {
  const end = `From its next start on the app has a ${path} of its release.`
  if (before?.place == null) return end
  return deletesData ? `Deleted the data of ${path}. ${end}` : `${end} The data stays in ${before.place}.`
}
