#!/usr/bin/env node
import { parseArgs } from 'node:util'
import { ORPCError } from '@orpc/client'
import { failureSchema, SlipwayError, toFailure } from '../shared/domain/failure.ts'
import { commands } from './cli/commands.ts'
import { createOutput } from './cli/output.ts'
import { toHelp, toWords, UsageError } from './cli/usage.ts'

/** The command line. Exit status: 0 done, 1 failed, 2 not understood, 130 ended by Ctrl-C before it was done. */
async function main(args: readonly string[]): Promise<number> {
  const [name, ...rest] = args
  if (name === undefined || name === '--help' || name === '-h' || name === 'help') {
    const isAsked = name !== undefined
    const stream = isAsked ? process.stdout : process.stderr
    stream.write(toHelp(commands))
    return isAsked ? 0 : 2
  }
  const command = commands.find(one => one.name === name)
  if (!command) throw new UsageError(`There is no command "${name}".`)
  const { values, positionals } = parseArgs({
    args: rest,
    allowPositionals: true,
    options: {
      ...command.options,
      user: { type: 'string' },
      json: { type: 'boolean' },
      help: { type: 'boolean', short: 'h' },
    },
  })
  if (values.help) {
    process.stdout.write(toHelp([command]))
    return 0
  }
  const { takes, mayTake = [] } = command
  const mostWords = mayTake.at(-1)?.endsWith('...') ? Infinity : takes.length + mayTake.length
  if (positionals.length < takes.length || positionals.length > mostWords) {
    throw new UsageError(`slipway ${name} takes ${toWords(command).join(' ') || 'no argument'}.`)
  }
  const output = createOutput({ isJson: values.json === true })
  const interrupt = new AbortController()
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => interrupt.abort())
  // Whoever reads our output may have enough of it, such as `head`.
  process.stdout.on('error', () => interrupt.abort())
  // Help and misuse need none of it.
  const { connect } = await import('./cli/connection.ts')
  const connection = await connect({ actsAs: values.user })
  try {
    return await command.run({
      ...connection,
      output,
      values,
      argument: positionals[0] ?? '',
      words: positionals,
      signal: interrupt.signal,
    })
  } catch (error) {
    if (interrupt.signal.aborted) return 130
    throw connection.lost.aborted ? quitMeanwhile(error) : error
  } finally {
    await connection.close()
  }
}

const quitMeanwhile = (cause: unknown) =>
  new SlipwayError(
    {
      code: 'unavailable',
      message: 'Slipway was quit before this was done.',
      hint: 'What it had begun goes on when Slipway is opened again.',
    },
    cause,
  )

/** Whatever was thrown, as what failed and what to do next. Never a stack. */
function report(error: unknown): number {
  const isJson = process.argv.includes('--json')
  if (error instanceof UsageError || (error as { code?: string }).code?.startsWith('ERR_PARSE_ARGS')) {
    const called = commands.filter(one => one.name === process.argv[2])
    const help = toHelp(called.length > 0 ? called : commands)
    process.stderr.write(`${(error as Error).message}\n\n${help}`)
    return 2
  }
  const sent = error instanceof ORPCError ? failureSchema.safeParse(error.data).data : undefined
  const failure = sent ?? toFailure(error)
  if (isJson) process.stdout.write(`${JSON.stringify({ failure })}\n`)
  else
    process.stderr.write(
      `${failure.message}\n${failure.hint}\n${(failure.lines ?? []).map(line => `  ${line}\n`).join('')}`,
    )
  if (failure.code === 'internal' && !(error instanceof SlipwayError)) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`)
  }
  return failure.code === 'registry_missing' ? 2 : 1
}

const lingerMs = 5000

process.exitCode = await main(process.argv.slice(2)).catch(report)
// A connection that somebody forgot is no reason to keep the terminal waiting.
setTimeout(() => process.exit(), lingerMs).unref()
