import { and, asc, count, desc, eq, inArray, lt, type SQL, sql } from 'drizzle-orm'
import type { SQLiteColumn } from 'drizzle-orm/sqlite-core'
import { alias } from 'drizzle-orm/sqlite-core'
import { type ClusterSettings, clusterSettingsSchema } from '../../shared/domain/cluster.ts'
import {
  type Activity,
  type Build,
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
import { isSameUserName } from '../../shared/domain/user.ts'
import type { Database } from './open.ts'
import {
  activity,
  builds,
  clusters,
  deployments,
  domains,
  projects,
  releases,
  secretVersions,
  settings,
  users,
  variables,
} from './schema.ts'

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

const served = alias(releases, 'served')
const servedBuild = alias(builds, 'served_build')
const latest = alias(builds, 'latest')

const newestBuildOf = (deploymentId: SQLiteColumn): SQL =>
  sql`(SELECT id FROM builds WHERE deployment_id = ${deploymentId} ORDER BY id DESC LIMIT 1)`

/** Says it in the words of the partial index too, or SQLite does not use it. */
const hasStatus = (status: 'queued' | 'running'): SQL =>
  sql`${builds.status} IN ('queued', 'running') AND ${builds.status} = ${status}`

/** Versions that the variables of releases or builds name; few rows have any. */
const namedIn = (table: 'releases' | 'builds', where: SQL): SQL => {
  const rows = sql.identifier(table)
  return sql`SELECT json_extract(one.value, '$.secretVersion') FROM ${rows}, json_each(${rows}.variables) one
    WHERE ${rows}.variables <> '[]' AND ${where} AND json_extract(one.value, '$.secretVersion') IS NOT NULL`
}

/** What a release shows of its build. Plan and steps are the most of a build, and are not read for it. */
const servedCommit = {
  sha: servedBuild.sha,
  subject: servedBuild.subject,
  author: servedBuild.author,
  committedAt: servedBuild.committedAt,
}
/** For SQLite: as many as there are. */
const allOfThem = -1

/** Read access to the platform database. */
export function createReader(orm: Orm) {
  const selectDeployments = (where?: SQL) =>
    orm
      .select({
        deployment: deployments,
        project: projects,
        owner: users,
        cluster: clusters,
        served,
        servedBuild: servedCommit,
        latest,
      })
      .from(deployments)
      .innerJoin(projects, eq(projects.id, deployments.projectId))
      .innerJoin(users, eq(users.id, projects.ownerId))
      .innerJoin(clusters, eq(clusters.id, deployments.clusterId))
      .leftJoin(served, eq(served.id, deployments.servingReleaseId))
      .leftJoin(servedBuild, eq(servedBuild.id, served.buildId))
      .leftJoin(latest, eq(latest.id, newestBuildOf(deployments.id)))
      .where(where)
      .orderBy(desc(deployments.changedAt), desc(deployments.id))

  const toStored = (
    row: ReturnType<ReturnType<typeof selectDeployments>['all']>[number],
  ): StoredDeployment => ({
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
    serving: row.served && row.servedBuild ? toRelease({ ...row.served, build: row.servedBuild }) : null,
    latestBuild: row.latest ? toBuild(row.latest) : null,
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
    deployments: (limit = allOfThem): StoredDeployment[] =>
      selectDeployments().limit(limit).all().map(toStored),
    deployment: (id: string): StoredDeployment | undefined =>
      selectDeployments(eq(deployments.id, id)).all().map(toStored)[0],
    deploymentRow: (id: string): DeploymentRow | undefined =>
      orm.select().from(deployments).where(eq(deployments.id, id)).get(),
    deploymentRows: (): DeploymentRow[] =>
      orm.select().from(deployments).orderBy(asc(deployments.name)).all(),
    deploymentNamed: (name: string): DeploymentRow | undefined =>
      orm.select().from(deployments).where(eq(deployments.name, name)).get(),
    sourceOf: (deployment: DeploymentRow): Source => {
      const project = orm.select().from(projects).where(eq(projects.id, deployment.projectId)).get()
      if (!project) throw new Error(`project ${deployment.projectId} has no row`)
      return { kind: project.sourceKind, address: project.sourceAddress }
    },
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

    build: (id: string): BuildRow | undefined => orm.select().from(builds).where(eq(builds.id, id)).get(),
    buildRecord: (id: string): Build | undefined => {
      const row = orm.select().from(builds).where(eq(builds.id, id)).get()
      return row && toBuild(row)
    },
    unfinishedBuilds: (deploymentId: string): BuildRow[] =>
      orm
        .select()
        .from(builds)
        .where(and(eq(builds.deploymentId, deploymentId), inArray(builds.status, ['queued', 'running'])))
        .orderBy(asc(builds.id))
        .all(),
    runningBuilds: (): { id: string; deploymentId: string }[] =>
      orm
        .select({ id: builds.id, deploymentId: builds.deploymentId })
        .from(builds)
        .where(hasStatus('running'))
        .all(),
    queuedDeploymentIds: (): string[] =>
      orm
        .selectDistinct({ id: builds.deploymentId })
        .from(builds)
        .where(hasStatus('queued'))
        .all()
        .map(row => row.id),
    buildIdsOf: (deploymentId: string): string[] =>
      orm
        .select({ id: builds.id })
        .from(builds)
        .where(eq(builds.deploymentId, deploymentId))
        .all()
        .map(row => row.id),
    buildsOf: (deploymentId: string, limit: number): Build[] =>
      orm
        .select()
        .from(builds)
        .where(eq(builds.deploymentId, deploymentId))
        .orderBy(desc(builds.id))
        .limit(limit)
        .all()
        .map(toBuild),
    builds: (page: { before?: string | undefined; limit: number; ownerId?: string | undefined }) =>
      orm
        .select({ build: builds, name: deployments.name })
        .from(builds)
        .innerJoin(deployments, eq(deployments.id, builds.deploymentId))
        .innerJoin(projects, eq(projects.id, deployments.projectId))
        .where(
          and(
            page.before === undefined ? undefined : lt(builds.id, page.before),
            page.ownerId === undefined ? undefined : eq(projects.ownerId, page.ownerId),
          ),
        )
        .orderBy(desc(builds.id))
        .limit(page.limit)
        .all()
        .map(row => ({ ...toBuild(row.build), deployment: row.name })),

    release: (id: string): ReleaseWithBuild | undefined =>
      selectReleases(eq(releases.id, id))
        .all()
        .map(row => ({ ...row.release, build: row.build }))[0],
    releasesOf: (deploymentId: string): Release[] =>
      selectReleases(eq(releases.deploymentId, deploymentId))
        .all()
        .map(row => toRelease({ ...row.release, build: row.build })),
    /** `artifacts`: those that are kept. */
    pastReleasesOf: (deploymentId: string, artifacts: readonly string[]): PastRelease[] =>
      selectReleases(eq(releases.deploymentId, deploymentId))
        .all()
        .map(row => ({
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
    /** Versions of secrets that no variable, no release, and no build that is unfinished or was released names. */
    unusedSecretVersions: (): string[] =>
      orm
        .select({ id: secretVersions.id })
        .from(secretVersions)
        .where(
          sql`NOT EXISTS (SELECT 1 FROM variables WHERE secret_version = ${secretVersions.id})
            AND ${secretVersions.id} NOT IN (${namedIn('releases', sql`1`)})
            AND ${secretVersions.id} NOT IN (${namedIn('builds', sql`status IN ('queued', 'running')`)})
            AND ${secretVersions.id} NOT IN (${namedIn('builds', sql`EXISTS (SELECT 1 FROM releases WHERE build_id = builds.id)`)})`,
        )
        .all()
        .map(row => row.id),
    /** The newest build that gave an artifact from the same things. */
    builtFrom: (deploymentId: string, fingerprint: string): BuildRow | undefined =>
      orm
        .select()
        .from(builds)
        .where(
          and(
            eq(builds.deploymentId, deploymentId),
            eq(builds.fingerprint, fingerprint),
            sql`${builds.status} = 'succeeded'`,
            sql`EXISTS (SELECT 1 FROM releases WHERE build_id = ${builds.id})`,
          ),
        )
        .orderBy(desc(builds.id))
        .limit(1)
        .get(),

    clusters: (): Cluster[] =>
      orm.select({ id: clusters.id, kind: clusters.kind, name: clusters.name }).from(clusters).all(),
    /** Undefined: there is no such Kubernetes cluster. */
    clusterSettings: (id: string): ClusterSettings | undefined => {
      const row = orm.select().from(clusters).where(eq(clusters.id, id)).get()
      return row?.kind === 'kubernetes' ? clusterSettingsSchema.parse(row.settings) : undefined
    },
    deploymentNamesOn: (clusterId: string): string[] =>
      orm
        .select({ name: deployments.name })
        .from(deployments)
        .where(eq(deployments.clusterId, clusterId))
        .all()
        .map(row => row.name),
    users: (): User[] => selectUsers().orderBy(asc(users.name), asc(users.id)).all(),
    user: (id: string): User | undefined => selectUsers().where(eq(users.id, id)).get(),
    /** Whatever the case of the name. */
    userNamed: (name: string): User | undefined =>
      selectUsers()
        .all()
        .find(one => isSameUserName(one.name, name)),
    project: (id: string): ProjectRow | undefined =>
      orm.select().from(projects).where(eq(projects.id, id)).get(),
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
    activity: (page: {
      before?: string | undefined
      limit: number
      deploymentId?: string | undefined
    }): Activity[] =>
      orm
        .select()
        .from(activity)
        .where(
          and(
            page.before === undefined ? undefined : lt(activity.id, page.before),
            page.deploymentId === undefined ? undefined : eq(activity.deploymentId, page.deploymentId),
          ),
        )
        .orderBy(desc(activity.id))
        .limit(page.limit)
        .all(),
    settings: (): Settings => ({
      localConsentAt: null,
      keepsRunning: false,
      secretPlace: null,
      restoration: null,
      currentUserId: null,
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

    /** Rows that still name the deployment, history aside. */
    countRowsOf: (deploymentId: string): number =>
      [
        { table: deployments, column: deployments.id },
        { table: builds, column: builds.deploymentId },
        { table: releases, column: releases.deploymentId },
        { table: domains, column: domains.deploymentId },
        { table: variables, column: variables.deploymentId },
      ].reduce((sum, { table, column }) => {
        const row = orm.select({ rows: count() }).from(table).where(eq(column, deploymentId)).get()
        return sum + (row?.rows ?? 0)
      }, 0),
  }
}

export function toBuild(row: BuildRow): Build {
  return {
    id: row.id,
    deploymentId: row.deploymentId,
    status: row.status,
    commit: toCommit(row),
    plan: row.plan,
    steps: row.steps,
    reusedBuildId: row.reusedBuildId,
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

export function toRelease(row: ReleaseRow & { build: CommitColumns }): Release {
  return {
    id: row.id,
    deploymentId: row.deploymentId,
    buildId: row.buildId,
    number: row.number,
    status: row.status,
    commit: toCommit(row.build),
    port: row.port,
    rollbackTo: row.rollbackTo,
    failure: row.failure,
    requestedBy: row.requestedBy,
    createdAt: row.createdAt,
    liveAt: row.liveAt,
    endedAt: row.endedAt,
  }
}
