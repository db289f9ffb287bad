import { and, eq, lt, sql } from 'drizzle-orm'
import type { ClusterSettings } from '../../shared/domain/cluster.ts'
import type { Failure } from '../../shared/domain/failure.ts'
import type { TrafficSample, UsageSample } from '../../shared/domain/metrics.ts'

import type { PlanEdits } from '../../shared/domain/plan.ts'
import type { Activity, Settings } from '../../shared/domain/records.ts'
import type { SizeName } from '../../shared/domain/size.ts'
import type { DeploymentStatus } from '../../shared/domain/status.ts'
import { createBuildWrites } from './build-writes.ts'
import { createFollowingWrites } from './following.ts'
import type { Database } from './open.ts'
import { createOwnerWrites } from './owner-writes.ts'
import type { AddOnRow, VariableRow } from './rows.ts'
import {
  activity,
  addOns,
  clusters,
  deployments,
  domains,
  projects,
  secretVersions,
  settings,
  traffic,
  usage,
  variables,
} from './schema.ts'

export type Writer = ReturnType<typeof createWriter>

type DeploymentChange = Partial<
  Pick<
    typeof deployments.$inferInsert,
    | 'branch'
    | 'port'
    | 'planEdits'
    | 'keepsRunning'
    | 'status'
    | 'wanted'
    | 'servingReleaseId'
    | 'targetReleaseId'
    | 'run'
    | 'firstRun'
    | 'failure'
    | 'keptFolders'
    | 'keepAs'
    | 'size'
    | 'instances'
  >
>

/**
 * Write access to the platform database. Single statements; `transaction` makes several of them one. Moves of a status
 * name the status they come from, so that a move that lost a race is not made: they return whether it was.
 */
