import type { ClusterChanges, ClusterSettings } from '../../shared/domain/cluster.ts'
import { SlipwayError } from '../../shared/domain/failure.ts'

type Settings = Pick<ClusterSettings, 'registry' | 'registryUser' | 'registryPasswordVersion'>

/**
 * Who Slipway is at the registry after the changes. A password goes to the registry and the user it was typed for, and to no
 * other. `password`: to be kept as a new version. Order is the specification.
 */
export function decideRegistryLogin(
  before: Settings,
  changes: Pick<ClusterChanges, 'registry' | 'registryUser' | 'registryPassword'>,
): Pick<Settings, 'registryUser' | 'registryPasswordVersion'> & { password: string | undefined } {
  const none = { registryUser: null, registryPasswordVersion: null, password: undefined }
  const registry = changes.registry === undefined ? before.registry : changes.registry
  const isElsewhere = before.registry !== null && toHost(registry) !== toHost(before.registry)
  const knownUser = isElsewhere ? null : before.registryUser
  const registryUser = changes.registryUser === undefined ? knownUser : changes.registryUser
  const password = changes.registryPassword ?? undefined
  if (registryUser === null) {
    if (password === undefined) return none
    throw unfit('A password for the registry needs its user.', 'Name the user, too.')
  }
  if (password !== undefined) return { registryUser, registryPasswordVersion: null, password }
  const isSame = !isElsewhere && registryUser === before.registryUser && changes.registryPassword !== null
  if (isSame && before.registryPasswordVersion !== null)
    return { registryUser, registryPasswordVersion: before.registryPasswordVersion, password: undefined }
  throw unfit(`The password of ${registryUser} for the registry is missing.`, 'Type it.')
}

const toHost = (registry: { address: string } | null): string | undefined => registry?.address.split('/')[0]

const unfit = (message: string, hint: string): SlipwayError =>
  new SlipwayError({ code: 'invalid_input', message, hint })
