import { createWriteStream } from 'node:fs'
import { pipeline } from 'node:stream/promises'
import { SlipwayError } from '../../shared/domain/failure.ts'
import type { FoundLogLine, LogRef } from '../../shared/domain/log.ts'
import { createLogText, toPlainText } from '../../shared/domain/log-text.ts'
import type { Client, Command, Context, OptionValue } from './command.ts'
import { find } from './find.ts'
import { followLog } from './follow.ts'
import { toNumber, UsageError } from './usage.ts'

const pageLines = 5000

export const logs: Command = {
  name: 'logs',
  takes: [],
  mayTake: ['name...'],
  help: 'what the app printed; or searches the logs of all, or of those named',
  options: {
    follow: { type: 'boolean', short: 'f' },
    build: { type: 'boolean' },
    lines: { type: 'string' },
    download: { type: 'string' },
    search: { type: 'string' },
    regex: { type: 'boolean' },
    since: { type: 'string' },
    until: { type: 'string' },
  },
  optionHelp: {
    '-f, --follow': 'goes on until Ctrl-C',
    '--build': 'the log of its newest build; of a search, builds only',
    '--lines NUMBER': 'how many, up to 5000 (1000)',
    '--download FILE': 'all of it, into a file',
    '--search TEXT': 'the lines that contain the text, newest first',
    '--regex': 'the text is a regular expression',
    '--since WHEN': 'of a search: 15m, 2h, 7d, or a date and time',
    '--until WHEN': 'as --since',
  },
  run: async context => {
    const { words, values } = context
    if (values.search !== undefined) return search(context)
    for (const name of ['regex', 'since', 'until']) {
      if (values[name] !== undefined) throw new UsageError(`--${name} belongs to --search.`)
    }
    if (words.length !== 1) throw new UsageError('slipway logs takes one name, unless it searches.')
    return show(context)
  },
}

async function show(context: Context): Promise<number> {
  const { client, output, values, signal } = context
  const limit = toNumber(values.lines, 'number of lines', { from: 1, to: pageLines }) ?? 1000
  const one = await find(context)
  const log: LogRef =
    values.build && one.latestBuild
      ? { kind: 'build', id: one.latestBuild.id }
      : { kind: 'runtime', id: one.id }
  if (typeof values.download === 'string') return download(context, log, values.download)
  const page = await client.logs.read({ log, limit })
  for (const line of page.lines) output.logLine(line)
  if (values.follow) await followLog(context, log, { after: page.last, signal })
  return 0
}

/** Page by page, no faster than the disk takes it. */
async function download({ client, output, signal }: Context, log: LogRef, path: string): Promise<number> {
  const toText = createLogText()
  let count = 0
  async function* text() {
    for await (const lines of readPages(client, log)) {
      count += lines.length
      yield lines.map(toText).join('')
    }
  }
  try {
    await pipeline(text, createWriteStream(path, { flags: 'wx' }), { signal })
  } catch (cause) {
    if (signal.aborted || !(cause instanceof Error && 'syscall' in cause)) throw cause
    const isThere = 'code' in cause && cause.code === 'EEXIST'
    throw new SlipwayError(
      {
        code: isThere ? 'conflict' : 'unavailable',
        message: isThere ? `There is a ${path} already.` : `${path} cannot be written.`,
        hint: isThere
          ? 'Move it away, or give another name.'
          : 'See whether the folder is there and has room.',
      },
      cause,
    )
  }
  output.result({ path, lines: count }, `${count} lines in ${path}`)
  return 0
}

async function* readPages(client: Client, log: LogRef) {
  for (let after = 0; ; ) {
    const page = await client.logs.read({ log, after, limit: pageLines })
    const last = page.lines.at(-1)?.seq
    if (last === undefined) return
    yield page.lines
    if (last >= page.last) return
    after = last
  }
}

async function search(context: Context): Promise<number> {
  const { client, output, values, words, signal } = context
  const named = await Promise.all(words.map(argument => find({ ...context, argument })))
  const range = { since: toTime(values.since, 'since'), until: toTime(values.until, 'until') }
  const steps = await client.logs.searchAll(
    {
      text: String(values.search),
      isRegex: values.regex === true,
      limit: toNumber(values.lines, 'number of lines', { from: 1, to: 1000 }) ?? 200,
      context: 0,
      ...(named.length === 0 ? {} : { deploymentIds: named.map(one => one.id) }),
      ...(values.build ? { kinds: ['build'] } : {}),
      ...(range.since === undefined ? {} : { since: range.since }),
      ...(range.until === undefined ? {} : { until: range.until }),
    },
    { signal },
  )
  let count = 0
  for await (const { found, of, end, failure } of steps) {
    count += found.length
    for (const one of found) output.result(one, toResultLine(one))
    if (failure !== null) throw new SlipwayError(failure)
    if (end === 'limit') output.say(`More than ${count} lines match: these are the newest.`)
    if (end === 'complete' && count === 0)
      output.say(`No line matches in ${of === 1 ? '1 log' : `${of} logs`}.`)
  }
  return 0
}

const toResultLine = ({ deployment, log, line }: FoundLogLine): string =>
  `${new Date(line.at).toISOString()} ${deployment}${log.kind === 'build' ? ' (build)' : ''}: ${toPlainText(line.text)}`

const unitsMs = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const

/** `2h`: so long ago; else a date, with or without a time. */
function toTime(value: OptionValue, name: string): number | undefined {
  if (value === undefined) return undefined
  const [, count, unit] = /^(\d+)([smhd])$/.exec(String(value)) ?? []
  const at =
    count === undefined
      ? Date.parse(String(value))
      : Date.now() - Number(count) * unitsMs[unit as keyof typeof unitsMs]
  if (Number.isNaN(at))
    throw new UsageError(`--${name} ${value} is no time: give 15m, 2h, 7d, or a date and time.`)
  return at
}
