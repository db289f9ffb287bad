import { integer, real, sqliteTable, text } from 'drizzle-orm/sqlite-core'
import { engineNames } from '../../shared/domain/add-on.ts'
import type { Failure } from '../../shared/domain/failure.ts'
import { signInWays } from '../../shared/domain/github.ts'
import { reportStates } from '../../shared/domain/github-report.ts'
import type { Plan, PlanEdits } from '../../shared/domain/plan.ts'
import { activityVerbs, clusterKinds, type Step, sourceKinds } from '../../shared/domain/records.ts'
import { defaultSize, sizeNames } from '../../shared/domain/size.ts'
import {
  buildStatuses,
  commandStates,
  deploymentStatuses,
  releaseStatuses,
  wantedStates,
} from '../../shared/domain/status.ts'
import { type StoredVariable, variableScopes } from '../../shared/domain/variable.ts'

/** The tables as TypeScript sees them. The SQL in `migrations/` makes them; a test holds the two together. */

const id = () => text().primaryKey()

export const users = sqliteTable('users', {
  id: id(),
  name: text().notNull(),
  createdAt: integer('created_at').notNull(),
})

export const clusters = sqliteTable('clusters', {
  id: id(),
  kind: text({ enum: clusterKinds }).notNull(),
  name: text().notNull(),
  settings: text({ mode: 'json' }).$type<unknown>().notNull(),
  createdAt: integer('created_at').notNull(),
})

export const projects = sqliteTable('projects', {
  id: id(),
  ownerId: text('owner_id').notNull(),
  name: text().notNull(),
  sourceKind: text('source_kind', { enum: sourceKinds }).notNull(),
  sourceAddress: text('source_address').notNull(),
  createdAt: integer('created_at').notNull(),
})

export const deployments = sqliteTable('deployments', {
  id: id(),
  projectId: text('project_id').notNull(),
  clusterId: text('cluster_id').notNull(),
  name: text().notNull(),
  branch: text().notNull(),
  port: integer(),
  planEdits: text('plan_edits', { mode: 'json' }).$type<PlanEdits>().notNull(),
  keepsRunning: integer('keeps_running', { mode: 'boolean' }).notNull(),
  status: text({ enum: deploymentStatuses }).notNull(),
  wanted: text({ enum: wantedStates }).notNull(),
  servingReleaseId: text('serving_release_id'),
  targetReleaseId: text('target_release_id'),
  run: integer().notNull(),
  firstRun: integer('first_run').notNull(),
  failure: text({ mode: 'json' }).$type<Failure>(),
  createdAt: integer('created_at').notNull(),
  changedAt: integer('changed_at').notNull(),
  keptFolders: text('kept_folders', { mode: 'json' }).$type<string[]>().notNull(),
  keepAs: text('keep_as'),
  size: text({ enum: sizeNames }).notNull().default(defaultSize),
  instances: integer().notNull().default(1),
})

export const builds = sqliteTable('builds', {
  id: id(),
  deploymentId: text('deployment_id').notNull(),
  status: text({ enum: buildStatuses }).notNull(),
  sha: text().notNull(),
  subject: text().notNull(),
  author: text().notNull(),
  committedAt: integer('committed_at').notNull(),
  branch: text().notNull(),
  port: integer(),
  planEdits: text('plan_edits', { mode: 'json' }).$type<PlanEdits>().notNull(),
  plan: text({ mode: 'json' }).$type<Plan>(),
  steps: text({ mode: 'json' }).$type<Step[]>().notNull(),
  artifact: text(),
  variables: text({ mode: 'json' }).$type<StoredVariable[]>().notNull(),
  fingerprint: text().notNull(),
  isFresh: integer('is_fresh', { mode: 'boolean' }).notNull(),
  reusedBuildId: text('reused_build_id'),
  rollbackTo: integer('rollback_to'),
  failure: text({ mode: 'json' }).$type<Failure>(),
  requestedBy: text('requested_by').notNull(),
  cancelRequestedAt: integer('cancel_requested_at'),
  createdAt: integer('created_at').notNull(),
  startedAt: integer('started_at'),
  finishedAt: integer('finished_at'),
})

export const releases = sqliteTable('releases', {
  id: id(),
  deploymentId: text('deployment_id').notNull(),
  buildId: text('build_id').notNull(),
  number: integer().notNull(),
  status: text({ enum: releaseStatuses }).notNull(),
  port: integer(),
  variables: text({ mode: 'json' }).$type<StoredVariable[]>().notNull(),
  rollbackTo: integer('rollback_to'),
  failure: text({ mode: 'json' }).$type<Failure>(),
  requestedBy: text('requested_by').notNull(),
  createdAt: integer('created_at').notNull(),
  liveAt: integer('live_at'),
  endedAt: integer('ended_at'),
  size: text({ enum: sizeNames }).notNull().default(defaultSize),
  commandState: text('command_state', { enum: commandStates }),
})

