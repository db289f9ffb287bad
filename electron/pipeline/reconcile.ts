import { assertNever } from '../../shared/domain/assert-never.ts'
import type { Failure } from '../../shared/domain/failure.ts'
import type { ClusterDriver, Instance } from '../clusters/driver.ts'
import type { BuildRow, DeploymentRow, Reader, ReleaseWithBuild } from '../database/reader.ts'
import type { Writer } from '../database/writer.ts'
import type { LogStore } from '../logs/log-store.ts'
import { type Action, decide, type Facts } from './decide.ts'
import type { Checkpoint, Effect } from './effects.ts'
import type { Next } from './queue.ts'

/** What ended, for notifications. Not for control flow. */
export interface DeploymentEvent {
  readonly kind: 'build_failed' | 'released' | 'release_failed' | 'crashed'
  readonly deploymentId: string
  readonly name: string
  readonly detail: string
  readonly buildId?: string
}

export interface ReconcileDeps {
  readonly reader: Reader
  readonly writer: Writer
  readonly driver: ClusterDriver
  readonly logs: LogStore
  readonly checkpoint: Checkpoint
  readonly now: () => number
  readonly limits: { readonly builds: number; readonly buildTimeMs: number }
  /** The deployment changed, on record or in the cluster; `instances` is what was seen last. */
  readonly onSeen: (deploymentId: string, instances: readonly Instance[]) => void
  readonly onChanged: (deploymentId: string) => void
  readonly onEvent: (event: DeploymentEvent) => void
  /** A place for a build became free. */
  readonly onSlotFree: () => void
}

/** More steps than any path needs: what is left goes on at the next look. */
const mostSteps = 40

/** Looks at one deployment: gather, decide, do one thing, record; until there is nothing to do. */
export function createReconcile(deps: ReconcileDeps): (deploymentId: string) => Promise<Next> {
  const apply = createApply(deps)
  return async deploymentId => {
    for (let step = 0; step < mostSteps; step++) {
      const facts = await gather(deps, deploymentId)
      if (!facts) return {}
      const action = decide(facts)
      if (action.do === 'nothing') return {}
      if (action.do === 'wait') return { afterMs: action.afterMs }
      await apply(facts.deployment, action)
      deps.onChanged(deploymentId)
      if (action.do === 'remove') return {}
    }
    return { afterMs: 1 }
  }
}

async function gather(deps: ReconcileDeps, id: string): Promise<Facts | undefined> {
  const { reader, driver } = deps
  const before = reader.deploymentRow(id)
  if (!before) return undefined
  const runningId = reader.unfinishedBuilds(id).find(build => build.status === 'running')?.id
  const observed = runningId === undefined ? undefined : await driver.observeBuild(runningId)
  const instances = await driver.observe(id)
  deps.onSeen(id, instances)
  // The database is read after the cluster and in one go, so that what was asked for meanwhile counts.
  const deployment = reader.deploymentRow(id)
  if (!deployment) return undefined
  const unfinished = reader.unfinishedBuilds(id)
  const build = unfinished.find(one => one.status === 'running')
  return {
    now: deps.now(),
    deployment,
    running: build && observed && build.id === runningId ? { build, observed } : undefined,
    queued: unfinished.find(one => one.status === 'queued'),
    hasFreeSlot: reader.runningBuilds().length < deps.limits.builds,
    target: deployment.targetReleaseId === null ? undefined : reader.release(deployment.targetReleaseId),
    instances,
  }
}

function createApply(deps: ReconcileDeps) {
  const { reader, writer, driver, logs, now } = deps

  const effect = async (name: Effect, work: () => Promise<void> | void) => {
    await deps.checkpoint(`${name}:before`)
    await work()
    await deps.checkpoint(`${name}:after`)
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
    if (observed.state === 'failed') {
      writer.transaction(() => {
        const plan = observed.plan ?? build.plan
        if (
          !writer.moveBuild(build.id, 'running', 'failed', { ...progress, plan, failure: observed.failure })
        )
          return
        writer.changeDeployment(deployment.id, { failure: observed.failure })
        writer.activity({ ...line, verb: 'build_failed', detail: observed.failure.message })
      })
      deps.onEvent({ ...toEvent(deployment, 'build_failed', observed.failure.message), buildId: build.id })
    } else {
      writer.transaction(() => {
        const { plan, artifact } = observed
        if (!writer.moveBuild(build.id, 'running', 'succeeded', { ...progress, plan, artifact })) return
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

  const collect = (deployment: DeploymentRow) =>
    effect('collectArtifacts', () => driver.collect(deployment.id, reader.artifactsOf(deployment.id)))

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
        await effect(action.do, () => finishBuild(deployment, action))
        return collect(deployment)
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
        return effect(action.do, () => writer.nextRun(deployment.id, false))
      case 'giveUp':
        return effect(action.do, () => giveUp(deployment, action.failure))
      case 'stopAll':
        return effect(action.do, () => driver.stop(deployment.id, () => false))
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
