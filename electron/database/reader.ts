import { and, asc, count, eq, getTableColumns, ne } from 'drizzle-orm'
import { type ClusterSettings, clusterSettingsSchema } from '../../shared/domain/cluster.ts'
import type { TrafficSample, UsageSample } from '../../shared/domain/metrics.ts'
import {
  type Activity,
  type Cluster,
  defaultSettings,
  problemVerbs,
  type Settings,
  type Source,
  type User,
} from '../../shared/domain/records.ts'
import type { DeploymentStatus } from '../../shared/domain/status.ts'
import { isSameUserName } from '../../shared/domain/user.ts'
import { createBuildReads } from './build-reads.ts'
import { createFollowingReads } from './following.ts'
import type { Database } from './open.ts'
import { createReleaseReads } from './release-reads.ts'
import {
  type AddOnRow,
  type DeploymentRow,
  type ProjectRow,
  type StoredDeployment,
  toStored,
  type VariableRow,
} from './rows.ts'
import {
  addOns,
  builds,
  clusters,
  deployments,
  domains,
  drift,
  keptDifferences,
  previews,
  projects,
  releases,
  settings,
  traffic,
  usage,
  users,
  variables,
} from './schema.ts'
import { afterAll, prepareStatements } from './statements.ts'

export type Reader = ReturnType<typeof createReader>

type Orm = Database['orm']

/** For SQLite: as many as there are. */
const allOfThem = -1

