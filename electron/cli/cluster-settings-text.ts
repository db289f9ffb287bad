import type { ShownClusterSettings } from '../../shared/domain/cluster.ts'
import { toLimitRows } from './cluster-limits.ts'
import { toTable } from './output.ts'

/** What is set for a cluster, one line each. */
export function toSettingsText(settings: ShownClusterSettings): string {
  const { registry } = settings
  const rows = [
    ['context', settings.context],
    ['kubeconfig', settings.kubeconfig ?? 'the usual one'],
    ...(settings.mayStart === null ? [] : [['starts', settings.mayStart]]),
    ['registry', registry === null ? 'none' : `${registry.address}${registry.isPlainHttp ? ' (http)' : ''}`],
    ...(registry?.isInstalled ? [['', `installed by Slipway; nodes pull from ${registry.pullAddress}`]] : []),
    ...(registry?.hostAddress ? [['', `from here at ${registry.hostAddress}`]] : []),
    ...(settings.registryUser === null ? [] : [['', `as ${settings.registryUser}, with a password`]]),
    ...(settings.registryCa === null ? [] : [['', 'with certificates of its own']]),
    ...Object.entries(settings.mirrors).map(([from, to]) => ['mirror', `${from} is asked at ${to}`]),
    ...Object.entries(settings.buildEnvironment).map(([name, value]) => [
      'build env',
      `${name}=${withoutPassword(value)}`,
    ]),
    ...(settings.buildCa === null ? [] : [['build ca', settings.buildCaSubjects.join('; ')]]),
    ['builder image', settings.builderImage],
    ['git image', settings.gitImage],
    ...(registry?.isInstalled
      ? [
          ['registry image', settings.registryImage],
          ['node image', settings.registryNodeImage],
        ]
      : []),
    ['build state', settings.keepsBuildState ? 'kept in a volume for each user' : 'not kept'],
    ['base domain', settings.baseDomain ?? 'none: apps answer through Slipway alone'],
    ['ingress class', settings.ingressClass ?? 'the default one'],
    ['issuer', settings.issuer ?? 'none: apps answer by http'],
    ...toLimitRows(settings),
  ]
  return toTable(rows.map(row => row.map(String)))
}

/** A proxy's address may carry one. */
const withoutPassword = (value: string): string => value.replace(/\/\/[^/@]*@/, '//***@')
