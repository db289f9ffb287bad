import { SlipwayError } from '../../shared/domain/failure.ts'
import type { UserList } from '../../shared/domain/records.ts'
import { isSameUserName, userNameSchema } from '../../shared/domain/user.ts'
import type { Command, Context } from './command.ts'
import { about } from './find.ts'
import { toTable } from './output.ts'
import { UsageError } from './usage.ts'

export const user: Command = {
  name: 'user',
  takes: [],
  mayTake: ['what', 'name', 'new name'],
  help: 'who owns projects and who acts; with nothing more, lists them',
  options: {},
  optionHelp: {
    'add NAME': 'adds one',
    'rename OLD NEW': 'history keeps the old name',
    'remove NAME': 'one who owns nothing and does not act now',
    'use NAME': 'acts from now on, in the window too; --user NAME is for one command',
  },
  run: async context => {
    const [what = 'list', ...names] = context.words
    const action = Object.hasOwn(actions, what) ? actions[what] : undefined
    if (action === undefined || action.takes !== names.length) {
      throw new UsageError('slipway user takes nothing, add NAME, rename OLD NEW, remove NAME or use NAME.')
    }
    return action.run(context, names[0] ?? '', names[1] ?? '')
  },
}

interface Action {
  readonly takes: number
  readonly run: (context: Context, name: string, newName: string) => Promise<number>
}

const actions: Readonly<Record<string, Action>> = {
  list: {
    takes: 0,
    run: async ({ client, output }) => {
      const users = await client.users.list()
      const rows = users.map(one => [
        one.name,
        one.isCurrent ? 'acts now' : '',
        one.projects.length === 0 ? 'no projects' : one.projects.join(', '),
      ])
      output.result(users, toTable([['NAME', '', 'OWNS'], ...rows]))
      return 0
    },
  },
  add: {
    takes: 1,
    run: async ({ client, output }, name) => {
      const made = await client.users.add({ name: toUserName(name) })
      output.result(made, `Added ${made.name}.`)
      return 0
    },
  },
  rename: {
    takes: 2,
    run: async ({ client, output }, name, newName) => {
      const known = findUser(await client.users.list(), name)
      const renamed = await client.users.rename({ id: known.id, name: toUserName(newName) })
      output.result(renamed, `${known.name} is called ${renamed.name} now.`)
      return 0
    },
  },
  remove: {
    takes: 1,
    run: async ({ client, output }, name) => {
      const known = findUser(await client.users.list(), name)
      await client.users.remove({ id: known.id })
      output.result({ id: known.id, name: known.name }, `Removed ${known.name}.`)
      return 0
    },
  },
  use: {
    takes: 1,
    run: async ({ client, output }, name) => {
      const known = findUser(await client.users.list(), name)
      const used = await client.users.use({ id: known.id })
      output.result(used, `${used.name} acts from now on.`)
      return 0
    },
  },
}

export const give: Command = {
  ...about(
    'give',
    'hands its project over to another user',
    async ({ client, output, words }, deployment) => {
      const owner = findUser(await client.users.list(), words[1] ?? '')
      await client.projects.give({ id: deployment.project.id, ownerId: owner.id })
      const { id, name } = deployment
      output.result({ id, name, owner: owner.name }, `${name} belongs to ${owner.name} now.`)
      return 0
    },
  ),
  takes: ['name', 'user'],
}

function findUser(users: UserList, name: string): UserList[number] {
  const found = users.find(one => isSameUserName(one.name, name))
  if (found) return found
  throw new SlipwayError({
    code: 'not_found',
    message: `There is no user called ${name}.`,
    hint: `There is: ${users.map(one => one.name).join(', ')}.`,
  })
}

function toUserName(text: string): string {
  const parsed = userNameSchema.safeParse(text)
  if (parsed.success) return parsed.data
  throw new UsageError(`"${text}" is no name of a user. ${parsed.error.issues[0]?.message ?? ''}`)
}
