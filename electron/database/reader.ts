import { and, asc, count, desc, eq, type SQL, sql } from 'drizzle-orm'
import { type ClusterSettings, clusterSettingsSchema } from '../../shared/domain/cluster.ts'
import type { UsageSample } from '../../shared/domain/metrics.ts'
import {
  type Activity,
  type Build,
  type BuildSummary,
  type Cluster,
  type Commit,
  type Deployment,
  keptReleases,
  type PastRelease,
  type Release,
  type Settings,
  type Source,
  type User,
} from '../../shared/domain/records.ts'
import type { DeploymentStatus } from '../../shared/domain/status.ts'
import { isSameUserName } from '../../shared/domain/user.ts'
import type { Database } from './open.ts'
import {
  builds,
  clusters,
  deployments,
  domains,
  projects,
  releases,
  secretVersions,
  settings,
  usage,
  users,
  variables,
} from './schema.ts'
import { prepareStatements } from './statements.ts'

export type DeploymentRow = typeof deployments.$inferSelect
export type BuildRow = typeof builds.$inferSelect
export type ProjectRow = typeof projects.$inferSelect
export type VariableRow = typeof variables.$inferSelect
export type ReleaseRow = typeof releases.$inferSelect
export type ReleaseWithBuild = ReleaseRow & { build: BuildRow }
/** A deployment's records, without what only the platform knows (URL, health). */
export type StoredDeployment = Omit<Deployment, 'url' | 'localUrl' | 'health'>
export type Reader = ReturnType<typeof createReader>

type Orm = Database['orm']

/** Versions that the variables of releases or builds name; few rows have any. */
const namedIn = (table: 'releases' | 'builds', where: SQL): SQL => {
  const rows = sql.identifier(table)
  return sql`SELECT json_extract(one.value, '$.secretVersion') FROM ${rows}, json_each(${rows}.variables) one
    WHERE ${rows}.variables <> '[]' AND ${where} AND json_extract(one.value, '$.secretVersion') IS NOT NULL`
}

/** For SQLite: as many as there are. */
const allOfThem = -1
/** Greater than any id. */
const afterAll = '~'

