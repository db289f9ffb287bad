import { mostPreviews, type PreviewSetting } from '../../shared/domain/preview.ts'
import type { Command } from './command.ts'
import { about } from './find.ts'
import { UsageError } from './usage.ts'

export const previews: Command = {
  ...about(
    'previews',
    'deploys pull requests beside it, or says which are',
    async ({ client, output, words }, { id, name, branch }) => {
      const word = words[1]
      if (word !== undefined && word !== 'on' && word !== 'off')
        throw new UsageError(`Say slipway previews ${name} on, or off.`)
      const setting =
        word === undefined
          ? await client.previews.get({ id })
          : await client.previews.set({ id, isOn: word === 'on' })
      output.result({ id, name, branch, ...setting }, toText(setting, branch))
      return 0
    },
  ),
  mayTake: ['on or off'],
}

function toText({ isOn, previews: all, without, trouble }: PreviewSetting, branch: string): string {
  if (!isOn) return 'Off: pull requests have no previews.'
  const lines = [
    `On: pull requests into ${branch} are deployed, ${mostPreviews} of a project at the most. Those from forks get no secret variables.`,
    ...all.map(({ number, title, deployment }) => `#${number} ${title}: ${deployment}`),
    ...without.map(({ number, title, why }) => `#${number} ${title}: none. ${why}`),
    ...(trouble === null ? [] : [`${trouble.message} ${trouble.hint}`]),
  ]
  return lines.join('\n')
}
