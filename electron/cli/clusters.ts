import { createInterface } from 'node:readline/promises'
import { type ClusterChanges, type Connection, clusterRoles } from '../../shared/domain/cluster.ts'
import { SlipwayError } from '../../shared/domain/failure.ts'
import { toChanges, toText } from './cluster-changes.ts'
import { checkCluster } from './cluster-check.ts'
import { showLeft } from './cluster-left.ts'
import { limitHelp, limitOptions } from './cluster-limits.ts'
import { readBack } from './cluster-read-back.ts'
import { changeRegistry } from './cluster-registry.ts'
import { toSettingsText } from './cluster-settings-text.ts'
import { showCluster } from './cluster-show.ts'
import type { Command, Context } from './command.ts'
import { toTable } from './output.ts'
import { UsageError } from './usage.ts'

export const cluster: Command = {
  name: 'cluster',
  takes: [],
  mayTake: ['what', 'context', 'role'],
  help: 'Kubernetes clusters to deploy to; with nothing more, lists them',
  options: {
    registry: { type: 'string' },
    'registry-http': { type: 'boolean' },
    'registry-host': { type: 'string' },
    'registry-user': { type: 'string' },
    'registry-ca': { type: 'string' },
    mirror: { type: 'string', multiple: true },
    'build-env': { type: 'string', multiple: true },
    'build-ca': { type: 'string' },
    'builder-image': { type: 'string' },
    'git-image': { type: 'string' },
    'registry-image': { type: 'string' },
    'registry-node-image': { type: 'string' },
    'registry-disk': { type: 'string' },
    'base-domain': { type: 'string' },
    'ingress-class': { type: 'string' },
    issuer: { type: 'string' },
    kubeconfig: { type: 'string' },
    'build-state': { type: 'string' },
    'privileged-builds': { type: 'boolean' },
    ...limitOptions,
    quick: { type: 'boolean' },
    yes: { type: 'boolean' },
    forget: { type: 'boolean' },
  },
  optionHelp: {
    contexts: 'the contexts of the kubeconfig',
    'add CONTEXT':
      'adds one, or changes what is set for it, with the options below; then asks, as check --quick does',
    'show CONTEXT|local':
      'what is set for it, its nodes and room, what Slipway has there and what that takes; local is this computer',
    'check CONTEXT': 'what it can and cannot do, and what to do about it; 1 when something lacks',
    'registry install CONTEXT': 'a registry in the cluster, where there is none; says first what it makes',
    'registry show CONTEXT': 'its objects, and whose images are in it',
    'registry remove CONTEXT': 'removes it with all images',
    'rbac CONTEXT owner|member': 'the rights, for an administrator to apply',
    'read-back CONTEXT':
      'adds to the records what runs there and is not on record; nothing in the cluster is changed',
    'remove CONTEXT': 'forgets it; nothing in the cluster is changed',
    left: 'what may be left of deployments that were forgotten',
    '--forget': 'remove forgets what is deployed there, too, and keeps a list of what may be left',
    '--kubeconfig FILE': 'the file with the context; KUBECONFIG or the usual one otherwise',
    '--registry HOST[/PATH]': 'where images are kept; the one that the cluster announces otherwise',
    '--registry-http': 'it is reached without TLS',
    '--registry-host HOST': 'how this computer reaches it, where that differs',
    '--registry-user NAME':
      'who pushes and pulls there; the password is asked for, or comes from SLIPWAY_REGISTRY_PASSWORD or standard input',
    '--registry-ca FILE': 'certificates, as PEM, of who vouches for it',
    '--mirror FROM=HOST': 'a registry to ask instead of another, such as docker.io=HOST',
    '--build-env NAME=VALUE': 'in the environment of builds, such as a proxy',
    '--build-ca FILE': 'certificates, as PEM, that builds trust beside the public ones',
    '--builder-image REF': 'rootless BuildKit',
    '--git-image REF': 'an image with git',
    '--registry-image REF': 'of the registry that registry install makes',
    '--registry-node-image REF': 'an nginx without root, which leads every node to it',
    '--registry-disk SIZE': 'room for its images, such as 20Gi',
    '--base-domain DOMAIN': 'apps are at <name>.<domain>',
    '--ingress-class NAME': 'the default one of the cluster otherwise',
    '--issuer NAME': "a ClusterIssuer of cert-manager, for the apps' certificates",
    '--build-state keep|none': 'whether what builds leave is kept for the next, in a volume for each user',
    '--privileged-builds': 'builds may be privileged where nothing less is admitted',
    ...limitHelp,
    '--quick': 'check asks only, and tries nothing in the cluster',
    '--yes': 'agrees to the program that the context starts to sign in, or to what registry does',
  },
  run: async context => {
    const [what = 'list', ...names] = context.words
    const action = Object.hasOwn(actions, what) ? actions[what] : undefined
    if (action === undefined || action.takes !== names.length) {
      throw new UsageError(
        'slipway cluster takes nothing, contexts, left, or add, show, check, registry, rbac, read-back or remove with a CONTEXT.',
      )
    }
    return action.run(context, names[0] ?? '', names[1] ?? '')
  },
}

