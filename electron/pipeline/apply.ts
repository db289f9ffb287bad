import { assertNever } from '../../shared/domain/assert-never.ts'
import type { Failure } from '../../shared/domain/failure.ts'
import type { ClusterDriver } from '../clusters/driver.ts'
import type { BuildRow, DeploymentRow, Reader, ReleaseWithBuild } from '../database/reader.ts'
import type { Writer } from '../database/writer.ts'
import type { LogStore } from '../logs/log-store.ts'
import type { Action } from './decide.ts'
import type { Checkpoint, Effect } from './effects.ts'

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
          reader.runningBuilds().length < deps.limits.builds &&
          writer.moveBuild(build.id, 'queued', 'running', { startedAt: now() }),
      )
      if (!hasBegun) return
    }
    await driver.startBuild({
      buildId: build.id,
      deploymentId: deployment.id,
      source: reader.sourceOf(deployment),
      branch: build.branch,
      sha: build.sha,
      planEdits: build.planEdits,
      port: build.port,
      timeLimitMs: deps.limits.buildTimeMs,
    })
  }

  const finishBuild = (
    deployment: DeploymentRow,
    { build, observed }: Extract<Action, { do: 'finishBuild' }>,
  ) => {
    const line = { user: build.requestedBy, deploymentId: deployment.id, deployment: deployment.name }
    const progress = { steps: [...observed.steps], finishedAt: now(), ...toCommitColumns(observed.commit) }
    if (!isStillWanted(deployment) || reader.build(build.id)?.cancelRequestedAt !== null) return
    if (observed.state === 'failed') {
      const { failure } = observed
      writer.transaction(() => {
        const plan = observed.plan ?? build.plan
        writer.moveBuild(build.id, 'running', 'failed', { ...progress, plan, failure })
        writer.changeDeployment(deployment.id, { failure })
        writer.activity({ ...line, verb: 'build_failed', detail: failure.message })
      })
      deps.onEvent({ ...toEvent(deployment, 'build_failed', observed.failure.message), buildId: build.id })
    } else {
      writer.transaction(() => {
        const { plan, artifact } = observed
        writer.moveBuild(build.id, 'running', 'succeeded', { ...progress, plan, artifact })
        const release = writer.release({
          deploymentId: deployment.id,
          buildId: build.id,
          port: build.port,
          variables: reader.variablesOf(deployment.id),
          rollbackTo: null,
          requestedBy: build.requestedBy,
        })
        retireTarget(deployment)
        writer.changeDeployment(deployment.id, { targetReleaseId: release, wanted: 'running', failure: null })
        writer.nextRun(deployment.id, true)
        writer.activity({ ...line, verb: 'built', detail: observed.commit.sha.slice(0, 7) })
      })
    }
    deps.onSlotFree()
  }

  /** A release that was on its way is overtaken by a newer one. */
  const retireTarget = (deployment: DeploymentRow) => {
    if (deployment.targetReleaseId !== null && deployment.targetReleaseId !== deployment.servingReleaseId) {
      writer.moveRelease(deployment.targetReleaseId, 'releasing', 'retired', { endedAt: now() })
    }
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
    await effect('removeFromCluster', () => driver.remove(deployment.id))
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
          detail: '',
        })
      }),
    )
    deps.onSlotFree()
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
      case 'recordProgress': {
        const { plan, commit, steps } = action.observed
        const values = { steps: [...steps], ...(plan ? { plan } : {}), ...toCommitColumns(commit) }
        return effect(action.do, () => writer.changeBuild(action.build.id, values))
      }
      case 'finishBuild':
        return effect(action.do, () => finishBuild(deployment, action))
      case 'cancelBuild':
        return effect(action.do, () => cancelBuild(deployment, action.build))
      case 'startRun': {
        const { release } = action
        const { plan, artifact } = release.build
        if (!plan || artifact === null) throw new Error(`release ${release.id} has no artifact`)
        return effect(action.do, () =>
          driver.applyRelease({
            deploymentId: deployment.id,
            releaseId: release.id,
            run: deployment.run,
            artifact,
            plan,
            port: release.port,
            variables: release.variables,
          }),
        )
      }
      case 'promote':
        return effect(action.do, () => promote(deployment, action.release))
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

function toEvent(deployment: DeploymentRow, kind: DeploymentEvent['kind'], detail: string): DeploymentEvent {
  return { kind, deploymentId: deployment.id, name: deployment.name, detail }
}
