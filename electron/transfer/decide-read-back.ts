import type { ClusterChanges, ClusterSettings } from '../../shared/domain/cluster.ts'
import type { ReadBackReport } from '../../shared/domain/read-back.ts'
import type { User } from '../../shared/domain/records.ts'
import { isSameUserName } from '../../shared/domain/user.ts'
import type { FoundDeployment, ReleaseRecord } from '../clusters/release-record.ts'

/** What is here already. */
export interface Known {
  readonly users: readonly (User & { readonly hasProjects: boolean })[]
  readonly deployments: readonly { readonly id: string; readonly name: string }[]
  /** The name of the deployment that the host leads to. */
  readonly deploymentOfHost: (host: string) => string | undefined
}

/** `replaces`: the id of a user of that name who owns nothing, such as the one of a new database. */
export interface UserToAdd extends User {
  readonly replaces: string | null
}

export interface DeploymentToAdd {
  readonly found: FoundDeployment
  readonly record: ReleaseRecord
  readonly hosts: readonly string[]
}

export interface ReadBack {
  readonly users: readonly UserToAdd[]
  readonly deployments: readonly DeploymentToAdd[]
  readonly report: Pick<ReadBackReport, 'users' | 'deployments'>
}

/** What becomes of each deployment that was found: what is here already stays as it is. Pure. Done twice, the second finds all here. */
export function decideReadBack(found: readonly FoundDeployment[], known: Known): ReadBack {
  const users: UserToAdd[] = []
  const deployments: DeploymentToAdd[] = []
  const report: ReadBackReport['deployments'] = []
  const hostsTaken = new Map<string, string>()
  for (const one of found.toSorted((a, b) => (a.name < b.name ? -1 : 1))) {
    const refusal = findRefusal(one, known, deployments)
    if (refusal !== undefined || one.record === undefined) {
      report.push({ name: one.name, missing: [], ...(refusal ?? noRecord) })
      continue
    }
    const { record } = one
    const { name } = record.deployment
    const isKnown = [...known.users, ...users].some(({ id }) => id === record.owner.id)
    if (!isKnown) users.push(toUser(record.owner, known, users))
    const holderOf = (host: string) => known.deploymentOfHost(host) ?? hostsTaken.get(host)
    const hosts = one.hosts.filter(host => holderOf(host) === undefined)
    for (const host of hosts) hostsTaken.set(host, name)
    deployments.push({ found: one, record, hosts })
    const lost = one.hosts.filter(host => !hosts.includes(host))
    report.push({
      name,
      outcome: 'added',
      detail: lost.map(host => `${host} leads to ${holderOf(host)} here, so it was left out.`).join(' '),
      missing: record.variables.flatMap(variable =>
        variable.isSecret && one.values[variable.name] === undefined ? variable.name : [],
      ),
    })
  }
  return { users, deployments, report: { users: users.map(({ name }) => name), deployments: report } }
}

type Refusal = Pick<ReadBackReport['deployments'][number], 'outcome' | 'detail'>

function findRefusal(
  { id, record }: FoundDeployment,
  { deployments }: Known,
  added: readonly DeploymentToAdd[],
): Refusal | undefined {
  if (deployments.some(one => one.id === id)) return { outcome: 'kept', detail: '' }
  if (record === undefined) return noRecord
  const { name } = record.deployment
  const isTaken =
    deployments.some(one => one.name === name) || added.some(one => one.record.deployment.name === name)
  if (!isTaken) return undefined
  return {
    outcome: 'refused',
    detail: `There is another deployment called ${name} here. Remove that one, then read back again.`,
  }
}

const noRecord: Refusal = {
  outcome: 'refused',
  detail:
    'Nothing that Slipway can believe is written down beside it. An earlier Slipway released it, or somebody changed it.',
}

/** A name is of one user: another of the same name who owns something keeps it. */
function toUser({ id, name }: User, known: Known, added: readonly User[]): UserToAdd {
  const same = known.users.find(one => isSameUserName(one.name, name))
  if (same !== undefined && !same.hasProjects && !added.some(one => isSameUserName(one.name, name)))
    return { id, name, replaces: same.id }
  const isTaken = (wish: string) => [...known.users, ...added].some(one => isSameUserName(one.name, wish))
  for (let count = 1; ; count++) {
    const free = count === 1 ? name : `${name}-${count}`
    if (!isTaken(free)) return { id, name: free, replaces: null }
  }
}

/** Of the newest release that knows: what is not set here. `notes`: for people. */
export function decideSettings(
  found: readonly FoundDeployment[],
  settings: ClusterSettings,
): { changes: ClusterChanges; notes: string[] } {
  const [newest] = found
    .filter(one => one.record !== undefined && one.cluster !== undefined)
    .toSorted((a, b) => (b.record?.release.createdAt ?? 0) - (a.record?.release.createdAt ?? 0))
  const written = newest?.cluster
  if (written === undefined) return { changes: {}, notes: [] }
  const changes: ClusterChanges = {}
  const notes: string[] = []
  for (const [name, word] of settingWords) {
    const value = written[name]
    if (value === null || settings[name] !== null) continue
    changes[name] = value
    notes.push(`Its ${word} is ${value}.`)
  }
  if (written.registry !== null && settings.registry === null) {
    if (written.registryUser === null) {
      changes.registry = written.registry
      notes.push(`Its registry is ${written.registry.address}.`)
    } else
      notes.push(
        `Images are in ${written.registry.address}, for which ${written.registryUser} has a password: set both, since that is nowhere in the records.`,
      )
  }
  return { changes, notes }
}

const settingWords = [
  ['baseDomain', 'base domain'],
  ['ingressClass', 'ingress class'],
  ['issuer', 'issuer of certificates'],
] as const
