import { eq } from 'drizzle-orm'
import type { Database } from './open.ts'
import { pushWatches } from './schema.ts'

export type PushWatchRow = typeof pushWatches.$inferSelect
export type PushWatchRecords = ReturnType<typeof createPushWatchRecords>

/** Deployments that a push deploys. Of another deployment there is no row. */
export function createPushWatchRecords({ orm }: Pick<Database, 'orm'>) {
  const isOf = (deploymentId: string) => eq(pushWatches.deploymentId, deploymentId)
  return {
    list: (): PushWatchRow[] => orm.select().from(pushWatches).all(),
    find: (deploymentId: string): PushWatchRow | undefined =>
      orm.select().from(pushWatches).where(isOf(deploymentId)).get(),
    add: (row: Pick<PushWatchRow, 'deploymentId' | 'paths' | 'branch' | 'seenSha'>): void => {
      orm.insert(pushWatches).values(row).onConflictDoNothing().run()
    },
    change: (deploymentId: string, values: Partial<Omit<PushWatchRow, 'deploymentId'>>): void => {
      orm.update(pushWatches).set(values).where(isOf(deploymentId)).run()
    },
    remove: (deploymentId: string): void => {
      orm.delete(pushWatches).where(isOf(deploymentId)).run()
    },
  }
}
