import { and, asc, eq } from 'drizzle-orm'
import type { KeptDifference } from '../../shared/domain/drift.ts'
import type { Database } from './open.ts'
import { drift, keptDifferences } from './schema.ts'

export type DriftRow = typeof drift.$inferSelect
export type DriftRecords = ReturnType<typeof createDriftRecords>

const nothing: Omit<DriftRow, 'deploymentId'> = {
  applied: null,
  repairsItself: false,
  repairAskedBy: null,
  failure: null,
}

/** What is known and wished of changes that others make in a cluster. */
export function createDriftRecords({ orm }: Pick<Database, 'orm'>, { now }: { now: () => number }) {
  const isKept = (deploymentId: string, key: string) =>
    and(eq(keptDifferences.deploymentId, deploymentId), eq(keptDifferences.key, key))
  return {
    find: (deploymentId: string): DriftRow =>
      orm.select().from(drift).where(eq(drift.deploymentId, deploymentId)).get() ?? {
        deploymentId,
        ...nothing,
      },
    change: (deploymentId: string, values: Partial<Omit<DriftRow, 'deploymentId'>>): void => {
      orm
        .insert(drift)
        .values({ deploymentId, ...nothing, ...values })
        .onConflictDoUpdate({ target: drift.deploymentId, set: values })
        .run()
    },
    kept: (deploymentId: string): KeptDifference[] =>
      orm
        .select({
          key: keptDifferences.key,
          text: keptDifferences.text,
          keptBy: keptDifferences.keptBy,
          keptAt: keptDifferences.keptAt,
        })
        .from(keptDifferences)
        .where(eq(keptDifferences.deploymentId, deploymentId))
        .orderBy(asc(keptDifferences.keptAt), asc(keptDifferences.key))
        .all(),
    keep: (deploymentId: string, kept: Pick<KeptDifference, 'key' | 'text' | 'keptBy'>): void => {
      orm
        .insert(keptDifferences)
        .values({ deploymentId, ...kept, keptAt: now() })
        .onConflictDoNothing()
        .run()
    },
    unkeep: (deploymentId: string, key: string): boolean =>
      orm.delete(keptDifferences).where(isKept(deploymentId, key)).run().changes === 1,
  }
}
