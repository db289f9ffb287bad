import { spawn } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { listEveryDeployment } from '../../shared/contract/every-deployment.ts'
import { toDockerfile } from '../../shared/domain/dockerfile/dockerfile.ts'
import { SlipwayError } from '../../shared/domain/failure.ts'
import { type Plan, withEdits } from '../../shared/domain/plan.ts'
import { planFileName, toPlanFile } from '../../shared/domain/plan-file.ts'
import { activity } from './activity.ts'
import { backup, database, restore } from './add-ons.ts'
import { remove, restart, start, stop } from './change.ts'
import { cluster } from './clusters.ts'
import type { Command } from './command.ts'
import { deploy } from './deploy.ts'
import { deployOnPush } from './deploy-on-push.ts'
import { domain } from './domains.ts'
import { drift } from './drift.ts'
import { about } from './find.ts'
import { github } from './github.ts'
import { gitHubStatus } from './github-status.ts'
import { keep } from './keep.ts'
import { logs } from './logs.ts'
import { type Output, toTable } from './output.ts'
import { previews } from './previews.ts'
import { rollback } from './rollback.ts'
import { scale } from './scale.ts'
import { diagnostics, settings } from './settings.ts'
import { shell } from './shell.ts'
import { toPort, toRoot, toSource } from './source.ts'
import { space } from './space.ts'
import { answersAlone, toPlaceText, toUrl } from './stay.ts'
import { top } from './top.ts'
import { exportCommand, importCommand } from './transfer.ts'
import { UsageError } from './usage.ts'
import { give, user } from './users.ts'
import { variables } from './variables.ts'

const plan: Command = {
  name: 'plan',
  takes: ['git url or folder'],
  help: 'prints how it would be built, as JSON',
  options: {
    branch: { type: 'string' },
    port: { type: 'string' },
    root: { type: 'string' },
    write: { type: 'boolean' },
    dockerfile: { type: 'boolean' },
  },
  optionHelp: {
    '--branch NAME': 'the default branch of the repository otherwise',
    '--port NUMBER': 'where the app listens; the plan finds it otherwise',
    '--root FOLDER': 'the folder of the app, where the repository has several',
    '--write': 'of a folder: keeps it there as slipway.json',
    '--dockerfile': 'prints the Dockerfile that a cluster would build it with',
  },
  run: async ({ client, argument, values, signal, output }) => {
    const branch = typeof values.branch === 'string' ? values.branch : ''
    const port = toPort(values.port) ?? null
    const source = toSource(argument)
    if (values.write === true && source.kind !== 'folder')
      throw new UsageError('--write is for a folder: clone the repository, and write into its folder.')
    const inspected = await client.sources.inspect({ source, branch, root: toRoot(values.root) }, { signal })
    const value = { ...inspected, plan: withEdits(inspected.plan, {}, port) }
    if (values.write === true) await writePlanFile(source.address, value.plan)
    if (values.dockerfile === true) return printDockerfile(value.plan, output)
    output.result(value, JSON.stringify(value, null, 2))
    return 0
  },
}

function printDockerfile(plan: Plan, output: Output): number {
  const dockerfile = toDockerfile(plan)
  if (dockerfile === undefined) {
    throw new SlipwayError({
      code: 'conflict',
      message: `The repository has a ${plan.label} of its own, which is used as it is.`,
      hint: 'Look at it in the repository.',
    })
  }
  output.result({ dockerfile }, dockerfile.trimEnd())
  return 0
}

/** Never in place of one that is there: it may say more than the plan does. */
async function writePlanFile(folder: string, found: Plan): Promise<void> {
  const path = join(folder, planFileName)
  const text = `${JSON.stringify(toPlanFile(found), null, 2)}\n`
  await writeFile(path, text, { flag: 'wx' }).catch((cause: NodeJS.ErrnoException) => {
    const isThere = cause.code === 'EEXIST'
    throw new SlipwayError(
      {
        code: isThere ? 'conflict' : 'unavailable',
        message: isThere ? `There is a ${path} already.` : `${path} cannot be written.`,
        hint: isThere ? 'Edit it, or move it away first.' : 'See whether you may write into the folder.',
      },
      cause,
    )
  })
}

const list: Command = {
  name: 'list',
  takes: [],
  help: 'every deployment with its status',
  options: {},
  optionHelp: { '--user NAME': 'those of that user only' },
  run: async context => {
    const { client, output, isAlone, values } = context
    const { user: asked } = await client.session.info()
    const all = await listEveryDeployment(client)
    const isOfSeveral = all.some(one => one.owner.id !== all[0]?.owner.id)
    const deployments = values.user === undefined ? all : all.filter(one => one.owner.id === asked.id)
    const rows = deployments.map(one => [
      one.name,
      // Without a running Slipway a live app may not be there: it starts again with Slipway.
      isAlone && one.cluster.kind === 'local' && one.status === 'live' && one.health.ready === 0
        ? 'not running'
        : one.status,
      one.branch,
      one.serving?.commit.sha.slice(0, 7) ?? '-',
      toPlaceText(context, one),
      ...(isOfSeveral ? [one.owner.name] : []),
      one.failure?.message ?? '',
    ])
    const heads = ['NAME', 'STATUS', 'BRANCH', 'COMMIT', 'URL', ...(isOfSeveral ? ['OWNER'] : []), '']
    const text =
      rows.length > 0
        ? toTable([heads, ...rows])
        : values.user === undefined
          ? 'Nothing is deployed yet.'
          : `${asked.name} has nothing deployed yet.`
    output.result(deployments, text)
    return 0
  },
}

const open: Command = about('open', 'opens the app in the browser', async (context, one) => {
  if (context.isAlone && !answersAlone(one)) {
    throw new SlipwayError({
      code: 'unavailable',
      message: `${one.name} does not run: Slipway is not open.`,
      hint: `Open Slipway, or run slipway start ${one.name}.`,
    })
  }
  const url = toUrl(context, one)
  if (url === null) {
    throw new SlipwayError({
      code: 'conflict',
      message: `${one.name} is a ${one.isWorker ? 'worker' : 'database'}: there is nothing to open.`,
      hint: `slipway logs ${one.name} shows what it says.`,
    })
  }
  context.output.result({ id: one.id, name: one.name, url }, url)
  const program = { darwin: 'open', win32: 'explorer' }[process.platform as string] ?? 'xdg-open'
  const child = spawn(program, [url], { stdio: 'ignore', detached: true })
  // Without a browser the address that was printed is enough.
  child.on('error', () => {})
  child.unref()
  return 0
})

export const commands: readonly Command[] = [
  deploy,
  plan,
  list,
  deployOnPush,
  previews,
  gitHubStatus,
  variables,
  keep,
  space,
  top,
  domain,
  logs,
  activity,
  open,
  rollback,
  scale,
  drift,
  shell,
  database,
  backup,
  restore,
  restart,
  stop,
  start,
  remove,
  give,
  user,
  github,
  cluster,
  settings,
  diagnostics,
  exportCommand,
  importCommand,
]
