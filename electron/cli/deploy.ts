import { listEveryDeployment } from '../../shared/contract/every-deployment.ts'
import { formatBytes } from '../../shared/domain/bytes.ts'
import { SlipwayError } from '../../shared/domain/failure.ts'
import { healthPathPattern, healthPathRule } from '../../shared/domain/health-path.ts'
import { findSaid, type Plan, type PlanEdits, toOwnDockerfile, withEdits } from '../../shared/domain/plan.ts'
import { type Deployment, keptReleases, type Source } from '../../shared/domain/records.ts'
import { defaultSize, type SizeName, sizeNames } from '../../shared/domain/size.ts'
import type { Command, Context, OptionValue } from './command.ts'
import { dockerfileHelp, dockerfileOptions, toDockerfileWish } from './dockerfile-options.ts'
import { followToLive } from './follow-build.ts'
import { toInstances, toSize } from './scale.ts'
import { toCheckedName, toImageSource, toPort, toRoot, toSource } from './source.ts'
import { lastSeq } from './stay.ts'
import { UsageError } from './usage.ts'

export const deploy: Command = {
  name: 'deploy',
  takes: ['git url or folder'],
  help: 'builds it and runs it',
  options: {
    image: { type: 'boolean' },
    branch: { type: 'string' },
    port: { type: 'string' },
    name: { type: 'string' },
    context: { type: 'string' },
    root: { type: 'string' },
    install: { type: 'string' },
    build: { type: 'string' },
    start: { type: 'string' },
    ...dockerfileOptions,
    'health-path': { type: 'string' },
    worker: { type: 'boolean' },
    'release-command': { type: 'string' },
    keep: { type: 'boolean' },
    'no-cache': { type: 'boolean' },
    size: { type: 'string' },
    instances: { type: 'string' },
  },
  optionHelp: {
    '--image': 'in its place: an image such as nginx:1.27, which runs as it is',
    '--branch NAME': 'the default branch of the repository otherwise',
    '--port NUMBER': 'where the app listens; the plan finds it otherwise',
    '--name NAME': 'http://<name>.localhost; made from the address otherwise',
    '--context NAME': 'a context of the kubeconfig, as the cluster where it runs; this computer otherwise',
    '--root FOLDER': 'the folder of the app, where the repository has several',
    '--install TEXT': 'the command that gets what the app needs; the plan finds it otherwise, and "" is none',
    '--build TEXT': 'the same for what makes what is started or served',
    '--start TEXT': 'the same for what starts the app, such as "node worker.js"',
    ...dockerfileHelp,
    '--health-path PATH':
      'it is ready when this path answers with 200 to 399, such as /healthz; "" asks for a connection only',
    '--worker': 'it listens nowhere, as an app that works through a queue, and gets no URL',
    '--release-command TEXT':
      'runs once for each new release before it takes the traffic, such as "npm run migrate"; "" runs none',
    '--keep': 'the app goes on when Slipway ends',
    '--no-cache': 'builds, even what was built before',
    '--size SIZE': `in a cluster, what an instance may take: ${sizeNames.join(', ')}; ${defaultSize} otherwise`,
    '--instances NUMBER': 'in a cluster, how many there are; one otherwise',
    '--user NAME': 'who owns it; what others deploy from there is left alone',
  },
  run: async context => {
    const { client, output, values, signal } = context
    const image = values.image === true ? toImageSource(context.argument) : undefined
    refuseCodeOptions(values)
    const source = image?.source ?? toSource(context.argument)
    const wish = {
      branch: image?.branch ?? (typeof values.branch === 'string' ? values.branch : undefined),
      port: toPort(values.port),
      name: toCheckedName(values.name),
      edits: {
        ...toDockerfileWish(values),
        ...(values.root === undefined ? {} : { root: toRoot(values.root) }),
        ...toCommandWishes(values),
        ...toHealthWish(values['health-path']),
        ...(values.worker === true ? { worker: true } : {}),
      },
      keepsRunning: values.keep === true ? true : undefined,
      isFresh: values['no-cache'] === true,
      size: toSize(values.size),
      instances: toInstances(values.instances),
    }
    const clusterId = await toClusterId(context)
    const { user } = await client.session.info()
    const own = (await listEveryDeployment(client)).filter(one => one.owner.id === user.id)
    const existing = findExisting(own, source, { ...wish, clusterId })
    const branch = wish.branch ?? existing?.branch ?? ''
    const planEdits = withArguments(existing?.planEdits ?? {}, wish.edits)
    const { root, dockerfile, target } = planEdits
    const inspected = await client.sources.inspect(
      { source, branch, root, dockerfile, target, clusterId },
      { signal },
    )
    const plan = withEdits(inspected.plan, planEdits, wish.port ?? existing?.port ?? null)
    output.say(toPlanText(plan, planEdits))
    if (image !== undefined && plan.port === null && findSaid(plan, planEdits, 'worker') === undefined)
      throw new UsageError('The image does not say on which port it listens. Say it with --port NUMBER.')
    const after = existing ? await lastSeq(client, existing.id) : 0
    if (existing) await warnOfWritten(context, existing)
    const { id, buildId } = existing
      ? await deployAgain(context, existing, { ...wish, planEdits })
      : await client.deployments.create({
          source,
          branch: inspected.branch,
          name: wish.name ?? inspected.name,
          port: wish.port ?? null,
          ...(clusterId === undefined ? {} : { clusterId }),
          planEdits,
          ...(wish.keepsRunning ? { keepsRunning: true } : {}),
          size: wish.size,
          instances: wish.instances,
        })
    context.endApps()

    return followToLive(context, { id, buildId, after })
  },
}

