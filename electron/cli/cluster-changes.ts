import { readFile } from 'node:fs/promises'
import { text } from 'node:stream/consumers'
import { type ClusterChanges, clusterChangesSchema } from '../../shared/domain/cluster.ts'
import { cannotRead } from './cannot-read.ts'
import { toLimitChanges } from './cluster-limits.ts'
import type { Context, OptionValue } from './command.ts'
import { askSilently } from './passphrase.ts'
import { UsageError } from './usage.ts'

/** Only what was said changes. An empty text means none. */
export async function toChanges(context: Context): Promise<ClusterChanges> {
  const { values } = context
  const registry = toText(values.registry)
  if (registry === undefined && (values['registry-http'] || values['registry-host'] !== undefined))
    throw new UsageError('--registry-http and --registry-host say more about a --registry: name it.')
  const texts = {
    kubeconfig: values.kubeconfig,
    builderImage: values['builder-image'],
    gitImage: values['git-image'],
    registryImage: values['registry-image'],
    registryNodeImage: values['registry-node-image'],
    registryDisk: values['registry-disk'],
    baseDomain: values['base-domain'],
    ingressClass: values['ingress-class'],
    issuer: values.issuer,
    registryUser: values['registry-user'],
  }
  const said = Object.entries(texts).flatMap(([key, value]) =>
    typeof value === 'string' ? [[key, value === '' ? null : value] as const] : [],
  )
  const changes = {
    ...Object.fromEntries(said),
    ...(registry === undefined ? {} : { registry: toRegistry(registry, values) }),
    ...(values['registry-ca'] === undefined
      ? {}
      : { registryCa: await readCa(String(values['registry-ca'])) }),
    ...(values['build-ca'] === undefined ? {} : { buildCa: await readCa(String(values['build-ca'])) }),
    ...toLimitChanges(context),
    ...toBuildState(values['build-state']),
    ...(values['privileged-builds'] === true ? { allowsPrivilegedBuilds: true } : {}),
    ...(values.mirror === undefined ? {} : { mirrors: toPairs(values.mirror, '--mirror') }),
    ...(values['build-env'] === undefined
      ? {}
      : { buildEnvironment: toPairs(values['build-env'], '--build-env') }),
  }
  const parsed = clusterChangesSchema.safeParse(changes)
  if (parsed.success)
    return values['registry-user'] ? { ...changes, registryPassword: await readPassword(context) } : changes
  const issue = parsed.error.issues[0]
  throw new UsageError(`${toOption(issue?.path)} ${issue?.message ?? 'is not understood'}.`)
}

function toBuildState(value: OptionValue): ClusterChanges {
  if (value === undefined) return {}
  if (value !== 'keep' && value !== 'none') throw new UsageError('--build-state is keep or none.')
  return { keepsBuildState: value === 'keep' }
}

const readCa = async (file: string): Promise<string | null> =>
  file === '' ? null : await readFile(file, 'utf8').catch(cannotRead(file))

/** Never an argument: those can be seen by every process of this computer. */
async function readPassword({ values, signal }: Context): Promise<string> {
  const user = toText(values['registry-user'])
  const given = process.env.SLIPWAY_REGISTRY_PASSWORD
  if (given !== undefined && given !== '') return given
  const said = process.stdin.isTTY
    ? await askSilently(`Password of ${user} for the registry: `, signal)
    : (await text(process.stdin)).replace(/\r?\n$/, '')
  if (said !== '') return said
  throw new UsageError(
    `There is no password of ${user}: type it at a terminal, or give it on standard input or as SLIPWAY_REGISTRY_PASSWORD.`,
  )
}

const toRegistry = (address: string, values: Context['values']) =>
  address === ''
    ? null
    : {
        address,
        hostAddress: toText(values['registry-host']) ?? null,
        isPlainHttp: values['registry-http'] === true,
      }

/** Such as `--base-domain` for `baseDomain`. */
const toOption = (path: readonly PropertyKey[] | undefined): string => {
  const key = String(path?.[0] ?? '')
  const names: Record<string, string> = { mirrors: 'mirror', buildEnvironment: 'build-env' }
  return `--${names[key] ?? key.replaceAll(/[A-Z]/g, letter => `-${letter.toLowerCase()}`)}`
}

function toPairs(value: OptionValue, option: string): Record<string, string> {
  const texts = Array.isArray(value) ? value.map(String) : [String(value)]
  return Object.fromEntries(
    texts.map(text => {
      const at = text.indexOf('=')
      if (at < 1) throw new UsageError(`"${text}" is nothing for ${option}: give NAME=VALUE.`)
      return [text.slice(0, at), text.slice(at + 1)]
    }),
  )
}

export const toText = (value: OptionValue): string | undefined =>
  typeof value === 'string' ? value : undefined
