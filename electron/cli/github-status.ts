import type { ReportSetting } from '../../shared/domain/github-report.ts'
import type { Command } from './command.ts'
import { about } from './find.ts'
import { UsageError } from './usage.ts'

export const gitHubStatus: Command = {
  ...about(
    'github-status',
    'tells GitHub where a commit runs, or says whether that is on',
    async ({ client, output, words }, { id, name }) => {
      const word = words[1]
      if (word !== undefined && word !== 'on' && word !== 'off')
        throw new UsageError(`Say slipway github-status ${name} on, or off.`)
      const setting =
        word === undefined
          ? await client.reports.get({ id })
          : await client.reports.set({ id, isOn: word === 'on' })
      output.result({ id, name, ...setting }, toText(setting))
      return 0
    },
  ),
  mayTake: ['on or off'],
}

function toText({ isOn, place, told, trouble }: ReportSetting): string {
  if (place === 'elsewhere') return 'Its source is no repository at GitHub.'
  if (!isOn) return 'Off: GitHub is not told where it runs.'
  if (place === 'signed_out') return 'Nobody is signed in who could tell GitHub: slipway github login.'
  if (trouble !== null) {
    const link = trouble.link === undefined ? '' : ` ${trouble.link.url}`
    return `On, but GitHub could not be told: ${trouble.message} ${trouble.hint}${link}`
  }
  return told === null
    ? 'On: GitHub was told nothing yet.'
    : `On: ${told.sha.slice(0, 7)} is ${told.state} at GitHub.`
}
