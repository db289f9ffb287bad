import { open, readFile, rm, stat } from 'node:fs/promises'
import { type ImportReport, mostExportBytes } from '../../shared/domain/export-file.ts'
import { SlipwayError } from '../../shared/domain/failure.ts'
import { tooLargeFile } from '../transfer/export-text.ts'
import { cannotRead } from './cannot-read.ts'
import type { Command } from './command.ts'
import { toTable } from './output.ts'
import { passphraseHelp, passphraseOption, readPassphrase } from './passphrase.ts'

export const exportCommand: Command = {
  name: 'export',
  takes: ['file'],
  help: 'writes users, projects and deployments into a file, for another computer',
  options: { 'with-secrets': { type: 'boolean' }, ...passphraseOption },
  optionHelp: {
    '--with-secrets': 'with the values of secrets, sealed under a passphrase',
    ...passphraseHelp,
  },
  run: async context => {
    const { client, output, values, argument } = context
    const isWithSecrets = values['with-secrets'] === true
    let counts = { deployments: 0, secrets: 0 }
    await writeNew(argument, async () => {
      const passphrase = isWithSecrets ? await readPassphrase(context, { isNew: true }) : null
      const { text, ...rest } = await client.transfer.export({ passphrase })
      counts = rest
      return text
    })
    const { deployments, secrets } = counts
    output.result(
      { file: argument, deployments, secrets },
      `Wrote ${argument}: ${count(deployments, 'deployment')}, ${
        isWithSecrets ? count(secrets, 'secret') : 'no values of secrets'
      }.`,
    )
    return 0
  },
}

export const importCommand: Command = {
  name: 'import',
  takes: ['file'],
  help: 'adds what such a file has and is not here; starts nothing',
  options: { show: { type: 'boolean' }, 'without-secrets': { type: 'boolean' }, ...passphraseOption },
  optionHelp: {
    '--show': 'only says what it would do',
    '--without-secrets': 'leaves secrets sealed; set them by hand',
    ...passphraseHelp,
  },
  run: async context => {
    const { client, output, values, argument } = context
    const text = await readExportFile(argument)
    const planned = await client.transfer.inspect({ text })
    if (values.show === true) {
      output.result(planned, toReportText(planned))
      return 0
    }
    const isAsked = planned.isSealed && values['without-secrets'] !== true
    const passphrase = isAsked ? await readPassphrase(context, { isNew: false }) : null
    const report = await client.transfer.import({ text, passphrase })
    output.result(report, toReportText(report))
    return 0
  },
}

/** Never over a file that is there: it may be the only copy of something. For this user's eyes only. */
async function writeNew(path: string, make: () => Promise<string>): Promise<void> {
  const file = await open(path, 'wx', 0o600).catch(cannotWrite(path))
  try {
    await file.writeFile(await make())
    await file.sync()
  } catch (error) {
    await rm(path)
    throw error
  } finally {
    await file.close()
  }
}

const cannotWrite = (path: string) => (cause: NodeJS.ErrnoException) => {
  const isThere = cause.code === 'EEXIST'
  throw new SlipwayError(
    {
      code: isThere ? 'conflict' : 'unavailable',
      message: isThere ? `There is a ${path} already.` : `${path} cannot be written.`,
      hint: isThere
        ? 'Choose another name, or move it away first.'
        : 'See whether the folder is there and you may write into it.',
    },
    cause,
  )
}

async function readExportFile(path: string): Promise<string> {
  const { size } = await stat(path).catch(cannotRead(path))
  if (size > mostExportBytes) throw tooLargeFile()
  return readFile(path, 'utf8').catch(cannotRead(path))
}

function toReportText(report: ImportReport): string {
  const { users, deployments, takesSettings } = report
  const words = { added: 'added', kept: 'here already', left_out: 'left out' } as const
  const rows = deployments.map(one => [
    one.name,
    one.owner,
    words[one.outcome],
    one.missing.length === 0 ? '' : `secrets to set: ${one.missing.join(', ')}`,
  ])
  const added = deployments.filter(one => one.outcome === 'added')
  return [
    ...(rows.length === 0 ? ['No deployments.'] : [toTable([['NAME', 'OWNER', '', ''], ...rows])]),
    ...deployments.filter(one => one.outcome === 'left_out').map(one => one.note),
    ...(users.added.length === 0 ? [] : [`New users: ${users.added.join(', ')}.`]),
    ...(takesSettings ? ['The settings of the file apply here, since nothing was deployed yet.'] : []),
    ...(added.length === 0
      ? []
      : ['Nothing is started by this. Deploy what should run:', ...added.map(toDeployCall)]),
  ].join('\n')
}

const toDeployCall = ({ name, owner, source }: ImportReport['deployments'][number]): string =>
  `  slipway deploy ${quoted(source.address)} --name ${name} --user ${quoted(owner)}`

const quoted = (word: string): string => (/[\s'"\\$]/.test(word) ? JSON.stringify(word) : word)

const count = (number: number, noun: string): string => `${number} ${noun}${number === 1 ? '' : 's'}`
