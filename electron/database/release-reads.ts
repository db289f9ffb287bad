import { and, desc, eq, type SQL, sql } from 'drizzle-orm'
import { keptReleases, type PastRelease, type Release } from '../../shared/domain/records.ts'
import { findChanges, type ReleaseConfiguration } from '../../shared/domain/release-changes.ts'
import type { Database } from './open.ts'
import { type ReleaseWithBuild, toRelease } from './rows.ts'
import { builds, clusters, deployments, releases, secretVersions } from './schema.ts'
import type { Statements } from './statements.ts'

/** What the platform reads of releases, and of what they keep: artifacts and versions of secrets. */
export function createReleaseReads(orm: Database['orm'], prepared: Statements) {
  const selectReleases = (where: SQL | undefined) =>
    orm
      .select({ release: releases, build: builds })
      .from(releases)
      .innerJoin(builds, eq(builds.id, releases.buildId))
      .where(where)
      .orderBy(desc(releases.number))

  return {
    release: (id: string): ReleaseWithBuild | undefined =>
      prepared.release.all({ id }).map(row => ({ ...row.release, build: row.build }))[0],
    /** The release whose command was started, and of which no end is known. */
    startedCommand: (deploymentId: string): string | undefined =>
      prepared.startedCommand.all({ id: deploymentId })[0]?.id,
    releasesOf: (deploymentId: string): Release[] =>
      prepared.releasesOf
        .all({ id: deploymentId })
        .map(row => toRelease({ ...row.release, build: row.build })),
    /** `artifacts`: those that are kept. */
    pastReleasesOf: (deploymentId: string, artifacts: readonly string[]): PastRelease[] =>
      prepared.releasesOf.all({ id: deploymentId }).map((row, index, newestFirst) => {
        const before = newestFirst[index + 1]
        return {
          ...toRelease({ ...row.release, build: row.build }),
          startsAtOnce: row.build.artifact !== null && artifacts.includes(row.build.artifact),
          changes: before === undefined ? [] : findChanges(toConfiguration(before), toConfiguration(row)),
        }
      }),
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
    secretVersions: (): string[] =>
      orm
        .select({ id: secretVersions.id })
        .from(secretVersions)
        .all()
        .map(row => row.id),
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
  }
}

/** Versions that the variables of releases or builds name; few rows have any. */
const namedIn = (table: 'releases' | 'builds', where: SQL): SQL => {
  const rows = sql.identifier(table)
  return sql`SELECT json_extract(one.value, '$.secretVersion') FROM ${rows}, json_each(${rows}.variables) one
    WHERE ${rows}.variables <> '[]' AND ${where} AND json_extract(one.value, '$.secretVersion') IS NOT NULL`
}

const toConfiguration = ({
  release: { port, size, variables },
  healthPath,
  isWorker,
}: ReturnType<Statements['releasesOf']['all']>[number]): ReleaseConfiguration => ({
  ...{ port, size, variables, healthPath },
  isWorker: isWorker === 1,
})