/** The cluster that the context is; added when it is none yet. */
async function toClusterId({ client, values }: Context): Promise<string | undefined> {
  if (typeof values.context !== 'string') return undefined
  const { id } = await client.clusters.add({ context: values.context, changes: {} })
  const { registry } = await client.clusters.settings({ id })
  if (registry !== null || values.image === true) return id
  throw new SlipwayError({
    code: 'registry_missing',
    message: `The cluster ${values.context} announces no registry that you may see, and none is set: its images have no place.`,
    hint: `Install one in the cluster: slipway cluster registry install ${values.context} --yes. Or name one: slipway cluster add ${values.context} --registry HOST[/PATH]`,
  })
}

/** What the app wrote into its checkout, the next release does not see. */
async function warnOfWritten({ client, output }: Context, { id, name }: Deployment): Promise<void> {
  const { folders, place } = await client.folders.written({ id })
  if (folders.length === 0) return
  output.say(`warning  ${name} has written files that the next release does not see. They are in ${place}`)
  output.say(`         They are deleted once ${keptReleases.local} newer releases were live.`)
  for (const { path, files, bytes, example, refusal } of folders) {
    const what = `${path === '' ? example : path}: ${files} ${files === 1 ? 'file' : 'files'}, ${formatBytes(bytes)}`
    output.say(`         ${what}. ${refusal ?? `slipway keep ${name} ${path} keeps it`}.`)
  }
}

async function deployAgain(
  { client }: Context,
  existing: Deployment,
  wish: {
    branch: string | undefined
    port: number | undefined
    planEdits: PlanEdits
    keepsRunning: boolean | undefined
    isFresh: boolean
    size: SizeName | undefined
    instances: number | undefined
  },
): Promise<{ id: string; buildId: string }> {
  const { id } = existing
  const edits = {
    ...(JSON.stringify(wish.planEdits) === JSON.stringify(existing.planEdits)
      ? {}
      : { planEdits: wish.planEdits }),
    ...(wish.port === undefined ? {} : { port: wish.port }),
    ...(wish.branch === undefined || wish.branch === existing.branch ? {} : { branch: wish.branch }),
    ...(wish.keepsRunning === undefined ? {} : { keepsRunning: wish.keepsRunning }),
  }
  if (Object.keys(edits).length > 0) await client.deployments.update({ id, ...edits })
  if (wish.size !== undefined) await client.deployments.resize({ id, size: wish.size, apply: false })
  if (wish.instances !== undefined) await client.deployments.scale({ id, instances: wish.instances })
  return { id, ...(await client.deployments.deploy({ id, isFresh: wish.isFresh })) }
}