/** Read access to the platform database. */
export function createReader(orm: Orm) {
  const prepared = prepareStatements(orm)

  const toStored = (row: ReturnType<typeof prepared.changedLast.all>[number]): StoredDeployment => ({
    id: row.deployment.id,
    name: row.deployment.name,
    status: row.deployment.status,
    wanted: row.deployment.wanted,
    project: {
      id: row.project.id,
      name: row.project.name,
      source: { kind: row.project.sourceKind, address: row.project.sourceAddress },
    },
    owner: { id: row.owner.id, name: row.owner.name },
    cluster: { id: row.cluster.id, kind: row.cluster.kind, name: row.cluster.name },
    branch: row.deployment.branch,
    port: row.deployment.port,
    planEdits: row.deployment.planEdits,
    keepsRunning: row.deployment.keepsRunning,
    size: row.deployment.size,
    instances: row.deployment.instances,
    serving: row.served && row.servedBuild ? toRelease({ ...row.served, build: row.servedBuild }) : null,
    latestBuild: row.latest ? toBuildSummary(row.latest) : null,
    failure: row.deployment.failure,
    createdAt: row.deployment.createdAt,
    changedAt: row.deployment.changedAt,
  })

  const selectUsers = () => orm.select({ id: users.id, name: users.name }).from(users)

  const selectReleases = (where: SQL | undefined) =>
    orm
      .select({ release: releases, build: builds })
      .from(releases)
      .innerJoin(builds, eq(builds.id, releases.buildId))
      .where(where)
      .orderBy(desc(releases.number))

  return {
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
      const project = prepared.project.get({ id: deployment.projectId })
      if (!project) throw new Error(`project ${deployment.projectId} has no row`)
      return { kind: project.sourceKind, address: project.sourceAddress }
    },
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

    build: (id: string): BuildRow | undefined => prepared.build.get({ id }),
    buildRecord: (id: string): Build | undefined => {
      const row = prepared.build.get({ id })
      return row && toBuild(row)
    },
    unfinishedBuilds: (deploymentId: string): BuildRow[] =>
      prepared.unfinishedBuilds.all({ id: deploymentId }),
    /** On one cluster. */
    runningBuilds: (clusterId: string): { id: string; deploymentId: string; ownerId: string }[] =>
      prepared.runningBuilds.all({ clusterId }),
    queuedDeploymentIds: (): string[] => prepared.queuedDeployments.all().map(row => row.id),
    buildIdsOf: (deploymentId: string): string[] =>
      orm
        .select({ id: builds.id })
        .from(builds)
        .where(eq(builds.deploymentId, deploymentId))
        .all()
        .map(row => row.id),
    buildsOf: (deploymentId: string, limit: number): Build[] =>
      prepared.buildsOf.all({ id: deploymentId, limit }).map(toBuild),
    builds: ({
      before = afterAll,
      limit,
      ownerId,
    }: {
      before?: string | undefined
      limit: number
      ownerId?: string | undefined
    }) => {
      const rows =
        ownerId === undefined
          ? prepared.buildPage.all({ before, limit })
          : prepared.buildPageOfOwner.all({ before, limit, ownerId })
      return rows.map(row => ({ ...toBuildSummary(row.build), deployment: row.name }))
    },

    release: (id: string): ReleaseWithBuild | undefined =>
      prepared.release.all({ id }).map(row => ({ ...row.release, build: row.build }))[0],
    releasesOf: (deploymentId: string): Release[] =>
      prepared.releasesOf
        .all({ id: deploymentId })
        .map(row => toRelease({ ...row.release, build: row.build })),
    /** `artifacts`: those that are kept. */
    pastReleasesOf: (deploymentId: string, artifacts: readonly string[]): PastRelease[] =>
      prepared.releasesOf.all({ id: deploymentId }).map(row => ({
        ...toRelease({ ...row.release, build: row.build }),
        startsAtOnce: row.build.artifact !== null && artifacts.includes(row.build.artifact),
      })),
    releaseNumbered: (deploymentId: string, number: number): ReleaseWithBuild | undefined =>
      selectReleases(and(eq(releases.deploymentId, deploymentId), eq(releases.number, number)))
        .all()
        .map(row => ({ ...row.release, build: row.build }))[0],
    /**
     * Artifacts that are kept, newest first: of what is wanted and what serves, of the newest release, which may be worth
     * another try, and of the newest ones that were live.
     */
    artifactsOf: (deploymentId: string): string[] => {
      const row = orm
        .select({
          target: deployments.targetReleaseId,
          serving: deployments.servingReleaseId,
          kind: clusters.kind,
        })
        .from(deployments)
        .innerJoin(clusters, eq(clusters.id, deployments.clusterId))
        .where(eq(deployments.id, deploymentId))
        .get()
      if (row === undefined) return []
      const made = orm
        .select({ id: releases.id, liveAt: releases.liveAt, artifact: builds.artifact })
        .from(releases)
        .innerJoin(builds, eq(builds.id, releases.buildId))
        .where(eq(releases.deploymentId, deploymentId))
        .orderBy(desc(releases.number))
        .all()
      const wereLive = made.filter(({ liveAt }) => liveAt !== null).slice(0, keptReleases[row.kind])
      const kept = new Set([row.target, row.serving, made[0]?.id, ...wereLive.map(({ id }) => id)])
      return [...new Set(made.flatMap(({ id, artifact }) => (kept.has(id) ? (artifact ?? []) : [])))]
    },
    variablesOf: (deploymentId: string): VariableRow[] =>
      orm
        .select()
        .from(variables)
        .where(eq(variables.deploymentId, deploymentId))
        .orderBy(asc(variables.name))
        .all(),
    /** Versions of secrets that no variable, no account, no release, and no build that is unfinished or was released names. */
    unusedSecretVersions: (): string[] =>
      orm
        .select({ id: secretVersions.id })
        .from(secretVersions)
        .where(
          sql`NOT EXISTS (SELECT 1 FROM variables WHERE secret_version = ${secretVersions.id})
            AND NOT EXISTS (SELECT 1 FROM accounts WHERE secret_version = ${secretVersions.id})
            AND ${secretVersions.id} NOT IN (SELECT json_extract(settings, '$.registryPasswordVersion') FROM clusters
              WHERE json_extract(settings, '$.registryPasswordVersion') IS NOT NULL)
            AND ${secretVersions.id} NOT IN (${namedIn('releases', sql`1`)})
            AND ${secretVersions.id} NOT IN (${namedIn('builds', sql`status IN ('queued', 'running')`)})
            AND ${secretVersions.id} NOT IN (${namedIn('builds', sql`EXISTS (SELECT 1 FROM releases WHERE build_id = builds.id)`)})`,
        )
        .all()
        .map(row => row.id),
    /** The newest build that gave an artifact from the same things. */
    builtFrom: (deploymentId: string, fingerprint: string): BuildRow | undefined =>
      prepared.builtFrom.get({ id: deploymentId, fingerprint }),

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
    }: {
      before?: string | undefined
      limit: number
      deploymentId?: string | undefined
    }): Activity[] =>
      deploymentId === undefined
        ? prepared.activity.all({ before, limit })
        : prepared.activityOf.all({ before, limit, id: deploymentId }),
    settings: (): Settings => ({
      localConsentAt: null,
      keepsRunning: false,
      secretPlace: null,
      restoration: null,
      currentUserId: null,
      gitHubClientIds: {},
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

    /** Rows that still name the deployment, history aside. */
    countRowsOf: (deploymentId: string): number =>
      [
        { table: deployments, column: deployments.id },
        { table: builds, column: builds.deploymentId },
        { table: releases, column: releases.deploymentId },
        { table: domains, column: domains.deploymentId },
        { table: variables, column: variables.deploymentId },
        { table: usage, column: usage.deploymentId },
      ].reduce((sum, { table, column }) => {
        const row = orm.select({ rows: count() }).from(table).where(eq(column, deploymentId)).get()
        return sum + (row?.rows ?? 0)
      }, 0),
  }
}

