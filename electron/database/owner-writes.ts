import { and, eq, ne } from 'drizzle-orm'
import type { Source } from '../../shared/domain/records.ts'
import type { Database } from './open.ts'
import { deployments, projects, users } from './schema.ts'

/** What the platform writes of users and of the projects that they own. */
export function createOwnerWrites(
  orm: Database['orm'],
  { newId, now }: { newId: () => string; now: () => number },
) {
  return {
    user: (name: string): string => {
      const id = newId()
      orm.insert(users).values({ id, name, createdAt: now() }).run()
      return id
    },
    renameUser: (id: string, name: string): void => {
      orm.update(users).set({ name }).where(eq(users.id, id)).run()
    },
    /** Fails while the user owns projects. */
    removeUser: (id: string): void => {
      orm.delete(users).where(eq(users.id, id)).run()
    },
    /** The owner's project of that source; made when it is new. */
    project: (project: { ownerId: string; name: string; source: Source }): string => {
      const { kind, address } = project.source
      const existing = orm
        .select({ id: projects.id })
        .from(projects)
        .where(
          and(
            eq(projects.ownerId, project.ownerId),
            eq(projects.sourceKind, kind),
            eq(projects.sourceAddress, address),
          ),
        )
        .get()
      if (existing) return existing.id
      const id = newId()
      orm
        .insert(projects)
        .values({
          id,
          ownerId: project.ownerId,
          name: project.name,
          sourceKind: kind,
          sourceAddress: address,
          createdAt: now(),
        })
        .run()
      return id
    },
    /** The project becomes the owner's; its deployments join one of the same source that the owner has already. */
    giveProject: (id: string, ownerId: string): void => changeProject(id, { ownerId }),
    /** Of the same source, which is somewhere else now. */
    moveSource: (id: string, sourceAddress: string): void => changeProject(id, { sourceAddress }),
  }

  /** An owner has one project of a source. */
  function changeProject(id: string, change: { ownerId?: string; sourceAddress?: string }): void {
    const row = orm.select().from(projects).where(eq(projects.id, id)).get()
    if (!row) return
    const { ownerId, sourceKind, sourceAddress } = { ...row, ...change }
    const same = orm
      .select({ id: projects.id })
      .from(projects)
      .where(
        and(
          eq(projects.ownerId, ownerId),
          eq(projects.sourceKind, sourceKind),
          eq(projects.sourceAddress, sourceAddress),
          ne(projects.id, id),
        ),
      )
      .get()
    if (same) {
      orm.update(deployments).set({ projectId: same.id }).where(eq(deployments.projectId, id)).run()
      orm.delete(projects).where(eq(projects.id, id)).run()
    } else orm.update(projects).set(change).where(eq(projects.id, id)).run()
  }
}
