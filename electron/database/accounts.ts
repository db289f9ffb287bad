import { and, asc, eq } from 'drizzle-orm'
import type { Database } from './open.ts'
import { accounts } from './schema.ts'

export type AccountRow = typeof accounts.$inferSelect
export type AccountRecords = ReturnType<typeof createAccountRecords>

/** Who is signed in, in the order in which they did. */
export function createAccountRecords(
  { orm }: Pick<Database, 'orm'>,
  { newId, now }: { newId: () => string; now: () => number },
) {
  return {
    list: (): AccountRow[] => orm.select().from(accounts).orderBy(asc(accounts.id)).all(),
    find: (id: string): AccountRow | undefined =>
      orm.select().from(accounts).where(eq(accounts.id, id)).get(),
    /** Whoever signs in again at the same place is the same account. */
    save: (values: Omit<AccountRow, 'id' | 'createdAt'>): string => {
      const { baseUrl: _, login: __, ...changed } = values
      return orm
        .insert(accounts)
        .values({ id: newId(), createdAt: now(), ...values })
        .onConflictDoUpdate({ target: [accounts.baseUrl, accounts.login], set: changed })
        .returning({ id: accounts.id })
        .get().id
    },
    /** Another version of its token; false where it is no longer `from`, and stays as it is. */
    changeToken: (id: string, { from, to }: { from: string; to: string }): boolean =>
      orm
        .update(accounts)
        .set({ secretVersion: to })
        .where(and(eq(accounts.id, id), eq(accounts.secretVersion, from)))
        .returning({ id: accounts.id })
        .all().length > 0,
    remove: (id: string): void => {
      orm.delete(accounts).where(eq(accounts.id, id)).run()
    },
  }
}
