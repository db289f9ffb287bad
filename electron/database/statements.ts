import { and, asc, count, desc, eq, inArray, isNull, lt, type SQL, sql } from 'drizzle-orm'
import { alias, type SQLiteColumn } from 'drizzle-orm/sqlite-core'
import type { Database } from './open.ts'
import {
  activity,
  addOns,
  builds,
  clusters,
  deployments,
  previews,
  projects,
  releases,
  users,
} from './schema.ts'

const served = alias(releases, 'served')
const servedBuild = alias(builds, 'served_build')
const latest = alias(builds, 'latest')

const pick = <T, K extends keyof T>(from: T, keys: readonly K[]): Pick<T, K> =>
  Object.fromEntries(keys.map(key => [key, from[key]])) as Pick<T, K>

/** What lists show of a build: all but its plan, which with its variables is the most of it. */
const summaryKeys = [
  ...(['id', 'deploymentId', 'status', 'sha', 'subject', 'author', 'committedAt', 'steps'] as const),
  ...(['reusedBuildId', 'failure', 'requestedBy', 'createdAt', 'startedAt', 'finishedAt'] as const),
] as const
const commitKeys = ['sha', 'subject', 'author', 'committedAt'] as const
const releaseKeys = [
  ...(['id', 'deploymentId', 'buildId', 'number', 'status', 'port', 'size', 'rollbackTo'] as const),
  ...(['failure', 'requestedBy', 'createdAt', 'liveAt', 'endedAt', 'commandState'] as const),
] as const
const deploymentKeys = [
  ...(['id', 'name', 'status', 'wanted', 'branch', 'port', 'planEdits'] as const),
  ...(['size', 'instances', 'keepsRunning', 'failure', 'createdAt', 'changedAt'] as const),
] as const

const newestBuildOf = (deploymentId: SQLiteColumn): SQL =>
  sql`(SELECT id FROM builds WHERE deployment_id = ${deploymentId} ORDER BY id DESC LIMIT 1)`

/** Says it in the words of the partial index too, or SQLite does not use it. */
const hasStatus = (status: 'queued' | 'running'): SQL =>
  sql`${builds.status} IN ('queued', 'running') AND ${builds.status} = ${sql.raw(`'${status}'`)}`

/** How many earlier builds tell what the next one may take. */
const countedBuilds = 5

const id = sql.placeholder('id')
const before = sql.placeholder('before')
const limit = sql.placeholder('limit')

