import { statSync } from 'node:fs'
import { homedir } from 'node:os'
import path from 'node:path'
import { SlipwayError } from '../../shared/domain/failure.ts'
import { nameSchema } from '../../shared/domain/name.ts'
import type { Plan } from '../../shared/domain/plan.ts'
import { withEdits } from '../../shared/domain/plan.ts'
import type { Deployment, Source } from '../../shared/domain/records.ts'
import { isFinishedBuild } from '../../shared/domain/status.ts'
import type { Command, Context } from './command.ts'
import { followLog, waitUntil } from './follow.ts'
import { UsageError } from './usage.ts'

export const deploy: Command = {
  name: 'deploy',
  takes: ['git url or folder'],
  help: 'builds it and runs it',
  options: {
    branch: { type: 'string' },
    port: { type: 'string' },
    name: { type: 'string' },
    keep: { type: 'boolean' },
  },
  optionHelp: {
    '--branch NAME': 'the default branch of the repository',
    '--port NUMBER': 'where the app listens; the plan finds it otherwise',
    '--name NAME': 'http://<name>.localhost; made from the address otherwise',
    '--keep': 'the app goes on when Slipway ends',
  },
  run: async context => {
    const { client, output, values, signal } = context
    const source = toSource(context.argument)
    const wish = {
      branch: typeof values.branch === 'string' ? values.branch : undefined,
      port: toPort(values.port),
      name: toCheckedName(values.name),
      keepsRunning: values.keep === true ? true : undefined,
    }
    const existing = findExisting(await client.deployments.list(), source, wish)
    const inspected = await client.sources.inspect({ source, branch: wish.branch ?? existing?.branch ?? '' })
    output.say(
      toPlanText(withEdits(inspected.plan, existing?.planEdits ?? {}, wish.port ?? existing?.port ?? null)),
    )
    const { id, buildId } = existing
      ? await deployAgain(context, existing.id, wish)
      : await client.deployments.create({
          source,
          branch: inspected.branch,
          name: wish.name ?? inspected.name,
          port: wish.port ?? null,
          planEdits: {},
          ...(wish.keepsRunning ? { keepsRunning: true } : {}),
        })
    context.endApps()

    if (!(await printBuild(context, buildId))) return detached(context)
    const live = await waitUntil(client, () => findLive(context, id, buildId), signal)
    if (!live) return detached(context)
    output.result({ id, name: live.name, url: live.url, port: live.health.port, buildId }, live.url)
    return stay(context, live)
  },
}

/** Alone, the app ends with this process: it stays until Ctrl-C and prints what the app says. */
export async function stay(context: Context, deployment: Deployment): Promise<number> {
  if (!context.isAlone || deployment.keepsRunning) return 0
  context.output.say('Running until Ctrl-C. --keep lets the app go on without Slipway.')
  const log = { kind: 'runtime', id: deployment.id } as const
  await followLog(context, log, { after: 0, signal: context.signal })
  return 0
}

/** Follows the build. False when Ctrl-C came first. */
async function printBuild(context: Context, buildId: string): Promise<boolean> {
  const { client, signal } = context
  const end = new AbortController()
  const stop = () => end.abort()
  signal.addEventListener('abort', stop)
  const following = followLog(context, { kind: 'build', id: buildId }, { after: 0, signal: end.signal })
  const build = await waitUntil(
    client,
    async () => {
      const one = await client.builds.get({ id: buildId })
      return isFinishedBuild(one.status) ? one : undefined
    },
    signal,
  )
  // The log of a finished build is closed; that of one that was replaced before it began never opens.
  if (build?.status !== 'succeeded' && build?.status !== 'failed') end.abort()
  await following
  signal.removeEventListener('abort', stop)
  if (!build) return false
  if (build.failure) throw new SlipwayError(build.failure)
  if (build.status === 'cancelled') {
    throw new SlipwayError({
      code: 'build_cancelled',
      message: 'The build was cancelled, or a newer one took its place.',
      hint: 'Deploy again.',
    })
  }
  return true
}

async function findLive({ client }: Context, id: string, buildId: string): Promise<Deployment | undefined> {
  const one = await client.deployments.get({ id })
  if (one.serving?.buildId === buildId && one.health.ready > 0) return one
  const release = one.releases.find(candidate => candidate.buildId === buildId)
  const failure = release?.failure ?? (one.status === 'failed' ? one.failure : null)
  if (failure) throw new SlipwayError(failure)
  return undefined
}

async function deployAgain(
  { client }: Context,
  id: string,
  wish: { port: number | undefined; keepsRunning: boolean | undefined },
): Promise<{ id: string; buildId: string }> {
  const edits = {
    ...(wish.port === undefined ? {} : { port: wish.port }),
    ...(wish.keepsRunning === undefined ? {} : { keepsRunning: wish.keepsRunning }),
  }
  if (Object.keys(edits).length > 0) await client.deployments.update({ id, ...edits })
  return { id, ...(await client.deployments.deploy({ id })) }
}

function findExisting(
  deployments: readonly Deployment[],
  source: Source,
  wish: { branch: string | undefined; name: string | undefined },
): Deployment | undefined {
  return deployments.find(
    one =>
      one.project.source.kind === source.kind &&
      one.project.source.address === source.address &&
      (wish.branch === undefined || one.branch === wish.branch) &&
      (wish.name === undefined || one.name === wish.name),
  )
}

function detached({ output, isAlone }: Context): number {
  output.say(isAlone ? 'Stopped.' : 'Detached. The deploy goes on in Slipway.')
  return 130
}

/** An existing folder, or something that looks like a path, is a folder; anything else is for git. */
export function toSource(text: string): Source {
  const home = text.startsWith('~/') ? path.join(homedir(), text.slice(2)) : text
  const isFolder =
    /^[./]/.test(home) || path.isAbsolute(home) || statSync(home, { throwIfNoEntry: false })?.isDirectory()
  return isFolder ? { kind: 'folder', address: path.resolve(home) } : { kind: 'git', address: text }
}

export function toPort(value: string | boolean | undefined): number | undefined {
  if (value === undefined) return undefined
  const port = Number(value)
  if (Number.isInteger(port) && port >= 1 && port <= 65535) return port
  throw new UsageError(`"${value}" is no port: give a number from 1 to 65535.`)
}

function toCheckedName(value: string | boolean | undefined): string | undefined {
  if (typeof value !== 'string') return undefined
  const parsed = nameSchema.safeParse(value)
  if (parsed.success) return parsed.data
  throw new UsageError(`"${value}" is no name. ${parsed.error.issues[0]?.message ?? ''}`)
}

export function toPlanText(plan: Plan): string {
  const rows = [
    ['Plan', plan.label, ''],
    ...(['install', 'build', 'start', 'output'] as const).flatMap(part => {
      const found = plan[part]
      return found ? [[part, found.value, found.origin]] : []
    }),
    ...(plan.port ? [['port', String(plan.port.value), plan.port.origin]] : []),
  ]
  const text = rows.map(
    ([part, value, origin]) => `${part?.padEnd(8)} ${value}${origin ? `   (${origin})` : ''}`,
  )
  return [...text, ...plan.notes.map(note => `note     ${note}`)].join('\n')
}
