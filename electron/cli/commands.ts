import { spawn } from 'node:child_process'
import { SlipwayError } from '../../shared/domain/failure.ts'
import { withEdits } from '../../shared/domain/plan.ts'
import type { Deployment } from '../../shared/domain/records.ts'
import type { Command, Context } from './command.ts'
import { deploy, stay, toPort, toSource } from './deploy.ts'
import { followLog, waitUntil } from './follow.ts'
import { toTable } from './output.ts'

const plan: Command = {
  name: 'plan',
  takes: ['git url or folder'],
  help: 'prints how it would be built, as JSON',
  options: { branch: { type: 'string' }, port: { type: 'string' } },
  optionHelp: {
    '--branch NAME': 'the default branch of the repository',
    '--port NUMBER': 'where the app listens',
  },
  run: async ({ client, argument, values }) => {
    const branch = typeof values.branch === 'string' ? values.branch : ''
    const inspected = await client.sources.inspect({ source: toSource(argument), branch })
    const port = toPort(values.port) ?? null
    process.stdout.write(
      `${JSON.stringify({ ...inspected, plan: withEdits(inspected.plan, {}, port) }, null, 2)}\n`,
    )
    return 0
  },
}

const list: Command = {
  name: 'list',
  takes: [],
  help: 'every deployment with its status',
  options: {},
  optionHelp: {},
  run: async ({ client, output, isAlone }) => {
    const deployments = await client.deployments.list()
    const rows = deployments.map(one => [
      one.name,
      // Without a running Slipway a live app may not be there: it starts again with Slipway.
      isAlone && one.status === 'live' && one.health.ready === 0 ? 'not running' : one.status,
      one.branch,
      one.serving?.commit.sha.slice(0, 7) ?? '-',
      one.url,
      one.failure?.message ?? '',
    ])
    const text =
      rows.length === 0
        ? 'Nothing is deployed yet.'
        : toTable([['NAME', 'STATUS', 'BRANCH', 'COMMIT', 'URL', ''], ...rows])
    output.result(deployments, text)
    return 0
  },
}

const logs: Command = {
  name: 'logs',
  takes: ['name'],
  help: 'what the app printed',
  options: { follow: { type: 'boolean', short: 'f' }, build: { type: 'boolean' }, lines: { type: 'string' } },
  optionHelp: {
    '-f, --follow': 'goes on until Ctrl-C',
    '--build': 'the log of its newest build',
    '--lines NUMBER': 'how many (1000)',
  },
  run: async context => {
    const { client, output, values } = context
    const one = await find(context)
    const log =
      values.build && one.latestBuild
        ? ({ kind: 'build', id: one.latestBuild.id } as const)
        : ({ kind: 'runtime', id: one.id } as const)
    const page = await client.logs.read({ log, limit: Math.min(Number(values.lines ?? 1000) || 1000, 5000) })
    for (const line of page.lines) output.logLine(line)
    if (values.follow) await followLog(context, log, { after: page.last, signal: context.signal })
    return 0
  },
}

const open: Command = {
  name: 'open',
  takes: ['name'],
  help: 'opens the app in the browser',
  options: {},
  optionHelp: {},
  run: async context => {
    const { url } = await find(context)
    context.output.result({ url }, url)
    const program = { darwin: 'open', win32: 'explorer' }[process.platform as string] ?? 'xdg-open'
    const child = spawn(program, [url], { stdio: 'ignore', detached: true })
    // Without a browser the address that was printed is enough.
    child.on('error', () => {})
    child.unref()
    return 0
  },
}

const rollback: Command = {
  name: 'rollback',
  takes: ['name'],
  help: 'rolls an earlier release out again, without a build',
  options: { to: { type: 'string' } },
  optionHelp: { '--to NUMBER': 'the release; the one before the live one otherwise' },
  run: async context => {
    const { client, values } = context
    const { id, serving } = await find(context)
    const { releases } = await client.deployments.get({ id })
    const wanted = values.to === undefined ? undefined : Number(values.to)
    const release = releases.find(one =>
      wanted === undefined
        ? one.liveAt !== null && one.number < (serving?.number ?? 0) && one.buildId !== serving?.buildId
        : one.number === wanted,
    )
    if (!release) {
      throw new SlipwayError({
        code: 'not_found',
        message: 'There is no such release to roll back to.',
        hint: `Releases: ${releases.map(one => `#${one.number}`).join(', ') || 'none'}.`,
      })
    }
    const next = await client.deployments.rollback({ id, releaseId: release.id })
    return runUntilLive(context, id, one => one.serving?.id === next.releaseId)
  },
}