interface Action {
  readonly takes: number
  readonly run: (context: Context, name: string, role: string) => Promise<number>
}

const actions: Readonly<Record<string, Action>> = {
  list: {
    takes: 0,
    run: async ({ client, output }) => {
      const clusters = await client.clusters.list()
      const rows = clusters.map(one => [one.name, connectionWords[one.connection.state]])
      const none = clusters.every(one => one.kind === 'local')
        ? '\nslipway cluster contexts shows which others could be added.'
        : ''
      output.result(clusters, `${toTable([['NAME', ''], ...rows])}${none}`)
      return 0
    },
  },
  contexts: {
    takes: 0,
    run: async ({ client, output, values }) => {
      const found = await client.clusters.contexts({ kubeconfig: toText(values.kubeconfig) ?? null })
      const rows = found.contexts.map(one => [
        one.name,
        one.server,
        [
          ...(one.clusterId === null ? [] : ['added']),
          ...(one.startsProgram === null ? [] : [`starts ${one.startsProgram}`]),
          ...(one.isVerified ? [] : ['not verified']),
        ].join(', '),
      ])
      output.result(
        found,
        rows.length === 0
          ? `There is no context in ${found.files.join(', ')}.`
          : toTable([['CONTEXT', 'SERVER', ''], ...rows]),
      )
      return 0
    },
  },
  add: {
    takes: 1,
    run: async (context, name) => {
      const { client, output } = context
      const changes = await toChanges(context)
      const { id, note } = await client.clusters.add({
        context: name,
        changes: { ...changes, ...(await toConsent(context, name)) },
      })
      const settings = await client.clusters.settings({ id })
      output.say(`${toSettingsText(settings)}\n`)
      if (note !== null) output.say(`${note}\n`)
      // It is added, whatever it lacks.
      const { checks, text } = await checkCluster(context, { id, proves: false })
      output.result({ id, settings, checks }, text)
      return 0
    },
  },
  show: {
    takes: 1,
    run: async (context, name) =>
      showCluster(context, name === 'local' ? null : await findCluster(context.client, name)),
  },
  check: {
    takes: 1,
    run: async (context, name) => {
      const { client, output, values } = context
      const { id } = await findCluster(client, name)
      const { checks, lacks, text } = await checkCluster(context, { id, proves: values.quick !== true })
      output.result(checks, text)
      return lacks === 0 ? 0 : 1
    },
  },
  registry: {
    takes: 2,
    run: async (context, what, name) =>
      changeRegistry(context, what, await findCluster(context.client, name)),
  },
  rbac: {
    takes: 2,
    run: async ({ client, output }, name, wanted) => {
      const role = clusterRoles.find(one => one === wanted)
      if (role === undefined) throw new UsageError(`"${wanted}" is no role: say owner or member.`)
      const { id } = await findCluster(client, name)
      const { yaml } = await client.clusters.rbac({ id, role })
      output.result({ role, yaml }, yaml.trimEnd())
      return 0
    },
  },
  left: { takes: 0, run: showLeft },
  'read-back': {
    takes: 1,
    run: async (context, name) => readBack(context, await findCluster(context.client, name)),
  },
  remove: {
    takes: 1,
    run: async ({ client, output, values }, name) => {
      const { id } = await findCluster(client, name)
      await client.clusters.remove({ id, forgets: values.forget === true })
      output.result({ id, name }, `Removed ${name}. Nothing in the cluster was changed.`)
      return 0
    },
  },
}

const connectionWords = {
  unknown: 'not asked yet',
  connected: 'connected',
  unreachable: 'unreachable',
} as const satisfies Record<Connection['state'], string>

async function findCluster(client: Context['client'], name: string) {
  const clusters = (await client.clusters.list()).filter(one => one.kind === 'kubernetes')
  const found = clusters.find(one => one.name === name || one.id === name)
  if (found) return found
  throw new SlipwayError({
    code: 'not_found',
    message: `${name} is no cluster of Slipway.`,
    hint:
      clusters.length === 0
        ? `Add it: slipway cluster add ${name}`
        : `There is: ${clusters.map(one => one.name).join(', ')}.`,
  })
}

/** The program to which somebody agrees, by the option or where they can be asked. */
async function toConsent(
  { client, values, signal }: Context,
  name: string,
): Promise<Pick<ClusterChanges, 'mayStart'>> {
  const { contexts } = await client.clusters.contexts({ kubeconfig: toText(values.kubeconfig) ?? null })
  const program = contexts.find(one => one.name === name)?.startsProgram ?? null
  if (program === null) return {}
  if (values.yes === true) return { mayStart: program }
  if (!process.stdin.isTTY) return {}
  const prompt = createInterface({ input: process.stdin, output: process.stderr })
  prompt.on('SIGINT', () => process.kill(process.pid, 'SIGINT'))
  try {
    const answer = await prompt.question(`The context ${name} starts ${program} to sign in. Agree? [y/N] `, {
      signal,
    })
    return /^y(es)?$/i.test(answer.trim()) ? { mayStart: program } : {}
  } finally {
    prompt.close()
  }
}
