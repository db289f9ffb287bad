import { and, eq, sql } from 'drizzle-orm'
import type { PlanEdits } from '../../shared/domain/plan.ts'
import type { SizeName } from '../../shared/domain/size.ts'
import type { BuildStatus, CommandState, ReleaseStatus } from '../../shared/domain/status.ts'
import type { StoredVariable } from '../../shared/domain/variable.ts'
import type { Database } from './open.ts'
import { builds, releases } from './schema.ts'

/** What the platform writes of builds and releases. Moves are made as `createWriter` says. */
export function createBuildWrites(
  orm: Database['orm'],
  { newId, now }: { newId: () => string; now: () => number },
) {
  return {
    build: (values: {
      deploymentId: string
      sha: string
      branch: string
      port: number | null
      planEdits: PlanEdits
      variables: StoredVariable[]
      fingerprint: string
      isFresh: boolean
      rollbackTo?: number | null
      requestedBy: string
    }): string => {
      const id = newId()
      orm
        .insert(builds)
        .values({
          id,
          ...values,
          status: 'queued',
          subject: '',
          author: '',
          committedAt: 0,
          steps: [],
          createdAt: now(),
        })
        .run()
      return id
    },
    moveBuild: (
      id: string,
      from: BuildStatus,
      to: BuildStatus,
      values: Partial<typeof builds.$inferInsert> = {},
    ): boolean =>
      orm
        .update(builds)
        .set({ ...values, status: to })
        .where(and(eq(builds.id, id), eq(builds.status, from)))
        .run().changes === 1,
    changeBuild: (id: string, values: Partial<typeof builds.$inferInsert>): void => {
      orm.update(builds).set(values).where(eq(builds.id, id)).run()
    },

    release: (values: {
      deploymentId: string
      buildId: string
      port: number | null
      variables: StoredVariable[]
      size?: SizeName
      commandState?: 'waiting' | null
      rollbackTo: number | null
      requestedBy: string
    }): string => {
      const id = newId()
      const next = sql<number>`(SELECT coalesce(max(number), 0) + 1 FROM releases WHERE deployment_id = ${values.deploymentId})`
      orm
        .insert(releases)
        .values({ id, ...values, number: next as unknown as number, status: 'releasing', createdAt: now() })
        .run()
      return id
    },
    /** How far the release's command is. */
    moveCommand: (id: string, commandState: CommandState): void => {
      orm.update(releases).set({ commandState }).where(eq(releases.id, id)).run()
    },
    moveRelease: (
      id: string,
      from: ReleaseStatus,
      to: ReleaseStatus,
      values: Partial<Pick<typeof releases.$inferInsert, 'failure' | 'liveAt' | 'endedAt'>> = {},
    ): boolean =>
      orm
        .update(releases)
        .set({ ...values, status: to })
        .where(and(eq(releases.id, id), eq(releases.status, from)))
        .run().changes === 1,
  }
}