/** What screens and the reconciler ask for over and over, prepared once for each database. */
export function prepareStatements(orm: Database['orm']) {
  const selectDeployments = () =>
    orm
      .select({
        deployment: pick(deployments, deploymentKeys),
        project: pick(projects, ['id', 'name', 'sourceKind', 'sourceAddress']),
        owner: pick(users, ['id', 'name']),
        cluster: pick(clusters, ['id', 'kind', 'name']),
        addOn: pick(addOns, ['engine', 'image', 'volumeGib']),
        preview: pick(previews, ['parentId', 'number', 'title', 'url', 'isFork']),
        // As `findSaid` finds it.
        isWorker: sql<number>`coalesce(${deployments.planEdits} ->> '$.worker', ${servedBuild.plan} ->> '$.worker.value', ${latest.plan} ->> '$.worker.value', 0)`,
        runsCommand: sql<number>`EXISTS (SELECT 1 FROM releases AS begun WHERE begun.deployment_id = ${deployments.id} AND begun.command_state = 'started')`,
        served: pick(served, releaseKeys),
        servedBuild: pick(servedBuild, commitKeys),
        latest: pick(latest, summaryKeys),
      })
      .from(deployments)
      .innerJoin(projects, eq(projects.id, deployments.projectId))
      .innerJoin(users, eq(users.id, projects.ownerId))
      .innerJoin(clusters, eq(clusters.id, deployments.clusterId))
      .leftJoin(addOns, eq(addOns.deploymentId, deployments.id))
      .leftJoin(previews, eq(previews.previewId, deployments.id))
      .leftJoin(served, eq(served.id, deployments.servingReleaseId))
      .leftJoin(servedBuild, eq(servedBuild.id, served.buildId))
      .leftJoin(latest, eq(latest.id, newestBuildOf(deployments.id)))

  /** A cross join is in the order as written: whatever SQLite thinks of the tables, it walks the builds from the newest. */
  const selectBuildPage = (where?: SQL) =>
    orm
      .select({ build: pick(builds, summaryKeys), name: deployments.name })
      .from(builds)
      .crossJoin(deployments)
      .crossJoin(projects)
      .where(
        and(
          eq(deployments.id, builds.deploymentId),
          eq(projects.id, deployments.projectId),
          lt(builds.id, before),
          where,
        ),
      )
      .orderBy(desc(builds.id))
      .limit(limit)

  const selectActivity = (where?: SQL) =>
    orm
      .select()
      .from(activity)
      .where(and(lt(activity.id, before), where))
      .orderBy(desc(activity.id))
      .limit(limit)

  /** `verbs`: a JSON list; null, as for `user`: all. */
  const by = sql`(${sql.placeholder('user')} IS NULL OR ${activity.user} = ${sql.placeholder('user')})
    AND (${sql.placeholder('verbs')} IS NULL OR ${activity.verb} IN (SELECT value FROM json_each(${sql.placeholder('verbs')})))`

  return {
    deployment: selectDeployments().where(eq(deployments.id, id)).prepare(),
    /** `ids`: a JSON list. */
    deploymentsOf: selectDeployments()
      .where(sql`${deployments.id} IN (SELECT value FROM json_each(${sql.placeholder('ids')}))`)
      .prepare(),
    deploymentPage: selectDeployments()
      .where(lt(deployments.id, before))
      .orderBy(desc(deployments.id))
      .limit(limit)
      .prepare(),
    changedLast: selectDeployments()
      .orderBy(desc(deployments.changedAt), desc(deployments.id))
      .limit(limit)
      .prepare(),
    deploymentCounts: orm
      .select({ status: deployments.status, rows: count() })
      .from(deployments)
      .groupBy(deployments.status)
      .prepare(),
    deploymentRow: orm.select().from(deployments).where(eq(deployments.id, id)).prepare(),
    deploymentNamed: orm
      .select()
      .from(deployments)
      .where(eq(deployments.name, sql.placeholder('name')))
      .prepare(),
    ownerOf: orm
      .select({ id: users.id, name: users.name })
      .from(deployments)
      .innerJoin(projects, eq(projects.id, deployments.projectId))
      .innerJoin(users, eq(users.id, projects.ownerId))
      .where(eq(deployments.id, id))
      .prepare(),
    project: orm.select().from(projects).where(eq(projects.id, id)).prepare(),
    addOn: orm.select().from(addOns).where(eq(addOns.deploymentId, id)).prepare(),
    cluster: orm.select().from(clusters).where(eq(clusters.id, id)).prepare(),

    build: orm.select().from(builds).where(eq(builds.id, id)).prepare(),
    buildPage: selectBuildPage().prepare(),
    buildPageOfOwner: selectBuildPage(eq(projects.ownerId, sql.placeholder('ownerId'))).prepare(),
    buildsOf: orm
      .select()
      .from(builds)
      .where(eq(builds.deploymentId, id))
      .orderBy(desc(builds.id))
      .limit(limit)
      .prepare(),
    finishedBuilds: orm
      .select({ startedAt: builds.startedAt, finishedAt: builds.finishedAt })
      .from(builds)
      .where(and(eq(builds.deploymentId, id), eq(builds.status, 'succeeded'), isNull(builds.reusedBuildId)))
      .orderBy(desc(builds.id))
      .limit(countedBuilds)
      .prepare(),
    unfinishedBuilds: orm
      .select()
      .from(builds)
      .where(and(eq(builds.deploymentId, id), inArray(builds.status, ['queued', 'running'])))
      .orderBy(asc(builds.id))
      .prepare(),
    runningBuilds: orm
      .select({ id: builds.id, deploymentId: builds.deploymentId, ownerId: projects.ownerId })
      .from(builds)
      .innerJoin(deployments, eq(deployments.id, builds.deploymentId))
      .innerJoin(projects, eq(projects.id, deployments.projectId))
      .where(and(hasStatus('running'), eq(deployments.clusterId, sql.placeholder('clusterId'))))
      .prepare(),
    queuedDeployments: orm
      .selectDistinct({ id: builds.deploymentId })
      .from(builds)
      .where(hasStatus('queued'))
      .prepare(),
    /** The newest build that gave an artifact from the same things. */
    builtFrom: orm
      .select()
      .from(builds)
      .where(
        and(
          eq(builds.deploymentId, id),
          eq(builds.fingerprint, sql.placeholder('fingerprint')),
          sql`${builds.status} = 'succeeded'`,
          sql`EXISTS (SELECT 1 FROM releases WHERE build_id = ${builds.id})`,
        ),
      )
      .orderBy(desc(builds.id))
      .limit(1)
      .prepare(),

    release: orm
      .select({ release: releases, build: builds })
      .from(releases)
      .innerJoin(builds, eq(builds.id, releases.buildId))
      .where(eq(releases.id, id))
      .prepare(),
    startedCommand: orm
      .select({ id: releases.id })
      .from(releases)
      .where(and(eq(releases.deploymentId, id), sql`${releases.commandState} = 'started'`))
      .prepare(),
    releasesOf: orm
      .select({
        release: pick(releases, [...releaseKeys, 'variables']),
        build: pick(builds, [...commitKeys, 'artifact']),
        // As `findSaid` finds them; a plan is large, and these are many.
        healthPath: sql<string>`coalesce(${builds.planEdits} ->> '$.healthPath', ${builds.plan} ->> '$.healthPath.value', '')`,
        isWorker: sql<number>`coalesce(${builds.planEdits} ->> '$.worker', ${builds.plan} ->> '$.worker.value', 0)`,
      })
      .from(releases)
      .innerJoin(builds, eq(builds.id, releases.buildId))
      .where(eq(releases.deploymentId, id))
      .orderBy(desc(releases.number))
      .prepare(),

    activity: selectActivity().prepare(),
    activityOf: selectActivity(eq(activity.deploymentId, id)).prepare(),
    activityBy: selectActivity(by).prepare(),
    activityOfBy: selectActivity(and(eq(activity.deploymentId, id), by)).prepare(),
  }
}

export type Statements = ReturnType<typeof prepareStatements>

/** Greater than any id. */
export const afterAll = '~'
