import { assertNever } from '../../shared/domain/assert-never.ts'
import { type Failure, isPassing, SlipwayError, toDiskFailure } from '../../shared/domain/failure.ts'
import { toKeptFolders } from '../../shared/domain/kept-folder.ts'
import { isAtRun, type StoredVariable } from '../../shared/domain/variable.ts'
import type { ClusterDriver } from '../clusters/driver.ts'
import type { BuildRow, DeploymentRow, Reader, ReleaseWithBuild } from '../database/reader.ts'
import { toStored } from '../database/stored-variable.ts'
import type { Writer } from '../database/writer.ts'
import type { LogStore } from '../logs/log-store.ts'
import type { ResolvedVariables } from '../secrets/secret-versions.ts'
import type { Action } from './decide.ts'
import type { Checkpoint, Effect } from './effects.ts'
import { releaseNext } from './next-release.ts'
import { filesChanged } from './rollback.ts'
import { findWait } from './slots.ts'

/** What ended, for notifications. Not for control flow. */
export interface DeploymentEvent {
  readonly kind: 'build_failed' | 'released' | 'release_failed' | 'crashed'
  readonly deploymentId: string
  readonly name: string
  readonly detail: string
  readonly buildId?: string
}

export interface ApplyDeps {
  readonly reader: Reader
  readonly writer: Writer
  readonly driver: ClusterDriver
  readonly logs: LogStore
  readonly resolve: (variables: readonly StoredVariable[]) => Promise<ResolvedVariables>
  /** Versions of secrets may have lost their last use. */
  readonly onRemoved: () => void
  readonly checkpoint: Checkpoint
  readonly now: () => number
  readonly limits: { readonly builds: number; readonly buildTimeMs: number }
  readonly onEvent: (event: DeploymentEvent) => void
  /** A place for a build became free. */
  readonly onSlotFree: () => void
}

