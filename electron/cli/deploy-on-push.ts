import type { PushSetting } from '../../shared/domain/push.ts'
import type { Command, OptionValue } from './command.ts'
import { about } from './find.ts'
import { UsageError } from './usage.ts'

export const deployOnPush: Command = {
  ...about(
    'deploy-on-push',
    'deploys what is pushed to the branch, or says whether that is on',
    async (context, { id, name, branch }) => {
      const { client, output, values, words } = context
      const isOn = toSwitch(words[1], name)
      const paths = toPaths(values.path)
      if (paths !== undefined && isOn !== true) throw new UsageError('--path goes with on.')
      const setting =
        isOn === undefined ? await client.pushes.get({ id }) : await client.pushes.set({ id, isOn, paths })
      output.result({ id, name, branch, ...setting }, toText(setting, branch))
      return 0
    },
  ),
  mayTake: ['on or off'],
  options: { path: { type: 'string', multiple: true } },
  optionHelp: {
    '--path PATTERN': 'only when a folder or file like it changes, such as apps/web; may be given again',
  },
}

function toSwitch(word: string | undefined, name: string): boolean | undefined {
  if (word === undefined) return undefined
  if (word === 'on' || word === 'off') return word === 'on'
  throw new UsageError(`Say slipway deploy-on-push ${name} on, or off.`)
}

const toPaths = (given: OptionValue): string[] | undefined =>
  Array.isArray(given) ? given.filter(one => typeof one === 'string') : undefined

function toText({ isOn, paths, trouble, notice }: PushSetting, branch: string): string {
  if (!isOn) return 'Off: a push deploys nothing.'
  const what = paths.length === 0 ? '' : ` that changes ${paths.join(', ')}`
  const text = `On: a push to ${branch}${what} is deployed, while Slipway is open or when it is opened again.`
  return [text, notice, trouble && `${trouble.message} ${trouble.hint}`].filter(Boolean).join('\n')
}