const restart: Command = simple('restart', 'starts the app anew', async (context, { id, health }) => {
  await context.client.deployments.restart({ id })
  return runUntilLive(context, id, one => one.health.instances.join() !== health.instances.join())
})

const start: Command = simple('start', 'starts a stopped app', async (context, { id }) => {
  await context.client.deployments.start({ id })
  return runUntilLive(context, id, () => true)
})

const stop: Command = simple('stop', 'stops the app', async (context, { id }) => {
  await context.client.deployments.stop({ id })
  await waitUntil(
    context.client,
    async () => {
      const one = await context.client.deployments.get({ id })
      return one.status === 'stopped' && one.health.instances.length === 0 ? one : undefined
    },
    context.signal,
  )
  context.output.result({ id, status: 'stopped' }, 'Stopped.')
  return 0
})

const remove: Command = {
  ...simple('remove', 'removes the app and all that is there of it', async (context, { id, name }) => {
    if (!context.values.yes && !process.stdin.isTTY) {
      throw new SlipwayError({
        code: 'invalid_input',
        message: `Removing ${name} deletes its releases, builds and logs.`,
        hint: `Run slipway remove ${name} --yes.`,
      })
    }
    if (!context.values.yes && (await ask(`Type ${name} to remove it: `)) !== name) {
      context.output.say('Nothing was removed.')
      return 1
    }
    await context.client.deployments.remove({ id, name })
    const left = await waitUntil(
      context.client,
      async () => (await context.client.deployments.residue({ id })) ?? undefined,
      context.signal,
    )
    if (!left) return 130
    const counts = Object.entries(left).map(([what, count]) => `${count} ${what}`)
    context.output.result({ id, left }, `Removed. Left: ${counts.join(', ')}.`)
    return Object.values(left).every(count => count === 0) ? 0 : 1
  }),
  options: { yes: { type: 'boolean' } },
  optionHelp: { '--yes': 'does not ask' },
}

export const commands: readonly Command[] = [
  deploy,
  plan,
  list,
  logs,
  open,
  rollback,
  restart,
  stop,
  start,
  remove,
]

/** A command about one deployment, by name. */
function simple(
  name: string,
  help: string,
  run: (context: Context, deployment: Deployment) => Promise<number>,
): Command {
  return {
    name,
    takes: ['name'],
    help,
    options: {},
    optionHelp: {},
    run: async context => run(context, await find(context)),
  }
}

async function find({ client, argument }: Context): Promise<Deployment> {
  const deployments = await client.deployments.list()
  const found = deployments.find(one => one.name === argument || one.id === argument)
  if (found) return found
  throw new SlipwayError({
    code: 'not_found',
    message: `There is no deployment called ${argument}.`,
    hint:
      deployments.length === 0
        ? 'Nothing is deployed yet.'
        : `There is: ${deployments.map(one => one.name).join(', ')}.`,
  })
}

async function runUntilLive(
  context: Context,
  id: string,
  isNew: (one: Deployment) => boolean,
): Promise<number> {
  context.endApps()
  const live = await waitUntil(
    context.client,
    async () => {
      const one = await context.client.deployments.get({ id })
      if (one.status === 'failed' && one.failure) throw new SlipwayError(one.failure)
      return one.status === 'live' && one.health.ready > 0 && isNew(one) ? one : undefined
    },
    context.signal,
  )
  if (!live) return 130
  context.output.result({ id, name: live.name, url: live.url, port: live.health.port }, live.url)
  return stay(context, live)
}

async function ask(question: string): Promise<string> {
  const { createInterface } = await import('node:readline/promises')
  const prompt = createInterface({ input: process.stdin, output: process.stderr })
  const answer = await prompt.question(question)
  prompt.close()
  return answer.trim()
}
