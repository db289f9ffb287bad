import { eq } from 'drizzle-orm'
import type { Database } from './open.ts'
import { gitHubReportSettings, gitHubReports } from './schema.ts'

export type GitHubReportRow = typeof gitHubReports.$inferSelect
type SettingRow = typeof gitHubReportSettings.$inferSelect
export type GitHubReportRecords = ReturnType<typeof createGitHubReportRecords>

/** What GitHub was told last of builds, and of which deployments it is told nothing. */
export function createGitHubReportRecords({ orm }: Pick<Database, 'orm'>) {
  const isOf = (buildId: string) => eq(gitHubReports.buildId, buildId)
  return {
    of: (deploymentId: string): GitHubReportRow[] =>
      orm.select().from(gitHubReports).where(eq(gitHubReports.deploymentId, deploymentId)).all(),
    deploymentIds: (): string[] =>
      orm
        .selectDistinct({ id: gitHubReports.deploymentId })
        .from(gitHubReports)
        .all()
        .map(({ id }) => id),
    add: (row: Omit<GitHubReportRow, 'state' | 'url'>): void => {
      orm.insert(gitHubReports).values(row).onConflictDoNothing().run()
    },
    change: (buildId: string, told: Pick<GitHubReportRow, 'state' | 'url'>): void => {
      orm.update(gitHubReports).set(told).where(isOf(buildId)).run()
    },
    remove: (buildId: string): void => {
      orm.delete(gitHubReports).where(isOf(buildId)).run()
    },
    setting: (deploymentId: string): Pick<SettingRow, 'isOn' | 'trouble'> =>
      orm
        .select({ isOn: gitHubReportSettings.isOn, trouble: gitHubReportSettings.trouble })
        .from(gitHubReportSettings)
        .where(eq(gitHubReportSettings.deploymentId, deploymentId))
        .get() ?? { isOn: true, trouble: null },
    keepSetting: (row: SettingRow): void => {
      const { deploymentId: _, ...set } = row
      const target = gitHubReportSettings.deploymentId
      orm.insert(gitHubReportSettings).values(row).onConflictDoUpdate({ target, set }).run()
    },
  }
}