/** Does one thing, so that doing it twice makes nothing twice, and records it. Every effect passes the checkpoint. */
export function createApply(deps: ApplyDeps) {
  const { reader, writer, driver, logs, now } = deps

  const effect = async (name: Effect, work: () => Promise<void> | void) => {
    await deps.checkpoint(`${name}:before`)
    await work()
    await deps.checkpoint(`${name}:after`)
  }

  /** A wish that came between the look and the effect counts: then nothing is recorded, and the next look decides. */
  const isStillWanted = (seen: DeploymentRow): boolean => {
    const row = reader.deploymentRow(seen.id)
    return row?.wanted === seen.wanted && row.targetReleaseId === seen.targetReleaseId && row.run === seen.run
  }

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
    const order = {
      buildId: build.id,
      deploymentId: deployment.id,
      source: reader.sourceOf(deployment),
      branch: build.branch,
      sha: build.sha,
      planEdits: build.planEdits,
      port: build.port,
      timeLimitMs: toTimeLimitMs(deployment),
      isFresh: build.isFresh,
      ...resolved,
    }
    await driver.startBuild(order).catch(error => {
      const failure = toDiskFailure(error)
      if (failure === undefined) throw error
      failBuild(deployment, build, failure, { finishedAt: now() })
    })
  }

  const toTimeLimitMs = ({ clusterId }: DeploymentRow): number => {
    const minutes = reader.clusterSettings(clusterId)?.buildMinutes
    return minutes === undefined ? deps.limits.buildTimeMs : minutes * 60_000
  }

  const finishBuild = (
    deployment: DeploymentRow,
    { build, observed }: Extract<Action, { do: 'finishBuild' }>,
  ) => {
    const progress = { steps: [...observed.steps], finishedAt: now(), ...toCommitColumns(observed.commit) }
    if (!isStillWanted(deployment) || reader.build(build.id)?.cancelRequestedAt !== null) return
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
    if (!isStillWanted(deployment)) return
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

  const promote = (deployment: DeploymentRow, release: ReleaseWithBuild) => {
    if (!isStillWanted(deployment)) return
    writer.transaction(() => {
      const before = deployment.servingReleaseId
      if (before !== null && before !== release.id)
        writer.moveRelease(before, 'live', 'retired', { endedAt: now() })
      writer.moveRelease(release.id, 'releasing', 'live', { liveAt: now() })
      writer.changeDeployment(deployment.id, { servingReleaseId: release.id, failure: null })
      writer.activity({
        user: release.requestedBy,
        verb: 'released',
        deploymentId: deployment.id,
        deployment: deployment.name,
        detail: `#${release.number} ${release.build.sha.slice(0, 7)}`,
      })
    })
    deps.onEvent(
      toEvent(deployment, 'released', `${release.build.sha.slice(0, 7)} ${release.build.subject}`.trim()),
    )
  }

  const failRelease = (deployment: DeploymentRow, action: Extract<Action, { do: 'failRelease' }>) => {
    const { release, failure } = action
    if (!isStillWanted(deployment)) return
    writer.transaction(() => {
      writer.moveRelease(release.id, 'releasing', 'failed', { failure, endedAt: now() })
      writer.changeDeployment(deployment.id, {
        targetReleaseId: deployment.servingReleaseId,
        failure,
        ...(action.run === undefined ? {} : { run: action.run, firstRun: action.run }),
      })
      if (action.run === undefined) writer.nextRun(deployment.id, true)
      writer.activity({
        user: release.requestedBy,
        verb: 'release_failed',
        deploymentId: deployment.id,
        deployment: deployment.name,
        detail: failure.message,
      })
    })
    deps.onEvent(toEvent(deployment, 'release_failed', failure.message))
  }

  const giveUp = (deployment: DeploymentRow, failure: Failure) => {
    if (!isStillWanted(deployment)) return
    writer.transaction(() => {
      writer.changeDeployment(deployment.id, { failure })
      writer.activity({
        user: 'slipway',
        verb: 'crashed',
        deploymentId: deployment.id,
        deployment: deployment.name,
        detail: failure.message,
      })
    })
    deps.onEvent(toEvent(deployment, 'crashed', failure.message))
  }

  /** What the cluster refuses is not wanted any more: what it has stands. */
  const scale = async (deployment: DeploymentRow, { instances, has }: Extract<Action, { do: 'scale' }>) => {
    try {
      await driver.scale(deployment.id, instances)
    } catch (error) {
      if (!(error instanceof SlipwayError) || isPassing(error.failure.code)) throw error
      const { message } = error.failure
      writer.transaction(() => {
        if (reader.deploymentRow(deployment.id)?.instances !== instances) return
        writer.changeDeployment(deployment.id, { instances: has })
        writer.activity({
          user: 'slipway',
          verb: 'scale_refused',
          deploymentId: deployment.id,
          deployment: deployment.name,
          detail: `to ${instances}: ${message}`,
        })
      })
    }
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

  const remove = async (deployment: DeploymentRow) => {
    if (deployment.status !== 'removing') writer.moveDeployment(deployment.id, deployment.status, 'removing')
    let place: string | null = null
    await effect('removeFromCluster', async () => {
      place = await driver.remove(deployment.id, deployment.keepAs)
    })
    await effect('removeLogs', async () => {
      for (const id of reader.buildIdsOf(deployment.id)) {
        await logs.remove({ kind: 'build', id })
      }
      await logs.remove({ kind: 'runtime', id: deployment.id })
    })
    await effect('removeRows', () =>
      writer.transaction(() => {
        if (!reader.deploymentRow(deployment.id)) return
        writer.removeDeployment(deployment.id)
        writer.activity({
          user: 'slipway',
          verb: 'removed',
          deploymentId: deployment.id,
          deployment: deployment.name,
          // Where its data is, for whoever asks later.
          detail: place ?? '',
        })
      }),
    )
    deps.onSlotFree()
    deps.onRemoved()
  }

  return async (
    deployment: DeploymentRow,
    action: Exclude<Action, { do: 'wait' | 'nothing' }>,
  ): Promise<void> => {
    switch (action.do) {
      case 'remove':
        return remove(deployment)
      case 'startBuild':
        return effect(action.do, () => startBuild(deployment, action.build))
      case 'reuseBuild':
        return effect(action.do, () => reuseBuild(deployment, action))
      case 'recordProgress': {
        const { plan, commit, steps } = action.observed
        const values = { steps: [...steps], ...(plan ? { plan } : {}), ...toCommitColumns(commit) }
        return effect(action.do, () => writer.changeBuild(action.build.id, values))
      }
      case 'finishBuild':
        return effect(action.do, () => finishBuild(deployment, action))
      case 'cancelBuild':
        return effect(action.do, () => cancelBuild(deployment, action.build))
      case 'keepFolders': {
        const { plan, artifact } = action.release.build
        return effect(action.do, async () => {
          if (!plan || artifact === null) return
          await driver.keep({ deploymentId: deployment.id, artifact, plan, keptFolders: action.folders })
        })
      }
      case 'startRun': {
        const { release } = action
        const { plan, artifact } = release.build
        if (!plan || artifact === null) throw new Error(`release ${release.id} has no artifact`)
        return effect(action.do, async () =>
          driver.applyRelease({
            deploymentId: deployment.id,
            releaseId: release.id,
            run: deployment.run,
            artifact,
            plan,
            port: release.port,
            size: release.size,
            instances: deployment.instances,
            keptFolders: toKeptFolders(deployment.keptFolders, plan.keep),
            ...(await deps.resolve(release.variables)),
          }),
        )
      }
      case 'promote':
        return effect(action.do, () => promote(deployment, action.release))
      case 'scale':
        return effect(action.do, () => scale(deployment, action))
      case 'retireOthers':
        return effect(action.do, () => driver.stop(deployment.id, action.isKept))
      case 'failRelease':
        return effect(action.do, () => failRelease(deployment, action))
      case 'restartCrashed':
        return effect(action.do, () => {
          if (isStillWanted(deployment)) writer.nextRun(deployment.id, false)
        })
      case 'giveUp':
        return effect(action.do, () => giveUp(deployment, action.failure))
      case 'stopAll':
        return effect(action.do, () => driver.stop(deployment.id, () => false))
      case 'collectArtifacts':
        return effect(action.do, () => driver.collect(deployment.id, reader.artifactsOf(deployment.id)))
      case 'setStatus':
        return effect(action.do, () => {
          writer.moveDeployment(deployment.id, deployment.status, action.status)
        })
      default:
        return assertNever(action)
    }
  }
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

function toEvent(deployment: DeploymentRow, kind: DeploymentEvent['kind'], detail: string): DeploymentEvent {
  return { kind, deploymentId: deployment.id, name: deployment.name, detail }
}
