import { type Failure, isPassing, SlipwayError } from '../../../shared/domain/failure.ts'
import type { LogRef } from '../../../shared/domain/log.ts'
import { findSaid } from '../../../shared/domain/plan.ts'
import type { DeploymentRow, ReleaseRow, ReleaseWithBuild } from '../../database/rows.ts'
import type { Action } from '../decide.ts'
import { toReleaseOrder } from '../release-order.ts'
import { type ApplyDeps, isStillWanted, toEvent, toTimeLimitMs } from './apply-deps.ts'

/** What is done about releases and what runs of them, and recorded. */
export function createReleaseEffects(deps: ApplyDeps) {
  const { reader, writer, driver, drift, now } = deps

  const startRun = async (deployment: DeploymentRow, release: ReleaseWithBuild) => {
    // What is left of one that has ended, if we did.
    if (release.commandState !== null) await driver.cancelCommand(deployment.id)
    await driver.applyRelease(await toReleaseOrder(deps, deployment, release))
  }

  /** In the app's log, once. */
  const say = async ({ id, deploymentId }: ReleaseRow, { part, text }: { part: string; text: string }) => {
    const log: LogRef = { kind: 'runtime', id: deploymentId }
    const mark = { source: `command-${id}/${part}`, position: 1 }
    if ((await deps.logs.lastMark(log, mark.source)) !== undefined) return
    await deps.logs.append(log, [{ at: now(), stream: 'platform', text, isPartial: false }], mark)
  }

  const startCommand = async (deployment: DeploymentRow, release: ReleaseWithBuild) => {
    const { plan, planEdits } = release.build
    const command = plan && findSaid(plan, planEdits, 'releaseCommand')?.value
    if (command) {
      await say(release, { part: 'begin', text: `Release command of #${release.number}: ${command}` })
      const order = await toReleaseOrder(deps, deployment, release)
      await driver.startCommand({ ...order, command, timeLimitMs: toTimeLimitMs(deps, deployment) })
    }
    writer.moveCommand(release.id, command ? 'started' : 'ended')
  }

  const endCommand = async (
    deployment: DeploymentRow,
    { releaseId, observed }: Extract<Action, { do: 'endCommand' }>,
  ) => {
    const release = reader.release(releaseId)
    const hasSucceeded = observed.state === 'succeeded'
    if (release !== undefined)
      await say(release, {
        part: 'end',
        text: `The release command ${hasSucceeded ? 'is done' : 'has failed'}`,
      })
    writer.transaction(() => {
      writer.moveCommand(releaseId, 'ended')
      if (!hasSucceeded || release === undefined) return
      const { plan, planEdits } = release.build
      writer.activity({
        user: release.requestedBy,
        verb: 'command_ran',
        deploymentId: deployment.id,
        deployment: deployment.name,
        detail:
          `#${release.number} ${(plan && findSaid(plan, planEdits, 'releaseCommand')?.value) ?? ''}`.trim(),
      })
    })
    await driver.cancelCommand(deployment.id)
  }

  /** Nothing of it runs: it is begun anew when the deployment is started again. */
  const cancelCommand = async (
    deployment: DeploymentRow,
    { releaseId }: Extract<Action, { do: 'cancelCommand' }>,
  ) => {
    await driver.cancelCommand(deployment.id)
    writer.moveCommand(releaseId, 'waiting')
  }

  const promote = (deployment: DeploymentRow, release: ReleaseWithBuild) => {
    if (!isStillWanted(reader, deployment)) return
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
    if (!isStillWanted(reader, deployment)) return
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
    if (!isStillWanted(reader, deployment)) return
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
      const { applied } = drift.find(deployment.id)
      if (applied !== null) drift.change(deployment.id, { applied: { ...applied, instances } })
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

  return { startCommand, endCommand, cancelCommand, startRun, promote, failRelease, giveUp, scale }
}
