import type { ClusterChanges, ClusterSettings } from '../../shared/domain/cluster.ts'
import type { ReadBackReport } from '../../shared/domain/read-back.ts'
import type { User } from '../../shared/domain/records.ts'
import { isAtBuild, isAtRun, type StoredVariable } from '../../shared/domain/variable.ts'
import type { FoundDeployment, ReleaseRecord } from '../clusters/release-record.ts'
import type { Reader } from '../database/reader.ts'
import type { Restore } from '../database/restore.ts'
import type { Writer } from '../database/writer.ts'
import type { SecretVersions } from '../secrets/secret-versions.ts'
import { type DeploymentToAdd, decideReadBack, decideSettings, type Known } from './decide-read-back.ts'

/**
 * Fills the database with what a cluster has: users, projects, deployments, what each of them runs, its domains and its variables.
 * What is here already stays as it is, so that doing it twice does nothing. Values of secrets go from the cluster's Secrets to the
 * secret store. Nothing in the cluster is changed.
 */
export function createReadBack(deps: {
  reader: Reader
  writer: Writer
  restore: Restore
  secrets: Pick<SecretVersions, 'keep'>
  findRecords: (clusterId: string) => Promise<readonly FoundDeployment[]>
  settings: (clusterId: string) => ClusterSettings
  updateSettings: (clusterId: string, changes: ClusterChanges) => Promise<void>
  /** Has secrets deleted that nothing names. */
  collect: () => void
  /** They are looked at. */
  wake: (deploymentId: string) => void
}) {
  const { reader, writer, restore } = deps

  const know = (): Known => ({
    users: reader.users().map(user => ({ ...user, hasProjects: reader.projectsOf(user.id).length > 0 })),
    deployments: reader.deploymentRows(),
    isIdTaken: id => reader.build(id) !== undefined || reader.release(id) !== undefined,
    deploymentOfHost: reader.deploymentOfHost,
  })

  return async (clusterId: string, asker: Pick<User, 'name'>): Promise<ReadBackReport> => {
    deps.settings(clusterId)
    const found = await deps.findRecords(clusterId)
    const { changes, notes } = decideSettings(found, deps.settings(clusterId))
    if (Object.keys(changes).length > 0) await deps.updateSettings(clusterId, changes)
    const wanted = decideReadBack(found, know()).deployments
    try {
      const { report, ids } = await deps.secrets.keep(toSecrets(wanted), versions =>
        writer.transaction(() => {
          const decided = decideReadBack(found, know())
          for (const user of decided.users) {
            if (user.replaces === null) restore.user(user)
            else restore.replaceUser(user.replaces, user.id)
          }
          for (const one of decided.deployments) add(one, { clusterId, versions, asker })
          for (const { record } of decided.deployments) follow(record)
          return { report: decided.report, ids: decided.deployments.map(({ found }) => found.id) }
        }),
      )
      for (const id of ids) deps.wake(id)
      return { settings: notes, ...report }
    } finally {
      deps.collect()
    }
  }

  function add(
    { found, record, hosts }: DeploymentToAdd,
    {
      clusterId,
      versions,
      asker,
    }: { clusterId: string; versions: ReadonlyMap<string, string>; asker: Pick<User, 'name'> },
  ): void {
    const { id, name } = record.deployment
    const variables = toVariables({ found, record }, versions)
    restore.project(record)
    // The owner may have the same source as another project already.
    const { owner, project } = record
    const projectId = writer.project({ ownerId: owner.id, ...project })
    restore.deployment(record, {
      projectId,
      clusterId,
      run: found.run,
      instances: found.instances,
      liveAt: found.liveAt,
      variables: { build: variables.filter(isAtBuild), release: variables.filter(isAtRun) },
    })
    const own = record.deployment.addOn === undefined ? [`${name}.localhost`] : []
    for (const host of [...own, ...hosts]) writer.addDomain(id, host)
    for (const one of variables) {
      const value = 'value' in one ? one.value : null
      const secretVersion = 'secretVersion' in one ? one.secretVersion : null
      writer.variable({ deploymentId: id, name: one.name, scope: one.scope, value, secretVersion })
    }
    const detail = `#${record.release.number} ${record.build.commit.sha.slice(0, 7)}`
    writer.activity({ user: asker.name, verb: 'read_back', deploymentId: id, deployment: name, detail })
  }

  /** When all are there: a preview names its parent. */
  function follow({ deployment: { id, branch, following, preview }, build }: ReleaseRecord): void {
    const { sha } = build.commit
    if (following !== undefined) writer.follow(id, following, { branch, sha })
    if (preview !== undefined) writer.followRequest(id, preview, sha)
  }
}

const toKey = (deploymentId: string, name: string): string => `${deploymentId} ${name}`

/** Values that go to the secret store, by key. */
const toSecrets = (wanted: readonly DeploymentToAdd[]): ReadonlyMap<string, string> =>
  new Map(
    wanted.flatMap(({ found, record }) =>
      record.variables.flatMap(({ name, isSecret }) => {
        const value = found.values[name]
        return isSecret && value !== undefined ? [[toKey(found.id, name), value] as const] : []
      }),
    ),
  )

/** Those whose values are known. */
const toVariables = (
  { found, record }: Pick<DeploymentToAdd, 'found' | 'record'>,
  versions: ReadonlyMap<string, string>,
): StoredVariable[] =>
  record.variables.flatMap(({ name, scope, isSecret, value = found.values[name] }): StoredVariable[] => {
    const secretVersion = versions.get(toKey(found.id, name))
    if (isSecret) return secretVersion === undefined ? [] : [{ name, scope, secretVersion }]
    return value === undefined ? [] : [{ name, scope, value }]
  })
