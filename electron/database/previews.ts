import { and, eq, isNotNull, ne } from 'drizzle-orm'
import type { Failure } from '../../shared/domain/failure.ts'
import type { Database } from './open.ts'
import { deployments, gitHubReportSettings, previewSettings, previews } from './schema.ts'

export type PreviewRow = typeof previews.$inferSelect
export type PreviewRecords = ReturnType<typeof createPreviewRecords>

/** Of which deployments pull requests have previews, and which requests were dealt with. */
export function createPreviewRecords({ orm }: Pick<Database, 'orm'>) {
  const isOf = (parentId: string, number: number) =>
    and(eq(previews.parentId, parentId), eq(previews.number, number))
  const setting = (deploymentId: string) =>
    orm.select().from(previewSettings).where(eq(previewSettings.deploymentId, deploymentId)).get()

  return {
    parents: (): string[] =>
      orm
        .select({ id: previewSettings.deploymentId })
        .from(previewSettings)
        .all()
        .map(({ id }) => id),
    setting,
    turnOn: (deploymentId: string): void => {
      orm.insert(previewSettings).values({ deploymentId }).onConflictDoNothing().run()
    },
    /** What was dealt with is dealt with anew when it is on again. */
    turnOff: (deploymentId: string): void => {
      orm.delete(previewSettings).where(eq(previewSettings.deploymentId, deploymentId)).run()
      orm.update(previews).set({ seenSha: '' }).where(eq(previews.parentId, deploymentId)).run()
    },
    noteTrouble: (deploymentId: string, trouble: Failure | null): void => {
      orm.update(previewSettings).set({ trouble }).where(eq(previewSettings.deploymentId, deploymentId)).run()
    },

    of: (parentId: string): PreviewRow[] =>
      orm.select().from(previews).where(eq(previews.parentId, parentId)).orderBy(previews.number).all(),
    /** How many there are of the project, those that are being removed aside. */
    countOf: (projectId: string): number =>
      orm
        .select({ id: previews.previewId })
        .from(previews)
        .innerJoin(deployments, eq(deployments.id, previews.previewId))
        .where(
          and(
            eq(deployments.projectId, projectId),
            ne(deployments.wanted, 'removed'),
            isNotNull(previews.previewId),
          ),
        )
        .all().length,
    save: (row: PreviewRow): void => {
      const { parentId: _, number: __, ...set } = row
      const target = [previews.parentId, previews.number]
      orm.insert(previews).values(row).onConflictDoUpdate({ target, set }).run()
    },
    change: (
      parentId: string,
      number: number,
      values: Partial<Omit<PreviewRow, 'parentId' | 'number'>>,
    ): void => {
      orm.update(previews).set(values).where(isOf(parentId, number)).run()
    },
    forget: (parentId: string, number: number): void => {
      orm.delete(previews).where(isOf(parentId, number)).run()
    },
    /** Whether GitHub is told of it is taken over too. */
    takeReportSetting: (fromId: string, toId: string): void => {
      const { deploymentId } = gitHubReportSettings
      const from = orm.select().from(gitHubReportSettings).where(eq(deploymentId, fromId)).get()
      if (from !== undefined && !from.isOn)
        orm.insert(gitHubReportSettings).values({ deploymentId: toId, isOn: false }).run()
    },
  }
}
