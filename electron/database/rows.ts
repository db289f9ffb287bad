import type { Build, BuildSummary, Commit, Deployment, Release } from '../../shared/domain/records.ts'
import type { addOns, builds, deployments, projects, releases, variables } from './schema.ts'
import type { Statements } from './statements.ts'

export type DeploymentRow = typeof deployments.$inferSelect
export type BuildRow = typeof builds.$inferSelect
export type ProjectRow = typeof projects.$inferSelect
export type VariableRow = typeof variables.$inferSelect
export type AddOnRow = typeof addOns.$inferSelect
export type ReleaseRow = typeof releases.$inferSelect
export type ReleaseWithBuild = ReleaseRow & { build: BuildRow }
/** A deployment's records, without what only the platform knows (URL, health, drift). */
export type StoredDeployment = Omit<Deployment, 'url' | 'localUrl' | 'health' | 'differences'>

/** A deployment with all that is shown of it, as one statement reads them. */
type JoinedRow = ReturnType<Statements['changedLast']['all']>[number]

export const toStored = (row: JoinedRow): StoredDeployment => ({
  id: row.deployment.id,
  name: row.deployment.name,
  status: row.deployment.status,
  wanted: row.deployment.wanted,
  project: {
    id: row.project.id,
    name: row.project.name,
    source: row.addOn
      ? { kind: 'image', address: row.addOn.image }
      : { kind: row.project.sourceKind, address: row.project.sourceAddress },
  },
  owner: { id: row.owner.id, name: row.owner.name },
  cluster: { id: row.cluster.id, kind: row.cluster.kind, name: row.cluster.name },
  branch: row.deployment.branch,
  port: row.deployment.port,
  planEdits: row.deployment.planEdits,
  keepsRunning: row.deployment.keepsRunning,
  size: row.deployment.size,
  instances: row.deployment.instances,
  addOn: row.addOn && { engine: row.addOn.engine, volumeGib: row.addOn.volumeGib },
  preview: row.preview,
  isWorker: row.isWorker === 1,
  runsCommand: row.runsCommand === 1,
  serving: row.served && row.servedBuild ? toRelease({ ...row.served, build: row.servedBuild }) : null,
  latestBuild: row.latest ? toBuildSummary(row.latest) : null,
  failure: row.deployment.failure,
  createdAt: row.deployment.createdAt,
  changedAt: row.deployment.changedAt,
})

export function toBuild(row: BuildRow): Build {
  return { ...toBuildSummary(row), plan: row.plan }
}

type SummaryColumns = Omit<BuildSummary, 'commit' | 'waitsFor' | 'usualMs'> & CommitColumns

export function toBuildSummary(row: SummaryColumns): BuildSummary {
  return {
    id: row.id,
    deploymentId: row.deploymentId,
    status: row.status,
    commit: toCommit(row),
    steps: row.steps,
    reusedBuildId: row.reusedBuildId,
    waitsFor: null,
    usualMs: null,
    failure: row.failure,
    requestedBy: row.requestedBy,
    createdAt: row.createdAt,
    startedAt: row.startedAt,
    finishedAt: row.finishedAt,
  }
}

type CommitColumns = Pick<BuildRow, 'sha' | 'subject' | 'author' | 'committedAt'>

const toCommit = ({ sha, subject, author, committedAt: at }: CommitColumns): Commit => ({
  sha,
  subject,
  author,
  at,
})

export function toRelease(row: Omit<ReleaseRow, 'variables'> & { build: CommitColumns }): Release {
  return {
    id: row.id,
    deploymentId: row.deploymentId,
    buildId: row.buildId,
    number: row.number,
    status: row.status,
    commit: toCommit(row.build),
    port: row.port,
    size: row.size,
    rollbackTo: row.rollbackTo,
    failure: row.failure,
    requestedBy: row.requestedBy,
    createdAt: row.createdAt,
    liveAt: row.liveAt,
    endedAt: row.endedAt,
    commandState: row.commandState,
  }
}