function findExisting(
  deployments: readonly Deployment[],
  source: Source,
  wish: { branch: string | undefined; name: string | undefined; clusterId: string | undefined },
): Deployment | undefined {
  const found = deployments.filter(
    one =>
      one.project.source.kind === source.kind &&
      one.project.source.address === source.address &&
      (wish.clusterId === undefined ? one.cluster.kind === 'local' : one.cluster.id === wish.clusterId) &&
      (wish.name === undefined || one.name === wish.name),
  )
  const same = found.find(one => wish.branch === undefined || one.branch === wish.branch)
  // Another tag is the next version of the same app, where it is not one of several.
  return same ?? (source.kind === 'image' && found.length === 1 ? found[0] : undefined)
}

/** Of an image there is nothing to build. */
function refuseCodeOptions(values: Context['values']): void {
  if (values.image !== true) return
  const names = ['branch', 'root', 'install', 'build', 'start', ...Object.keys(dockerfileOptions), 'no-cache']
  const given = names.find(name => values[name] !== undefined)
  if (given !== undefined) throw new UsageError(`--${given} is about code, and an image is run as it is.`)
}

/** Arguments of other names stay as they were set. */
function withArguments(before: PlanEdits, wish: PlanEdits): PlanEdits {
  const given = { ...before.arguments, ...wish.arguments }
  return { ...before, ...wish, ...(Object.keys(given).length === 0 ? {} : { arguments: given }) }
}

function toHealthWish(value: OptionValue): Pick<PlanEdits, 'healthPath'> {
  if (typeof value !== 'string') return {}
  if (healthPathPattern.test(value)) return { healthPath: value }
  throw new UsageError(`"${value}" ${healthPathRule}.`)
}

const commandOptions = {
  install: 'install',
  build: 'build',
  start: 'start',
  releaseCommand: 'release-command',
} as const

function toCommandWishes(values: Context['values']): PlanEdits {
  const given = Object.entries(commandOptions).flatMap(([part, option]) => {
    const value = values[option]
    return typeof value === 'string' ? [[part, value.trim()] as const] : []
  })
  return Object.fromEntries(given)
}

function toPlanText(plan: Plan, edits: PlanEdits): string {
  const health = findSaid(plan, edits, 'healthPath')
  const worker = findSaid(plan, edits, 'worker')
  const command = findSaid(plan, edits, 'releaseCommand')
  const own = toOwnDockerfile(plan)
  const rows = [
    ['Plan', plan.label, ''],
    ...(plan.runtime
      ? [[plan.kind === 'image' ? 'image' : 'runs on', plan.runtime.value, plan.runtime.origin]]
      : []),
    ...(plan.root === '.' || plan.root === '' ? [] : [['folder', plan.root, '']]),
    ...(['install', 'build', 'start', 'output'] as const).flatMap(part => {
      const found = plan.kind === 'image' ? null : plan[part]
      return found ? [[part, found.value, found.origin]] : []
    }),
    ...(own?.target ? [['target', own.target.value, own.target.origin]] : []),
    ...(own && own.context.value !== (plan.root || '.')
      ? [['context', own.context.value, own.context.origin]]
      : []),
    ...Object.entries(own?.arguments ?? {}).map(([name, { value, origin }]) => [
      'argument',
      `${name}=${value}`,
      origin,
    ]),
    ...(command ? [['release', command.value, command.origin]] : []),
    ...(worker
      ? [['worker', 'listens nowhere', worker.origin]]
      : [
          ...(plan.port ? [['port', String(plan.port.value), plan.port.origin]] : []),
          ...(health ? [['ready at', health.value, health.origin]] : []),
        ]),
  ]
  const text = rows.map(
    ([part, value, origin]) => `${part?.padEnd(8)} ${value}${origin ? `   (${origin})` : ''}`,
  )
  return [...text, ...plan.notes.map(note => `note     ${note}`)].join('\n')
}
