import { eq } from 'drizzle-orm'
import type { User } from '../../shared/domain/records.ts'
import type { ReleaseRecord } from '../clusters/release-record.ts'
import type { Database } from './open.ts'
import { accounts, addOns, builds, deployments, projects, releases, settings, users } from './schema.ts'

export type Restore = ReturnType<typeof createRestore>

type StoredVariables = (typeof releases.$inferInsert)['variables']

/** Rows with the ids that they had before, from which the names of all that is in a cluster derive. Inside the caller's transaction. */
export function createRestore({ orm }: Pick<Database, 'orm'>, { now }: { now: () => number }) {
  return {
    user: ({ id, name }: User): void => {
      orm.insert(users).values({ id, name, createdAt: now() }).run()
    },
    /** A user who owns nothing gets another id, and acts on if they did. */
    replaceUser: (before: string, id: string): void => {
      const row = orm.select().from(users).where(eq(users.id, before)).get()
      if (row === undefined) return
      // A name is of one user at a time, and no row may name somebody who is not there.
      orm.update(users).set({ name: id }).where(eq(users.id, before)).run()
      orm
        .insert(users)
        .values({ ...row, id })
        .run()
      orm.update(accounts).set({ userId: id }).where(eq(accounts.userId, before)).run()
      orm.delete(users).where(eq(users.id, before)).run()
      const current = orm.select().from(settings).where(eq(settings.name, 'currentUserId')).get()
      if (current?.value === before)
        orm.update(settings).set({ value: id }).where(eq(settings.name, 'currentUserId')).run()
    },
    project: ({ owner, project, deployment }: ReleaseRecord): void => {
      orm
        .insert(projects)
        .values({
          id: project.id,
          ownerId: owner.id,
          name: project.name,
          sourceKind: project.source.kind,
          sourceAddress: project.source.address,
          createdAt: deployment.createdAt,
        })
        .onConflictDoNothing()
        .run()
    },
    /** With what it runs. `liveAt`: null while that is on its way. */
    deployment: (
      { deployment, build, release }: ReleaseRecord,
      place: {
        readonly projectId: string
        readonly clusterId: string
        readonly run: number
        readonly instances: number | null
        readonly liveAt: number | null
        readonly variables: { readonly build: StoredVariables; readonly release: StoredVariables }
      },
    ): void => {
      const { run, liveAt, projectId, clusterId } = place
      const isStopped = place.instances === null
      const { addOn, following: _, preview: __, ...described } = deployment
      orm
        .insert(deployments)
        .values({
          ...described,
          projectId,
          clusterId,
          instances: place.instances ?? deployment.instances,
          status: isStopped ? 'stopped' : liveAt === null ? 'releasing' : 'live',
          wanted: isStopped ? 'stopped' : 'running',
          run,
          firstRun: run,
          keptFolders: [],
          changedAt: now(),
        })
        .run()
      if (addOn !== undefined)
        orm
          .insert(addOns)
          .values({ deploymentId: deployment.id, ...addOn })
          .run()
      const { commit, ...made } = build
      orm
        .insert(builds)
        .values({
          ...made,
          deploymentId: deployment.id,
          status: 'succeeded',
          sha: commit.sha,
          subject: commit.subject,
          author: commit.author,
          committedAt: commit.at,
          steps: [],
          variables: place.variables.build,
          // Secrets have other versions now, so nothing is built from the same things.
          fingerprint: '',
          isFresh: false,
        })
        .run()
      orm
        .insert(releases)
        .values({
          ...release,
          deploymentId: deployment.id,
          buildId: build.id,
          status: liveAt === null ? 'releasing' : 'live',
          variables: place.variables.release,
          liveAt,
        })
        .run()
      orm
        .update(deployments)
        .set({ targetReleaseId: release.id, servingReleaseId: liveAt === null ? null : release.id })
        .where(eq(deployments.id, deployment.id))
        .run()
    },
  }
}