/** Read access to the platform database. */
export function createReader(orm: Orm) {
  const prepared = prepareStatements(orm)

  const selectUsers = () => orm.select({ id: users.id, name: users.name }).from(users)

  return {
    ...createBuildReads(orm, prepared),
    ...createReleaseReads(orm, prepared),
    ...createFollowingReads(orm),
    /** Those that changed last come first. */
    deployments: (limit = allOfThem): StoredDeployment[] => prepared.changedLast.all({ limit }).map(toStored),
    /** The newest first. */
    deploymentPage: (page: { before?: string | undefined; limit: number }): StoredDeployment[] =>
      prepared.deploymentPage.all({ before: page.before ?? afterAll, limit: page.limit }).map(toStored),
    /** Those of the ids that are there, in any order. */
    deploymentsOfIds: (ids: readonly string[]): StoredDeployment[] =>
      prepared.deploymentsOf.all({ ids: JSON.stringify(ids) }).map(toStored),
    deployment: (id: string): StoredDeployment | undefined =>
      prepared.deployment.all({ id }).map(toStored)[0],
    /** How many there are of each status that any has. */
    deploymentCounts: (): Partial<Record<DeploymentStatus, number>> =>
      Object.fromEntries(prepared.deploymentCounts.all().map(row => [row.status, row.rows])),
    deploymentRow: (id: string): DeploymentRow | undefined => prepared.deploymentRow.get({ id }),
    deploymentRows: (): DeploymentRow[] =>
      orm.select().from(deployments).orderBy(asc(deployments.name)).all(),
    deploymentNamed: (name: string): DeploymentRow | undefined => prepared.deploymentNamed.get({ name }),
    sourceOf: (deployment: DeploymentRow): Source => {
      const addOn = prepared.addOn.get({ id: deployment.id })
      if (addOn) return { kind: 'image', address: addOn.image }
      const project = prepared.project.get({ id: deployment.projectId })
      if (!project) throw new Error(`project ${deployment.projectId} has no row`)
      return { kind: project.sourceKind, address: project.sourceAddress }
    },
    /** Undefined for a deployment that is none. */
    addOn: (deploymentId: string): AddOnRow | undefined => prepared.addOn.get({ id: deploymentId }),
    /** Names of deployments, with the variables of each that lead to the add-on. */
    attachmentsOf: (addOnId: string): { id: string; name: string; variable: string }[] =>
      orm
        .select({ id: deployments.id, name: deployments.name, variable: variables.name })
        .from(variables)
        .innerJoin(deployments, eq(deployments.id, variables.deploymentId))
        .where(and(eq(variables.addOnId, addOnId), ne(deployments.wanted, 'removed')))
        .orderBy(asc(deployments.name), asc(variables.name))
        .all(),
    /** Of a deployment's pull requests, those that are being removed aside. */
    previewIdsOf: (parentId: string): string[] =>
      orm
        .select({ id: deployments.id })
        .from(previews)
        .innerJoin(deployments, eq(deployments.id, previews.previewId))
        .where(and(eq(previews.parentId, parentId), ne(deployments.wanted, 'removed')))
        .all()
        .map(({ id }) => id),
    ownerOf: (deploymentId: string): User | undefined => prepared.ownerOf.get({ id: deploymentId }),
    deploymentIds: (): string[] =>
      orm
        .select({ id: deployments.id })
        .from(deployments)
        .all()
        .map(row => row.id),
    names: (): string[] =>
      orm
        .select({ name: deployments.name })
        .from(deployments)
        .all()
        .map(row => row.name),

    variablesOf: (deploymentId: string): VariableRow[] =>
      orm
        .select()
        .from(variables)
        .where(eq(variables.deploymentId, deploymentId))
        .orderBy(asc(variables.name))
        .all(),

    clusters: (): Cluster[] =>
      orm.select({ id: clusters.id, kind: clusters.kind, name: clusters.name }).from(clusters).all(),
    /** Undefined: there is no such Kubernetes cluster. */
    clusterSettings: (id: string): ClusterSettings | undefined => {
      const row = prepared.cluster.get({ id })
      return row?.kind === 'kubernetes' ? clusterSettingsSchema.parse(row.settings) : undefined
    },
    deploymentsOn: (clusterId: string): { id: string; name: string }[] =>
      orm
        .select({ id: deployments.id, name: deployments.name })
        .from(deployments)
        .where(eq(deployments.clusterId, clusterId))
        .all(),
    users: (): User[] => selectUsers().orderBy(asc(users.name), asc(users.id)).all(),
    user: (id: string): User | undefined => selectUsers().where(eq(users.id, id)).get(),
    /** Whatever the case of the name. */
    userNamed: (name: string): User | undefined =>
      selectUsers()
        .all()
        .find(one => isSameUserName(one.name, name)),
    project: (id: string): ProjectRow | undefined => prepared.project.get({ id }),
    projects: (): ProjectRow[] => orm.select().from(projects).orderBy(asc(projects.id)).all(),
    projectsOf: (ownerId: string): ProjectRow[] =>
      orm.select().from(projects).where(eq(projects.ownerId, ownerId)).orderBy(asc(projects.name)).all(),
    deploymentsOf: (projectId: string): DeploymentRow[] =>
      orm
        .select()
        .from(deployments)
        .where(eq(deployments.projectId, projectId))
        .orderBy(asc(deployments.name))
        .all(),
    activity: ({
      before = afterAll,
      limit,
      deploymentId,
      user = null,
      problems = false,
    }: {
      before?: string | undefined
      limit: number
      deploymentId?: string | undefined
      user?: string | null | undefined
      problems?: boolean | undefined
    }): Activity[] => {
      const by = { before, limit, user, verbs: problems ? JSON.stringify(problemVerbs) : null }
      if (user === null && !problems) {
        return deploymentId === undefined
          ? prepared.activity.all(by)
          : prepared.activityOf.all({ ...by, id: deploymentId })
      }
      return deploymentId === undefined
        ? prepared.activityBy.all(by)
        : prepared.activityOfBy.all({ ...by, id: deploymentId })
    },
    settings: (): Settings => ({
      ...defaultSettings,
      ...Object.fromEntries(
        orm
          .select()
          .from(settings)
          .all()
          .map(row => [row.name, row.value]),
      ),
    }),

    /** Hosts of its own, without the gateway's. */
    hostsOf: (deploymentId: string): string[] =>
      orm
        .select({ host: domains.host })
        .from(domains)
        .where(eq(domains.deploymentId, deploymentId))
        .orderBy(domains.id)
        .all()
        .map(row => row.host)
        .filter(host => !host.endsWith('.localhost')),
    /** The name of the deployment that the host leads to. */
    deploymentOfHost: (host: string): string | undefined =>
      orm
        .select({ name: deployments.name })
        .from(domains)
        .innerJoin(deployments, eq(deployments.id, domains.deploymentId))
        .where(eq(domains.host, host))
        .get()?.name,

    /** Oldest first. */
    usageOf: (deploymentId: string): UsageSample[] =>
      orm
        .select({ at: usage.at, cpu: usage.cpu, memory: usage.memory, restarts: usage.restarts })
        .from(usage)
        .where(eq(usage.deploymentId, deploymentId))
        .orderBy(usage.at)
        .all(),

    /** Oldest first. */
    trafficOf: (deploymentId: string): TrafficSample[] => {
      const { deploymentId: _of, ...columns } = getTableColumns(traffic)
      return orm
        .select(columns)
        .from(traffic)
        .where(eq(traffic.deploymentId, deploymentId))
        .orderBy(traffic.at)
        .all()
    },

    /** Rows that still name the deployment, history aside. */
    countRowsOf: (deploymentId: string): number =>
      [
        { table: deployments, column: deployments.id },
        { table: builds, column: builds.deploymentId },
        { table: releases, column: releases.deploymentId },
        { table: domains, column: domains.deploymentId },
        { table: variables, column: variables.deploymentId },
        { table: addOns, column: addOns.deploymentId },
        { table: usage, column: usage.deploymentId },
        { table: traffic, column: traffic.deploymentId },
        { table: drift, column: drift.deploymentId },
        { table: keptDifferences, column: keptDifferences.deploymentId },
        { table: previews, column: previews.previewId },
      ].reduce((sum, { table, column }) => {
        const row = orm.select({ rows: count() }).from(table).where(eq(column, deploymentId)).get()
        return sum + (row?.rows ?? 0)
      }, 0),
  }
}
