import { type Failure, SlipwayError, toDiskFailure } from '../../../shared/domain/failure.ts'
import { isAtRun } from '../../../shared/domain/variable.ts'
import type { BuildRow, DeploymentRow } from '../../database/rows.ts'
import { toStored } from '../../database/stored-variable.ts'
import type { Writer } from '../../database/writer.ts'
import type { Action } from '../decide.ts'
import { releaseNext } from '../next-release.ts'
import { filesChanged } from '../rollback.ts'
import { findWait } from '../slots.ts'
import { type ApplyDeps, isStillWanted, toEvent, toTimeLimitMs } from './apply-deps.ts'

/** What is done about builds, and recorded of them. A build that ends well becomes a release. */
export function createBuildEffects(deps: ApplyDeps) {
  const { reader, writer, driver, logs, now } = deps

  const startBuild = async (deployment: DeploymentRow, build: BuildRow) => {
    if (build.status === 'queued') {
      const hasBegun = writer.transaction(
        () =>
          findWait(reader, deployment, deps.limits) === undefined &&
          writer.moveBuild(build.id, 'queued', 'running', { startedAt: now() }),
      )
      if (!hasBegun) return
    }
    const resolved = await deps.resolve(build.variables).catch(error => {
      if (!(error instanceof SlipwayError)) throw error
      return error.failure
    })
    if ('code' in resolved) return failBuild(deployment, build, resolved, { finishedAt: now() })
    const source = reader.sourceOf(deployment)
    const order = {
      buildId: build.id,
      deploymentId: deployment.id,
      source,
      gitLogin: await deps.loginFor(source, { ownerId: reader.ownerOf(deployment.id)?.id ?? '' }),
      branch: build.branch,
      sha: build.sha,
      planEdits: build.planEdits,
      port: build.port,
      timeLimitMs: toTimeLimitMs(deps, deployment),
      isFresh: build.isFresh,
      ...resolved,
    }
    await driver.startBuild(order).catch(error => {
      const failure = toDiskFailure(error)
      if (failure === undefined) throw error
      failBuild(deployment, build, failure, { finishedAt: now() })
    })
  }

  const recordProgress = ({ build, observed }: Extract<Action, { do: 'recordProgress' }>) => {
    const { plan, commit, steps } = observed
    const values = { steps: [...steps], ...(plan ? { plan } : {}), ...toCommitColumns(commit) }
    writer.changeBuild(build.id, values)
  }

  const finishBuild = (
    deployment: DeploymentRow,
    { build, observed }: Extract<Action, { do: 'finishBuild' }>,
  ) => {
    const progress = { steps: [...observed.steps], finishedAt: now(), ...toCommitColumns(observed.commit) }
    if (!isStillWanted(reader, deployment) || reader.build(build.id)?.cancelRequestedAt !== null) return
    if (observed.state === 'failed') {
      failBuild(deployment, build, observed.failure, { ...progress, plan: observed.plan ?? build.plan })
    } else if (isOtherCommit(build, observed.commit)) {
      failBuild(deployment, build, filesChanged(build.rollbackTo), { ...progress, plan: observed.plan })
    } else {
      writer.transaction(() => {
        const { plan, artifact } = observed
        writer.moveBuild(build.id, 'running', 'succeeded', { ...progress, plan, artifact })
        release(deployment, build)
        writer.activity({
          ...lineOf(deployment, build),
          verb: 'built',
          detail: observed.commit.sha.slice(0, 7),
        })
      })
    }
    deps.onSlotFree()
  }

  const failBuild = (
    deployment: DeploymentRow,
    build: BuildRow,
    failure: Failure,
    values: Parameters<Writer['moveBuild']>[3],
  ) => {
    writer.transaction(() => {
      writer.moveBuild(build.id, 'running', 'failed', { ...values, failure })
      writer.changeDeployment(deployment.id, { failure })
      writer.activity({ ...lineOf(deployment, build), verb: 'build_failed', detail: failure.message })
    })
    deps.onEvent({ ...toEvent(deployment, 'build_failed', failure.message), buildId: build.id })
  }

  const release = (deployment: DeploymentRow, { id: buildId, port, requestedBy, rollbackTo }: BuildRow) => {
    const earlier = rollbackTo === null ? undefined : reader.releaseNumbered(deployment.id, rollbackTo)
    const variables = earlier?.variables ?? reader.variablesOf(deployment.id).filter(isAtRun).map(toStored)
    const size = earlier?.size ?? reader.deploymentRow(deployment.id)?.size ?? deployment.size
    releaseNext(deps, deployment, { buildId, port, variables, size, rollbackTo, requestedBy })
  }

  /** The files of a folder may have changed since the rollback was asked for. */
  const isOtherCommit = ({ rollbackTo, deploymentId }: BuildRow, { sha }: { sha: string }): boolean =>
    rollbackTo !== null && reader.releaseNumbered(deploymentId, rollbackTo)?.build.sha !== sha

  const reuseBuild = (
    deployment: DeploymentRow,
    { build, earlier }: Extract<Action, { do: 'reuseBuild' }>,
  ) => {
    if (!isStillWanted(reader, deployment)) return
    writer.transaction(() => {
      const { plan, artifact, sha, subject, author, committedAt } = earlier
      const at = now()
      const isTaken = writer.moveBuild(build.id, 'queued', 'succeeded', {
        ...{ plan, artifact, sha, subject, author, committedAt },
        ...{ startedAt: at, finishedAt: at, reusedBuildId: earlier.reusedBuildId ?? earlier.id },
      })
      if (isTaken) release(deployment, build)
    })
  }

  const cancelBuild = async (deployment: DeploymentRow, build: BuildRow) => {
    await driver.cancelBuild({ buildId: build.id, deploymentId: deployment.id })
    await logs.close({ kind: 'build', id: build.id })
    writer.transaction(() => {
      if (!writer.moveBuild(build.id, 'running', 'cancelled', { finishedAt: now() })) return
      writer.activity({
        user: build.requestedBy,
        verb: 'build_cancelled',
        deploymentId: deployment.id,
        deployment: deployment.name,
        detail: build.sha.slice(0, 7),
      })
    })
    deps.onSlotFree()
  }

  return { startBuild, recordProgress, finishBuild, reuseBuild, cancelBuild }
}

function toCommitColumns(commit: { sha: string; subject: string; author: string; at: number } | undefined) {
  return commit === undefined
    ? {}
    : { sha: commit.sha, subject: commit.subject, author: commit.author, committedAt: commit.at }
}

const lineOf = (deployment: DeploymentRow, build: BuildRow) => ({
  user: build.requestedBy,
  deploymentId: deployment.id,
  deployment: deployment.name,
})
