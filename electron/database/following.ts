import { eq } from 'drizzle-orm'
import type { Following, PreviewRecord } from '../../shared/domain/following.ts'
import type { Database } from './open.ts'
import { deployments, gitHubReportSettings, previewSettings, previews, pushWatches } from './schema.ts'

type Orm = Pick<Database['orm'], 'select' | 'insert'>

/** What a deployment does by itself with its repository, for what is written down elsewhere. */
export const createFollowingReads = (orm: Orm) => ({
  followingOf: (deploymentId: string): Following => {
    const watch = orm
      .select({ paths: pushWatches.paths })
      .from(pushWatches)
      .where(eq(pushWatches.deploymentId, deploymentId))
      .get()
    const report = orm
      .select({ isOn: gitHubReportSettings.isOn })
      .from(gitHubReportSettings)
      .where(eq(gitHubReportSettings.deploymentId, deploymentId))
      .get()
    const hasPreviews = orm
      .select({ id: previewSettings.deploymentId })
      .from(previewSettings)
      .where(eq(previewSettings.deploymentId, deploymentId))
      .get()
    return {
      ...(watch === undefined ? {} : { push: { paths: watch.paths } }),
      ...(report?.isOn === false ? { isUntold: true } : {}),
      ...(hasPreviews === undefined ? {} : { hasPreviews: true }),
    }
  },

  /** Undefined for a deployment that is no preview. */
  previewRecordOf: (deploymentId: string): PreviewRecord | undefined => {
    const row = orm.select().from(previews).where(eq(previews.previewId, deploymentId)).get()
    if (row === undefined) return undefined
    const { parentId, number, title, url, isFork, pushedAt } = row
    return { parentId, number, title, url, isFork, pushedAt }
  },
})

export const createFollowingWrites = (orm: Orm) => ({
  /** `seen`: the commit of the branch that was dealt with last. Without it, what is there when it is looked at first is not deployed. */
  follow: (
    deploymentId: string,
    { push, isUntold, hasPreviews }: Following,
    seen: { branch: string; sha: string } = { branch: '', sha: '' },
  ): void => {
    if (push !== undefined)
      orm
        .insert(pushWatches)
        .values({ deploymentId, paths: push.paths, branch: seen.branch, seenSha: seen.sha })
        .onConflictDoNothing()
        .run()
    if (isUntold === true)
      orm.insert(gitHubReportSettings).values({ deploymentId, isOn: false }).onConflictDoNothing().run()
    if (hasPreviews === true) orm.insert(previewSettings).values({ deploymentId }).onConflictDoNothing().run()
  },

  /** Of a request whose parent is not there, or of another project, it is a deployment like any other. */
  followRequest: (previewId: string, { parentId, ...request }: PreviewRecord, seenSha: string): void => {
    const projectOf = (id: string) =>
      orm.select({ id: deployments.projectId }).from(deployments).where(eq(deployments.id, id)).get()?.id
    const project = projectOf(parentId)
    if (project === undefined || project !== projectOf(previewId)) return
    orm
      .insert(previews)
      .values({ ...request, parentId, previewId, seenSha })
      .onConflictDoNothing()
      .run()
  },
})
