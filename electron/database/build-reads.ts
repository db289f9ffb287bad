import { eq } from 'drizzle-orm'
import type { Build } from '../../shared/domain/records.ts'
import type { Database } from './open.ts'
import { type BuildRow, toBuild, toBuildSummary } from './rows.ts'
import { builds } from './schema.ts'
import { afterAll, type Statements } from './statements.ts'

/** What the platform reads of builds. */
export function createBuildReads(orm: Database['orm'], prepared: Statements) {
  return {
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
    /** In ms, of the newest that were built to their end. */
    buildDurations: (deploymentId: string): number[] =>
      prepared.finishedBuilds
        .all({ id: deploymentId })
        .map(row => (row.finishedAt ?? 0) - (row.startedAt ?? 0)),
    /** The newest build that gave an artifact from the same things. */
    builtFrom: (deploymentId: string, fingerprint: string): BuildRow | undefined =>
      prepared.builtFrom.get({ id: deploymentId, fingerprint }),
  }
}
