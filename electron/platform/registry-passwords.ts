import type { ClusterSettings } from '../../shared/domain/cluster.ts'
import type { SecretVersions } from '../secrets/secret-versions.ts'

/** How the secret store names it to people. */
const name = "the registry's password"

export type RegistryPasswords = ReturnType<typeof createRegistryPasswords>

/** The passwords of clusters' registries, each a version in the secret store that the settings name. */
export function createRegistryPasswords(secrets: Pick<SecretVersions, 'keep' | 'read' | 'collect'>) {
  return {
    /** The password is kept first, so that what is recorded can be read. Undefined: it stays as the settings say. */
    async keep<T>(
      wish: { settings: ClusterSettings; password: string | undefined },
      record: (settings: ClusterSettings) => T,
    ): Promise<T> {
      const { settings, password } = wish
      if (password === undefined) return record(settings)
      return secrets.keep(new Map([[name, password]]), versions =>
        record({ ...settings, registryPasswordVersion: versions.get(name) ?? null }),
      )
    },

    /** Undefined: none is set. */
    read: async ({
      registryPasswordVersion: version,
    }: Pick<ClusterSettings, 'registryPasswordVersion'>): Promise<string | undefined> =>
      version === null ? undefined : secrets.read(version, name),

    /** Deletes those that no settings name any more. */
    collect: secrets.collect,
  }
}
