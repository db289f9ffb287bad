import type { ClusterChanges, ClusterSettings } from '../../shared/domain/cluster.ts'
import type { ReadBackReport } from '../../shared/domain/read-back.ts'
import type { User } from '../../shared/domain/records.ts'
import { isSameUserName } from '../../shared/domain/user.ts'
import type { FoundDeployment, ReleaseRecord } from '../clusters/release-record.ts'

/** What is here already. */
export interface Known {
  readonly users: readonly (User & { readonly hasProjects: boolean })[]
  readonly deployments: readonly { readonly id: string; readonly name: string }[]
  /** Whether a build or a release has the id. */
  readonly isIdTaken: (id: string) => boolean
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
  const disputed = findDisputed(found)
  for (const one of found.toSorted(byTrust)) {
    const refusal = findRefusal(one, known, { added: deployments, disputed })
    if (refusal !== undefined || one.record === undefined) {
      report.push({ name: one.name, missing: [], ...(refusal ?? noRecord) })
      continue
    }
    const { record } = one
    const { name } = record.deployment
    const isKnown = [...known.users, ...users].some(({ id }) => id === record.owner.id)
    if (!isKnown) users.push(toUser(record.owner, known, { added: users, isProven: !one.isOfMember }))
    const holderOf = (host: string) => known.deploymentOfHost(host) ?? hostsTaken.get(host)
    const wished = [...new Set(one.hosts)]
    const hosts = wished.filter(host => holderOf(host) === undefined && !disputed.has(host))
    for (const host of hosts) hostsTaken.set(host, name)
    deployments.push({ found: one, record, hosts })
    const lost = wished.filter(host => !hosts.includes(host))
    report.push({
      name,
      outcome: 'added',
      detail: lost
        .map(host => `${host} leads to ${holderOf(host) ?? 'several of them'}, so it was left out.`)
        .join(' '),
      missing: record.variables.flatMap(variable =>
        variable.isSecret && one.values[variable.name] === undefined ? variable.name : [],
      ),
    })
  }
  return { users, deployments, report: { users: users.map(({ name }) => name), deployments: report } }
}

type Refusal = Pick<ReadBackReport['deployments'][number], 'outcome' | 'detail'>

function findRefusal(
  { id, record, isOfMember }: FoundDeployment,
  { deployments, isIdTaken }: Known,
  { added, disputed }: { added: readonly DeploymentToAdd[]; disputed: ReadonlySet<string> },
): Refusal | undefined {
  if (deployments.some(one => one.id === id)) return { outcome: 'kept', detail: '' }
  if (record === undefined) return noRecord
  const { name } = record.deployment
  const isUsed = (own: string) =>
    isIdTaken(own) ||
    added.some(({ found, record: { build, release } }) => [found.id, build.id, release.id].includes(own))
  if ([id, record.build.id, record.release.id].some(isUsed)) return copied
  if (disputed.has(name))
    return {
      outcome: 'refused',
      detail: `Deployments of several users are called ${name}. Remove all but one.`,
    }
  if (isOfMember && isOfThisComputer(record.project.source)) return notTheirs
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

/** Whoever writes only in a namespace of their own comes after those who own the cluster. */
const byTrust = (a: FoundDeployment, b: FoundDeployment): number =>
  Number(a.isOfMember) - Number(b.isOfMember) || (a.name < b.name ? -1 : 1)

/** Names and hosts that members of several namespaces say are theirs: nothing tells who is right. */
function findDisputed(found: readonly FoundDeployment[]): ReadonlySet<string> {
  const owners = new Map<string, Set<string>>()
  for (const { isOfMember, record, hosts } of found) {
    if (!isOfMember || record === undefined) continue
    for (const claim of [record.deployment.name, ...hosts])
      owners.set(claim, (owners.get(claim) ?? new Set()).add(record.owner.id))
  }
  return new Set([...owners].filter(([, all]) => all.size > 1).map(([claim]) => claim))
}

/** Such a source is read from the computer where Slipway runs. */
const isOfThisComputer = ({ kind, address }: ReleaseRecord['project']['source']): boolean =>
  kind === 'folder' || (kind === 'git' && !/^(?:https?|ssh|git):\/\/|^[\w.-]+@[\w.-]+:/i.test(address))

const copied: Refusal = {
  outcome: 'refused',
  detail: 'It says that it is what something else is already. Somebody may have copied it in the cluster.',
}

const notTheirs: Refusal = {
  outcome: 'refused',
  detail:
    'It says that its source is a folder of this computer, which a member of the cluster cannot decide. Deploy it anew.',
}

/** A name is of one user: another of the same name who owns something keeps it. */
function toUser(
  { id, name }: User,
  known: Known,
  { added, isProven }: { added: readonly User[]; isProven: boolean },
): UserToAdd {
  const same = known.users.find(one => isSameUserName(one.name, name))
  if (
    isProven &&
    same !== undefined &&
    !same.hasProjects &&
    !added.some(one => isSameUserName(one.name, name))
  )
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
    .filter(one => one.record !== undefined && one.cluster !== undefined && !one.isOfMember)
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
