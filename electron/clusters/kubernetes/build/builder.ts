import type { V1EnvVar, V1Volume, V1VolumeMount } from '@kubernetes/client-node'
import type { ClusterSettings, Registry } from '../../../../shared/domain/cluster.ts'
import { hostOf, type RegistryLogin } from '../registry/access.ts'
import { podFolders } from './fetch-script.ts'

/** How BuildKit is set up in a pod: for builds, and for the proof that there can be any. */

/** Beside the configuration of BuildKit. */
export const caFile = 'registry-ca.pem'

export const toBuilderEnvironment = (configuration: string): V1EnvVar[] => [
  { name: 'BUILDKITD_FLAGS', value: `--oci-worker-no-process-sandbox --config=${configuration}` },
  // BuildKit's script waits a second for its daemon otherwise, which is little where others build too.
  { name: 'BUILDCTL_CONNECT_RETRIES_MAX', value: '600' },
]

/** What is set for builds. A registry inside of the cluster is never asked through a proxy, which could not find it. */
export function toEnvironment({
  settings,
  registry,
}: {
  settings: Pick<ClusterSettings, 'buildEnvironment'>
  registry: Registry
}): V1EnvVar[] {
  const said = Object.entries(settings.buildEnvironment)
  const hasProxy = said.some(([name]) => /^(?:https?|all)_proxy$/i.test(name))
  if (!registry.isInstalled || !hasProxy) return said.map(([name, value]) => ({ name, value }))
  const [host = ''] = hostOf(registry.address).split(':')
  const others = said.filter(([name]) => !/^no_proxy$/i.test(name))
  const before = said.find(([name]) => /^no_proxy$/i.test(name))?.[1]
  const value = [...(before === undefined || before === '' ? [] : [before]), host].join(',')
  return [...others, ['NO_PROXY', value] as const, ['no_proxy', value] as const].map(([name, value]) => ({
    name,
    value,
  }))
}

/** `buildkitd.toml`. `folder`: where the pod has the certificate beside it. */
export function toDaemonConfiguration({
  settings,
  registry,
  folder = podFolders.configuration,
}: {
  registry: Registry
  settings: Pick<ClusterSettings, 'mirrors' | 'registryCa'>
  folder?: string
}): string {
  const mirrors = Object.entries(settings.mirrors)
  const plain = [
    ...(registry.isPlainHttp ? [registry.address] : []),
    ...mirrors.flatMap(([, mirror]) => (isPlain(mirror, registry) ? [withoutScheme(mirror)] : [])),
  ].map(hostOf)
  const trusted = settings.registryCa === null || registry.isPlainHttp ? [] : [hostOf(registry.address)]
  return [
    ...mirrors.map(([name, mirror]) => `[registry."${name}"]\n  mirrors = ["${withoutScheme(mirror)}"]\n`),
    ...[...new Set(plain)].map(host => `[registry."${host}"]\n  http = true\n`),
    ...trusted.map(host => `[registry."${host}"]\n  ca = ["${folder}/${caFile}"]\n`),
  ].join('')
}

/** Of a mirror without one, the registry's own. */
export const isPlain = (mirror: string, { isPlainHttp }: Pick<Registry, 'isPlainHttp'>): boolean =>
  mirror.startsWith('http://') || (isPlainHttp && !mirror.startsWith('https://'))

export const withoutScheme = (address: string): string => address.replace(/^https?:\/\//, '')

/** How a pod that builds finds the login to the registry, which is a Secret beside it. */
export function toRegistryMount(
  secretName: string,
  login: RegistryLogin | undefined,
): { env: V1EnvVar[]; volumes: V1Volume[]; volumeMounts: V1VolumeMount[] } {
  if (login === undefined) return { env: [], volumes: [], volumeMounts: [] }
  const items = [{ key: '.dockerconfigjson', path: 'config.json' }]
  return {
    env: [{ name: 'DOCKER_CONFIG', value: podFolders.registry }],
    volumes: [{ name: 'registry', secret: { secretName, items, defaultMode: 0o440 } }],
    volumeMounts: [{ name: 'registry', mountPath: podFolders.registry, readOnly: true }],
  }
}
