import type { ClusterChanges, ClusterSettings } from '../../../shared/domain/cluster.ts'
import {
  type ClusterLimit,
  type ClusterLimits,
  clusterLimitNames,
} from '../../../shared/domain/cluster-limits.ts'

/** The settings as a person types them: empty means found in the cluster, or none. */
export interface SettingsForm {
  /** Slipway installed the registry: nothing of it is typed. */
  readonly isInstalled: boolean
  readonly registry: string
  readonly registryHost: string
  readonly isPlainHttp: boolean
  readonly registryUser: string
  /** Empty: as it is. What is set is never shown. */
  readonly registryPassword: string
  readonly registryCa: string
  readonly baseDomain: string
  readonly ingressClass: string
  readonly issuer: string
  /** Null: what was typed is no number. */
  readonly limits: Readonly<Record<ClusterLimit, number | null>>
  readonly mirrors: string
  readonly buildEnvironment: string
  readonly buildCa: string
  readonly builderImage: string
  readonly gitImage: string
  readonly registryImage: string
  readonly registryNodeImage: string
  readonly registryDisk: string
  readonly keepsBuildState: boolean
  readonly allowsPrivilegedBuilds: boolean
}

export function toForm(settings: ClusterSettings): SettingsForm {
  return {
    isInstalled: settings.registry?.isInstalled ?? false,
    registry: settings.registry?.address ?? '',
    registryHost: settings.registry?.hostAddress ?? '',
    isPlainHttp: settings.registry?.isPlainHttp ?? false,
    registryUser: settings.registryUser ?? '',
    registryPassword: '',
    registryCa: settings.registryCa ?? '',
    baseDomain: settings.baseDomain ?? '',
    ingressClass: settings.ingressClass ?? '',
    issuer: settings.issuer ?? '',
    limits: Object.fromEntries(
      clusterLimitNames.map(name => [name, settings[name]]),
    ) as SettingsForm['limits'],
    mirrors: toLines(settings.mirrors),
    buildEnvironment: toLines(settings.buildEnvironment),
    buildCa: settings.buildCa ?? '',
    builderImage: settings.builderImage,
    gitImage: settings.gitImage,
    registryImage: settings.registryImage,
    registryNodeImage: settings.registryNodeImage,
    registryDisk: settings.registryDisk,
    keepsBuildState: settings.keepsBuildState,
    allowsPrivilegedBuilds: settings.allowsPrivilegedBuilds,
  }
}

export function toChanges(form: SettingsForm): ClusterChanges {
  return {
    ...(form.isInstalled ? {} : toRegistryChanges(form)),
    baseDomain: orNull(form.baseDomain),
    ingressClass: orNull(form.ingressClass),
    issuer: orNull(form.issuer),
    ...toLimits(form),
    mirrors: toPairs(form.mirrors),
    buildEnvironment: toPairs(form.buildEnvironment),
    buildCa: orNull(form.buildCa),
    builderImage: form.builderImage,
    gitImage: form.gitImage,
    registryImage: form.registryImage,
    registryNodeImage: form.registryNodeImage,
    registryDisk: form.registryDisk,
    keepsBuildState: form.keepsBuildState,
    allowsPrivilegedBuilds: form.allowsPrivilegedBuilds,
  }
}

function toRegistryChanges(form: SettingsForm): ClusterChanges {
  const address = form.registry.trim()
  const hostAddress = orNull(form.registryHost)
  return {
    registry: address === '' ? null : { address, hostAddress, isPlainHttp: form.isPlainHttp },
    registryUser: address === '' ? null : orNull(form.registryUser),
    ...(form.registryPassword === '' ? {} : { registryPassword: form.registryPassword }),
    registryCa: orNull(form.registryCa),
  }
}

/** What is no number is refused as one. */
const toLimits = ({ limits }: SettingsForm): ClusterLimits =>
  Object.fromEntries(clusterLimitNames.map(name => [name, limits[name] ?? Number.NaN])) as ClusterLimits

const orNull = (text: string): string | null => (text.trim() === '' ? null : text.trim())

const toLines = (pairs: Readonly<Record<string, string>>): string =>
  Object.entries(pairs)
    .map(([name, value]) => `${name}=${value}`)
    .join('\n')

/** A line without a value sets an empty one, which the rules of the setting then refuse or take. */
function toPairs(text: string): Record<string, string> {
  const lines = text.split('\n').map(line => line.trim())
  return Object.fromEntries(
    lines
      .filter(line => line !== '')
      .map(line => {
        const at = line.indexOf('=')
        return at < 0 ? [line, ''] : [line.slice(0, at).trim(), line.slice(at + 1).trim()]
      }),
  )
}
