import { readFile } from 'node:fs/promises'
import { text } from 'node:stream/consumers'
import { parseEnvFile } from '../../shared/domain/env-file.ts'
import { SlipwayError } from '../../shared/domain/failure.ts'
import type { Variable, VariableEdit, VariableScope } from '../../shared/domain/variable.ts'
import { suggestScope, suggestSecret } from '../../shared/domain/variable-rules.ts'
import { cannotRead } from './cannot-read.ts'
import type { Command, Context } from './command.ts'
import { about } from './find.ts'
import { toTable } from './output.ts'
import { UsageError } from './usage.ts'

const scopeWords = { run: 'run', build: 'build', both: 'run and build' } as const

export const variables: Command = {
  ...about('variables', 'lists and changes its variables', async (context, { id, name }) => {
    const { client, output, values } = context
    const { variables: known } = await client.variables.list({ id })
    const set = await toEdits(context, known)
    const remove = texts(values.unset)
    const apply = values.apply === true
    if (set.length + remove.length > 0 || apply) {
      const { applied } = await client.variables.save({ id, changes: { set, remove }, apply })
      output.say(said(applied, apply, name))
    }
    const listed = await client.variables.list({ id })
    const rows = listed.variables.map(one => [
      one.name,
      one.isSecret ? '(secret, set)' : JSON.stringify(one.value),
      scopeWords[one.scope],
      one.isPending ? 'not applied yet' : '',
    ])
    output.result(
      listed,
      rows.length === 0 ? 'No variables.' : toTable([['NAME', 'VALUE', 'THERE AT', ''], ...rows]),
    )
    return 0
  }),
  options: {
    set: { type: 'string', multiple: true },
    secret: { type: 'string' },
    unset: { type: 'string', multiple: true },
    from: { type: 'string' },
    build: { type: 'boolean' },
    both: { type: 'boolean' },
    apply: { type: 'boolean' },
  },
  optionHelp: {
    '--set NAME=VALUE': 'may be given several times',
    '--secret NAME': 'reads the value of a secret from standard input',
    '--unset NAME': 'may be given several times',
    '--from FILE': 'takes what a .env file sets',
    '--build, --both': 'there while it is built, or then too; while it runs otherwise',
    '--apply': 'releases it anew with them',
  },
}

async function toEdits({ values }: Context, known: readonly Variable[]): Promise<VariableEdit[]> {
  const scope: VariableScope | undefined = values.both ? 'both' : values.build ? 'build' : undefined
  const kindOf = (name: string) => {
    const before = known.find(one => one.name === name)
    return {
      scope: scope ?? before?.scope ?? suggestScope(name),
      isSecret: before?.isSecret ?? suggestSecret(name),
    }
  }
  const plain = texts(values.set).map(assignment => {
    const at = assignment.indexOf('=')
    if (at < 1) throw new UsageError(`"${assignment}" is no NAME=VALUE.`)
    const name = assignment.slice(0, at)
    return { name, value: assignment.slice(at + 1), ...kindOf(name), isSecret: false }
  })
  const secret = typeof values.secret === 'string' ? [await readSecret(values.secret)] : []
  const file = typeof values.from === 'string' ? await readEnv(values.from) : []
  return [
    ...file.map(({ name, value }) => ({ name, value, ...kindOf(name) })),
    ...plain,
    ...secret.map(({ name, value }) => ({ name, value, ...kindOf(name), isSecret: true })),
  ]
}

/** Not an argument: those can be seen by every process of this computer. */
async function readSecret(name: string): Promise<{ name: string; value: string }> {
  if (process.stdin.isTTY) {
    throw new UsageError(
      `Give the value on standard input, such as: slipway variables NAME --secret ${name} < file`,
    )
  }
  return { name, value: (await text(process.stdin)).replace(/\r?\n$/, '') }
}

async function readEnv(path: string) {
  const content = await readFile(path, 'utf8').catch(cannotRead(path))
  const { variables: found, refused } = parseEnvFile(content)
  const [first] = refused
  if (first !== undefined) {
    throw new SlipwayError({
      code: 'invalid_input',
      message: `Line ${first.line} of ${path} cannot be taken: ${first.why}.`,
      hint: 'Correct it or take it out. Nothing was changed.',
    })
  }
  return found
}

function said(applied: 'nothing' | 'release' | 'build', isAsked: boolean, name: string): string {
  if (applied === 'release') return 'Saved. The same build is released with them now.'
  if (applied === 'build') return 'Saved. The build knows them, so the same commit is built again now.'
  return isAsked
    ? 'Saved. What runs has them already, or nothing runs yet.'
    : `Saved. slipway variables ${name} --apply releases it with them.`
}

const texts = (value: Context['values'][string]): string[] =>
  Array.isArray(value) ? value.filter(one => typeof one === 'string') : []