export const domains = sqliteTable('domains', {
  id: id(),
  deploymentId: text('deployment_id').notNull(),
  host: text().notNull(),
  createdAt: integer('created_at').notNull(),
})

export const variables = sqliteTable('variables', {
  id: id(),
  deploymentId: text('deployment_id').notNull(),
  name: text().notNull(),
  scope: text({ enum: variableScopes }).notNull(),
  value: text(),
  secretVersion: text('secret_version'),
  changedAt: integer('changed_at').notNull(),
  addOnId: text('add_on_id'),
})

export const addOns = sqliteTable('add_ons', {
  deploymentId: text('deployment_id').primaryKey(),
  engine: text({ enum: engineNames }).notNull(),
  image: text().notNull(),
  volumeGib: integer('volume_gib').notNull(),
})

export const usage = sqliteTable('usage', {
  deploymentId: text('deployment_id').notNull(),
  at: integer().notNull(),
  cpu: real().notNull(),
  memory: integer().notNull(),
  restarts: integer().notNull(),
})

export const traffic = sqliteTable('traffic', {
  deploymentId: text('deployment_id').notNull(),
  at: integer().notNull(),
  requests: integer().notNull(),
  failed: integer().notNull(),
  medianMs: real('median_ms').notNull(),
  slowMs: real('slow_ms').notNull(),
})

export const leftBehind = sqliteTable('left_behind', {
  id: id(),
  deployment: text().notNull(),
  cluster: text().notNull(),
  things: text({ mode: 'json' }).$type<string[]>().notNull(),
  createdAt: integer('created_at').notNull(),
})

export const secretVersions = sqliteTable('secret_versions', {
  id: id(),
  createdAt: integer('created_at').notNull(),
})

export const accounts = sqliteTable('accounts', {
  id: id(),
  userId: text('user_id').notNull(),
  login: text().notNull(),
  name: text().notNull(),
  avatarUrl: text('avatar_url').notNull(),
  baseUrl: text('base_url').notNull(),
  way: text({ enum: signInWays }).notNull(),
  scopes: text({ mode: 'json' }).$type<string[]>(),
  secretVersion: text('secret_version').notNull(),
  createdAt: integer('created_at').notNull(),
})

export const pushWatches = sqliteTable('push_watches', {
  deploymentId: text('deployment_id').primaryKey(),
  paths: text({ mode: 'json' }).$type<string[]>().notNull(),
  branch: text().notNull(),
  seenSha: text('seen_sha').notNull(),
  defaultBranch: text('default_branch'),
  notice: text(),
  trouble: text({ mode: 'json' }).$type<Failure>(),
})

export const previewSettings = sqliteTable('preview_settings', {
  deploymentId: text('deployment_id').primaryKey(),
  trouble: text({ mode: 'json' }).$type<Failure>(),
})

export const previews = sqliteTable('previews', {
  parentId: text('parent_id').notNull(),
  number: integer().notNull(),
  previewId: text('preview_id'),
  title: text().notNull(),
  url: text().notNull(),
  isFork: integer('is_fork', { mode: 'boolean' }).notNull(),
  seenSha: text('seen_sha').notNull(),
  pushedAt: integer('pushed_at').notNull(),
})

export const gitHubReports = sqliteTable('github_reports', {
  buildId: text('build_id').primaryKey(),
  deploymentId: text('deployment_id').notNull(),
  address: text().notNull(),
  ownerId: text('owner_id').notNull(),
  gitHubId: integer('github_id').notNull(),
  state: text({ enum: reportStates }),
  url: text(),
})

export const gitHubReportSettings = sqliteTable('github_report_settings', {
  deploymentId: text('deployment_id').primaryKey(),
  isOn: integer('is_on', { mode: 'boolean' }).notNull(),
  trouble: text({ mode: 'json' }).$type<Failure>(),
})

/** `applied`: the run that the cluster was brought to last, and the number of its instances. */
export const drift = sqliteTable('drift', {
  deploymentId: text('deployment_id').primaryKey(),
  applied: text({ mode: 'json' }).$type<{
    clusterId: string
    releaseId: string
    run: number
    instances: number
  }>(),
  repairsItself: integer('repairs_itself', { mode: 'boolean' }).notNull().default(false),
  repairAskedBy: text('repair_asked_by'),
  failure: text(),
})

export const keptDifferences = sqliteTable('kept_differences', {
  deploymentId: text('deployment_id').notNull(),
  key: text().notNull(),
  text: text().notNull(),
  keptBy: text('kept_by').notNull(),
  keptAt: integer('kept_at').notNull(),
})

export const activity = sqliteTable('activity', {
  id: id(),
  at: integer().notNull(),
  user: text().notNull(),
  verb: text({ enum: activityVerbs }).notNull(),
  deploymentId: text('deployment_id'),
  deployment: text(),
  detail: text().notNull(),
})

export const settings = sqliteTable('settings', {
  name: text().primaryKey(),
  value: text({ mode: 'json' }).notNull(),
})