export function toBuild(row: BuildRow): Build {
  return { ...toBuildSummary(row), plan: row.plan }
}

type SummaryColumns = Omit<BuildSummary, 'commit' | 'waitsFor'> & CommitColumns

function toBuildSummary(row: SummaryColumns): BuildSummary {
  return {
    id: row.id,
    deploymentId: row.deploymentId,
    status: row.status,
    commit: toCommit(row),
    steps: row.steps,
    reusedBuildId: row.reusedBuildId,
    waitsFor: null,
    failure: row.failure,
    requestedBy: row.requestedBy,
    createdAt: row.createdAt,
    startedAt: row.startedAt,
    finishedAt: row.finishedAt,
  }
}

type CommitColumns = Pick<BuildRow, 'sha' | 'subject' | 'author' | 'committedAt'>

const toCommit = ({ sha, subject, author, committedAt: at }: CommitColumns): Commit => ({
  sha,
  subject,
  author,
  at,
})

export function toRelease(row: Omit<ReleaseRow, 'variables'> & { build: CommitColumns }): Release {
  return {
    id: row.id,
    deploymentId: row.deploymentId,
    buildId: row.buildId,
    number: row.number,
    status: row.status,
    commit: toCommit(row.build),
    port: row.port,
    size: row.size,
    rollbackTo: row.rollbackTo,
    failure: row.failure,
    requestedBy: row.requestedBy,
    createdAt: row.createdAt,
    liveAt: row.liveAt,
    endedAt: row.endedAt,
  }
}
