import type { Duplex } from 'node:stream'
import type { ClusterSettings, Registry } from '../../../../shared/domain/cluster.ts'

export interface RegistryLogin {
  readonly user: string
  readonly password: string
}

/** The cluster's registry with all that it takes to be let in. */
export interface RegistryAccess {
  readonly registry: Registry
  /** Beside the public ones. */
  readonly ca: string | null
  /** Read when it is needed, since the secret store may have to be unlocked. Undefined: nobody is asked. */
  readonly login: () => Promise<RegistryLogin | undefined>
  /** One TCP connection, where this computer reaches it through the API server alone. */
  readonly connect?: (() => Promise<Duplex>) | undefined
}

/** Undefined: the cluster has no registry. */
export function toRegistryAccess(from: {
  settings: Pick<ClusterSettings, 'registry' | 'registryUser' | 'registryCa' | 'buildCa'>
  readPassword: () => Promise<string | undefined>
  connect: () => Promise<Duplex>
}): RegistryAccess | undefined {
  const { registry, registryUser, registryCa, buildCa } = from.settings
  if (registry === null) return undefined
  return {
    registry,
    ca: registryCa ?? buildCa,
    login: async () => {
      const password = registryUser === null ? undefined : await from.readPassword()
      return registryUser === null || password === undefined ? undefined : { user: registryUser, password }
    },
    connect: registry.isInstalled ? from.connect : undefined,
  }
}

/** Of an image as builds push it, without tag or digest. `repository` is below the registry's address. */
export const toPushName = ({ address }: Pick<Registry, 'address'>, repository: string): string =>
  `${address}/${repository}`

/** Of the same image as nodes pull it: what stands in the spec of a pod. */
export const toPullName = (
  { address, pullAddress }: Pick<Registry, 'address' | 'pullAddress'>,
  repository: string,
): string => `${pullAddress ?? address}/${repository}`

/** Such as `registry.example:5000` of `registry.example:5000/team`. */
export const hostOf = (address: string): string => address.split('/')[0] ?? ''

/** What docker, BuildKit and the kubelet read to be let in: the same login wherever the registry is reached. */
export function toDockerConfig(
  { address, pullAddress }: Pick<Registry, 'address' | 'pullAddress'>,
  { user, password }: RegistryLogin,
): string {
  const auth = Buffer.from(`${user}:${password}`).toString('base64')
  const hosts = new Set([address, pullAddress ?? address].map(hostOf).flatMap(toConfigNames))
  return JSON.stringify({ auths: Object.fromEntries([...hosts].map(host => [host, { auth }])) })
}

/** The passwords in such a text, so that no log shows them. */
export function readDockerConfig(text: string): string[] {
  if (text === '') return []
  const { auths = {} } = JSON.parse(text) as { auths?: Record<string, { auth?: string }> }
  const logins = Object.values(auths).map(({ auth = '' }) => Buffer.from(auth, 'base64').toString())
  return [...new Set(logins.map(login => login.slice(login.indexOf(':') + 1)))]
}

const toConfigNames = (host: string): string[] =>
  host === 'docker.io' ? [host, 'https://index.docker.io/v1/'] : [host]
