import { type Failure, isPassing, SlipwayError } from '../../../shared/domain/failure.ts'
import type { DeploymentRow, ReleaseWithBuild } from '../../database/rows.ts'
import type { Action } from '../decide.ts'
import { toReleaseOrder } from '../release-order.ts'
import { type ApplyDeps, isStillWanted, toEvent } from './apply-deps.ts'

/** What is done about releases and what runs of them, and recorded. */
export function createReleaseEffects(deps: ApplyDeps) {
  const { reader, writer, driver, drift, now } = deps

  const startRun = async (deployment: DeploymentRow, release: ReleaseWithBuild) =>
    driver.applyRelease(await toReleaseOrder(deps, deployment, release))

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

  return { startRun, promote, failRelease, giveUp, scale }
}
