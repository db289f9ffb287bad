import { spawn } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { text } from 'node:stream/consumers'
import { SlipwayError } from '../../shared/domain/failure.ts'
import { type Account, gitHubAddressSchema, type Repository } from '../../shared/domain/github.ts'
import { findLack, publicGitHub, toHostName } from '../../shared/domain/github-address.ts'
import { cannotRead } from './cannot-read.ts'
import type { Command, Context } from './command.ts'
import { toTable } from './output.ts'
import { askSilently } from './passphrase.ts'
import { UsageError } from './usage.ts'

export const github: Command = {
  name: 'github',
  takes: [],
  mayTake: ['what', 'login'],
  help: 'who is signed in at GitHub; with nothing more, lists them',
  options: {
    host: { type: 'string' },
    token: { type: 'boolean' },
    'token-file': { type: 'string' },
    cli: { type: 'boolean' },
    'client-id': { type: 'string' },
  },
  optionHelp: {
    login: 'signs in, by a code that is typed at GitHub',
    'logout LOGIN': 'deletes its token here',
    status: 'who is signed in, and whether GitHub still takes it',
    'repos LOGIN': 'the repositories that it sees',
    '--host ADDRESS': 'a GitHub Enterprise Server; github.com otherwise',
    '--token': 'of login: a token that is asked for, or read from standard input',
    '--token-file FILE': 'of login: the first line of a file; /dev/fd/3 for a file descriptor',
    '--cli': 'of login: takes over the sign-in of gh',
    '--client-id ID': 'of login: of the app to sign in with by a code; kept for the next time',
  },
  run: async context => {
    const [what = 'status', ...names] = context.words
    const action = Object.hasOwn(actions, what) ? actions[what] : undefined
    if (action === undefined) {
      throw new UsageError('slipway github takes login, logout LOGIN, status or repos LOGIN.')
    }
    return action(context, names[0])
  },
}

type Action = (context: Context, login: string | undefined) => Promise<number>

const actions: Readonly<Record<string, Action>> = { login, logout, status, repos }

async function login(context: Context): Promise<number> {
  const { client, values, output } = context
  const baseUrl = toBaseUrl(values.host)
  const account =
    values.cli === true
      ? await client.accounts.signInByCli({ baseUrl })
      : values.token === true || typeof values['token-file'] === 'string'
        ? await client.accounts.signInWithToken({ baseUrl, token: await readToken(context) })
        : await loginByCode(context, baseUrl)
  output.result(account, `Signed in at ${toHostName(baseUrl)} as ${account.login}.`)
  return 0
}

async function loginByCode({ client, values, output, signal }: Context, baseUrl: string): Promise<Account> {
  const clientId = values['client-id']
  const wish = typeof clientId === 'string' ? { baseUrl, clientId } : { baseUrl }
  for await (const step of await client.accounts.signInByCode(wish, { signal })) {
    if (step.state === 'done') return step.account
    output.say(`Type ${step.code} at ${step.url}`)
    if (!output.isJson && process.stdout.isTTY) openInBrowser(step.url)
  }
  throw new SlipwayError({
    code: 'sign_in_expired',
    message: 'The sign-in ended before it was done.',
    hint: 'Begin again.',
  })
}

/** Never an argument: those can be seen by other processes. */
async function readToken({ values, signal }: Context): Promise<string> {
  const file = values['token-file']
  const given =
    typeof file === 'string'
      ? await readFile(file, 'utf8').catch(cannotRead(file))
      : process.stdin.isTTY
        ? await askSilently('Token: ', signal)
        : await text(process.stdin)
  const [line = ''] = given.trim().split(/\r?\n/, 1)
  if (line !== '') return line
  throw new UsageError('There is no token: type it, or give it on standard input or with --token-file.')
}

async function logout({ client, output }: Context, name: string | undefined): Promise<number> {
  const account = findAccount(await client.accounts.list(), name)
  await client.accounts.signOut({ id: account.id })
  const { id, login, baseUrl } = account
  output.result(
    { id, login, baseUrl },
    `Signed out of ${toHostName(baseUrl)} as ${login}. Its token was deleted.`,
  )
  return 0
}

async function status({ client, output }: Context): Promise<number> {
  const accounts = await client.accounts.list()
  const rows = accounts.map(({ login, baseUrl, way, scopes, failure }) => [
    login,
    toHostName(baseUrl),
    way,
    failure?.message ??
      findLack({ scopes, baseUrl })?.message ??
      (scopes === null ? 'permissions of its token' : scopes.join(', ') || 'no scopes'),
  ])
  output.result(
    accounts,
    rows.length === 0
      ? 'Nobody is signed in. slipway github login signs in; public repositories need none.'
      : toTable([['LOGIN', 'AT', 'BY', 'MAY'], ...rows]),
  )
  return 0
}

async function repos({ client, output, signal }: Context, name: string | undefined): Promise<number> {
  const account = findAccount(await client.accounts.list(), name)
  const all: Repository[] = []
  for await (const page of await client.github.repositories({ id: account.id }, { signal })) {
    all.push(...page.repositories)
    if (page.failure !== null) throw new SlipwayError(page.failure)
  }
  const rows = all.map(({ fullName, isPrivate, origin, pushedAt, description }) => [
    fullName,
    isPrivate ? 'private' : 'public',
    origin,
    pushedAt === 0 ? '-' : new Date(pushedAt).toISOString().slice(0, 10),
    description,
  ])
  output.result(
    all,
    rows.length === 0
      ? `${account.login} sees no repository.`
      : toTable([['REPOSITORY', '', 'FROM', 'PUSHED', ''], ...rows]),
  )
  return 0
}

/** With one account alone, it need not be named. */
function findAccount(accounts: readonly Account[], name: string | undefined): Account {
  const named = name === undefined ? accounts : accounts.filter(one => one.login === name || one.id === name)
  const [found, another] = named
  if (found !== undefined && another === undefined) return found
  const all = accounts.map(({ login, id, baseUrl }) => `${login} at ${toHostName(baseUrl)} (${id})`)
  throw new SlipwayError({
    code: 'not_found',
    message:
      accounts.length === 0
        ? 'Nobody is signed in at GitHub.'
        : name === undefined
          ? 'Several accounts are signed in: say which.'
          : `${another === undefined ? 'No' : 'More than one'} account that is signed in is called ${name}.`,
    hint: accounts.length === 0 ? 'Sign in with slipway github login.' : `There is: ${all.join(', ')}.`,
  })
}

function toBaseUrl(host: Context['values'][string]): string {
  if (typeof host !== 'string') return publicGitHub
  const parsed = gitHubAddressSchema.safeParse(host)
  if (parsed.success) return parsed.data
  throw new UsageError(`"${host}" is no address of GitHub. ${parsed.error.issues[0]?.message ?? ''}`)
}

function openInBrowser(url: string): void {
  const program = { darwin: 'open', win32: 'explorer' }[process.platform as string] ?? 'xdg-open'
  const child = spawn(program, [url], { stdio: 'ignore', detached: true })
  // Without a browser the address that was printed is enough.
  child.on('error', () => {})
  child.unref()
}