export function createWriter(database: Database, deps: { newId: () => string; now: () => number }) {
  const { orm, sqlite } = database
  const { newId, now } = deps

  return {
    ...createOwnerWrites(orm, deps),
    ...createBuildWrites(orm, deps),
    ...createFollowingWrites(orm),
    /** Within another one it is a part of that one. */
    transaction: <T>(work: () => T): T =>
      sqlite.inTransaction ? work() : sqlite.transaction(work).immediate(),

    cluster: (
      kind: 'local' | 'kubernetes',
      name: string,
      settings: ClusterSettings | object = {},
    ): string => {
      const id = newId()
      orm.insert(clusters).values({ id, kind, name, settings, createdAt: now() }).run()
      return id
    },
    /** What was taken in a while that is over, and what is kept no longer. */
    usage: (deploymentId: string, sample: UsageSample, keepFrom: number): void => {
      orm
        .insert(usage)
        .values({ deploymentId, ...sample, memory: Math.round(sample.memory) })
        .onConflictDoNothing()
        .run()
      orm
        .delete(usage)
        .where(and(eq(usage.deploymentId, deploymentId), lt(usage.at, keepFrom)))
        .run()
    },
    /** What came through the gateway in a while that is over, added to what is there of it, and what is kept no longer. */
    traffic: (deploymentId: string, sample: TrafficSample, keepFrom: number): void => {
      orm
        .insert(traffic)
        .values({ deploymentId, ...sample })
        .onConflictDoUpdate({
          target: [traffic.deploymentId, traffic.at],
          set: {
            requests: sql`requests + excluded.requests`,
            failed: sql`failed + excluded.failed`,
            medianMs: sql`max(median_ms, excluded.median_ms)`,
            slowMs: sql`max(slow_ms, excluded.slow_ms)`,
          },
        })
        .run()
      orm
        .delete(traffic)
        .where(and(eq(traffic.deploymentId, deploymentId), lt(traffic.at, keepFrom)))
        .run()
    },
    changeCluster: (id: string, settings: ClusterSettings): void => {
      orm.update(clusters).set({ settings }).where(eq(clusters.id, id)).run()
    },
    removeCluster: (id: string): void => {
      orm.delete(clusters).where(eq(clusters.id, id)).run()
    },
    deployment: (values: {
      projectId: string
      clusterId: string
      name: string
      branch: string
      port: number | null
      planEdits: PlanEdits
      keepsRunning: boolean
      size?: SizeName
      instances?: number
      addOn?: Omit<AddOnRow, 'deploymentId'>
    }): string => {
      const id = newId()
      const at = now()
      const { addOn, ...described } = values
      orm
        .insert(deployments)
        .values({
          id,
          ...described,
          status: 'idle',
          wanted: 'running',
          run: 0,
          firstRun: 0,
          keptFolders: [],
          createdAt: at,
          changedAt: at,
        })
        .run()
      if (addOn !== undefined)
        orm
          .insert(addOns)
          .values({ deploymentId: id, ...addOn })
          .run()
      // An add-on speaks no HTTP.
      else
        orm
          .insert(domains)
          .values({ id: newId(), deploymentId: id, host: `${values.name}.localhost`, createdAt: at })
          .run()
      return id
    },
    changeDeployment: (id: string, change: DeploymentChange): void => {
      orm
        .update(deployments)
        .set({ ...change, changedAt: now() })
        .where(eq(deployments.id, id))
        .run()
    },
    moveDeployment: (
      id: string,
      from: DeploymentStatus,
      to: DeploymentStatus,
      failure?: Failure | null,
    ): boolean =>
      orm
        .update(deployments)
        .set({ status: to, changedAt: now(), ...(failure === undefined ? {} : { failure }) })
        .where(and(eq(deployments.id, id), eq(deployments.status, from)))
        .run().changes === 1,
    /** The next run of the target, in one statement. `isFresh`: what the person asked for, so crashes count anew. */
    nextRun: (id: string, isFresh: boolean): void => {
      orm
        .update(deployments)
        .set({ run: sql`run + 1`, ...(isFresh ? { firstRun: sql`run + 1` } : {}), changedAt: now() })
        .where(eq(deployments.id, id))
        .run()
    },
    addDomain: (deploymentId: string, host: string): void => {
      orm.insert(domains).values({ id: newId(), deploymentId, host, createdAt: now() }).run()
    },
    removeDomain: (deploymentId: string, host: string): void => {
      orm
        .delete(domains)
        .where(and(eq(domains.deploymentId, deploymentId), eq(domains.host, host)))
        .run()
    },
    /** Deletes the rows of the deployment, and of its project when it was the last one. */
    removeDeployment: (id: string): void => {
      const row = orm.select().from(deployments).where(eq(deployments.id, id)).get()
      if (!row) return
      const isEmpty = sql`NOT EXISTS (SELECT 1 FROM deployments WHERE project_id = ${row.projectId})`
      orm.delete(deployments).where(eq(deployments.id, id)).run()
      orm
        .delete(projects)
        .where(and(eq(projects.id, row.projectId), isEmpty))
        .run()
    },

    /** Takes the place of a variable of the same name. */
    variable: (
      values: Pick<VariableRow, 'deploymentId' | 'name' | 'scope' | 'value' | 'secretVersion'> &
        Partial<Pick<VariableRow, 'addOnId'>>,
    ): void => {
      const { scope, value, secretVersion, addOnId = null } = values
      const change = { scope, value, secretVersion, addOnId, changedAt: now() }
      orm
        .insert(variables)
        .values({ id: newId(), ...values, ...change })
        .onConflictDoUpdate({ target: [variables.deploymentId, variables.name], set: change })
        .run()
    },
    removeVariable: (deploymentId: string, name: string): void => {
      orm
        .delete(variables)
        .where(and(eq(variables.deploymentId, deploymentId), eq(variables.name, name)))
        .run()
    },
    /** Announces a version before its value is stored, so that it is found again whatever happens next. */
    secretVersion: (): string => {
      const id = newId()
      orm.insert(secretVersions).values({ id, createdAt: now() }).run()
      return id
    },
    forgetSecretVersion: (id: string): void => {
      orm.delete(secretVersions).where(eq(secretVersions.id, id)).run()
    },

    activity: (line: Omit<Activity, 'id' | 'at'>): void => {
      orm
        .insert(activity)
        .values({ id: newId(), at: now(), ...line })
        .run()
    },
    /** Null: as it is when nobody set it. */
    setting: <K extends keyof Settings>(name: K, value: Settings[K]): void => {
      if (value === null) {
        orm.delete(settings).where(eq(settings.name, name)).run()
        return
      }
      orm
        .insert(settings)
        .values({ name, value })
        .onConflictDoUpdate({ target: settings.name, set: { value } })
        .run()
    },
  }
}
