import { asc, eq } from 'drizzle-orm'
import { SlipwayError } from '../../shared/domain/failure.ts'
import type { LeftBehind } from '../../shared/domain/left-behind.ts'
import type { User } from '../../shared/domain/records.ts'
import {
  appName,
  buildNamespace,
  cacheRepositoryOf,
  deploymentSelector,
  repositoryOf,
  tenantNamespace,
} from '../clusters/kubernetes/names.ts'
import type { Database } from '../database/open.ts'
import type { Reader } from '../database/reader.ts'
import type { StoredDeployment } from '../database/rows.ts'
import { leftBehind } from '../database/schema.ts'
import type { Writer } from '../database/writer.ts'
import type { LogStore } from '../logs/log-store.ts'

/**
 * The way out where a cluster does not answer, and maybe never will: the records of a deployment go, nothing in the cluster is changed,
 * and what may be left there is kept as a list.
 */
export function createLeftBehind(deps: {
  reader: Reader
  writer: Writer
  orm: Database['orm']
  logs: Pick<LogStore, 'remove'>
  now: () => number
  /** Of deployments, where they were; the list shows something else now. */
  changed: (deploymentIds: readonly string[]) => void
  /** Secrets that nothing names. */
  collect: () => void
}) {
  const { reader, writer, orm } = deps

  const list = (): LeftBehind[] =>
    orm
      .select()
      .from(leftBehind)
      .orderBy(asc(leftBehind.createdAt), asc(leftBehind.id))
      .all()
      .map(({ createdAt: at, ...one }) => ({ ...one, at }))

  const forgetNow = async (deployment: StoredDeployment, asker: Pick<User, 'name'>): Promise<void> => {
    const { id, name, cluster } = deployment
    const buildIds = reader.buildIdsOf(id)
    const things = toThings(reader, deployment)
    writer.transaction(() => {
      if (!reader.deploymentRow(id)) return
      const row = { id, deployment: name, cluster: cluster.name, things, createdAt: deps.now() }
      orm.insert(leftBehind).values(row).onConflictDoNothing().run()
      writer.removeDeployment(id)
      const detail = `in ${cluster.name}`
      writer.activity({ user: asker.name, verb: 'forgotten', deploymentId: id, deployment: name, detail })
    })
    for (const buildId of buildIds) await deps.logs.remove({ kind: 'build', id: buildId })
    await deps.logs.remove({ kind: 'runtime', id })
  }

  return {
    list,

    /** For one whose removal does not come to its end. */
    async forget(id: string, name: string, asker: Pick<User, 'name'>): Promise<LeftBehind> {
      const deployment = reader.deployment(id)
      if (deployment === undefined) throw notThere
      const why = whyKept(deployment, name)
      if (why !== undefined) throw new SlipwayError({ code: 'conflict', ...why })
      await forgetNow(deployment, asker)
      deps.changed([id])
      deps.collect()
      const left = list().find(one => one.id === id)
      if (left === undefined) throw notThere
      return left
    },

    /** Of a cluster that is removed with all that is deployed there. */
    async forgetAll(clusterId: string, asker: Pick<User, 'name'>): Promise<void> {
      // Before the first row is gone: what is on this computer is never forgotten.
      if (reader.clusterSettings(clusterId) === undefined) throw noCluster
      const ids = reader.deploymentsOn(clusterId).map(one => one.id)
      for (const deployment of reader.deploymentsOfIds(ids)) await forgetNow(deployment, asker)
      deps.changed(ids)
      deps.collect()
    },

    /** Somebody has looked, or it is read back. */
    dismiss(id: string): void {
      orm.delete(leftBehind).where(eq(leftBehind.id, id)).run()
      deps.changed([])
    },
  }
}

function whyKept(
  { name: own, wanted, failure, cluster }: StoredDeployment,
  name: string,
): { message: string; hint: string } | undefined {
  if (name !== own)
    return {
      message: `The name does not match: this deployment is called ${own}.`,
      hint: 'Type the name as it is shown.',
    }
  if (cluster.kind === 'local')
    return { message: `${own} is on this computer, which can always be asked.`, hint: 'Remove it.' }
  if (wanted !== 'removed')
    return { message: `${own} is not being removed.`, hint: 'Remove it first: that leaves nothing.' }
  return failure === null
    ? { message: `Nothing keeps ${own} from being removed.`, hint: 'Wait until it is.' }
    : undefined
}

/** All names derive from ids, so that what is there is known without asking. */
function toThings(reader: Reader, { id, name, owner, cluster, addOn }: StoredDeployment): string[] {
  const registry = reader.clusterSettings(cluster.id)?.registry
  const namespace = tenantNamespace(owner.id)
  const repository = repositoryOf(owner.id, id)
  return [
    `Deployment, Service and Ingress ${appName({ name }, id)} in the namespace ${namespace}`,
    ...(addOn === null ? [] : [`StatefulSet and volume ${appName({ name }, id)}-data there`]),
    `Secrets there with the label ${deploymentSelector(id)}`,
    `The namespace ${namespace} itself, where it was the last app of ${owner.name}`,
    ...reader.unfinishedBuilds(id).map(build => `The namespace ${buildNamespace(build.id)} of a build`),
    ...(registry ? [`Images in ${registry.address}/${repository} and ${cacheRepositoryOf(repository)}`] : []),
  ]
}

const noCluster = new SlipwayError({
  code: 'not_found',
  message: 'There is no such Kubernetes cluster.',
  hint: 'Deployments on this computer are removed one by one.',
})

const notThere = new SlipwayError({
  code: 'not_found',
  message: 'There is no such deployment.',
  hint: 'Go back to the board.',
})
