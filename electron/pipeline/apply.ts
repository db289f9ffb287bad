import { assertNever } from '../../shared/domain/assert-never.ts'
import type { DeploymentRow } from '../database/rows.ts'
import { type ApplyDeps, isStillWanted } from './apply/apply-deps.ts'
import { createBuildEffects } from './apply/build-effects.ts'
import { createDriftEffects } from './apply/drift-effects.ts'
import { createReleaseEffects } from './apply/release-effects.ts'
import type { Action } from './decide.ts'
import type { Effect } from './effects.ts'

/** Does one thing, so that doing it twice makes nothing twice, and records it. Every effect passes the checkpoint. */
export function createApply(deps: ApplyDeps) {
  const { reader, writer, driver, logs } = deps
  const builds = createBuildEffects(deps)
  const releases = createReleaseEffects(deps)
  const drifts = createDriftEffects(deps)

  const effect = async (name: Effect, work: () => Promise<void> | void) => {
    await deps.checkpoint(`${name}:before`)
    await work()
    await deps.checkpoint(`${name}:after`)
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
        return effect(action.do, () => builds.startBuild(deployment, action.build))
      case 'reuseBuild':
        return effect(action.do, () => builds.reuseBuild(deployment, action))
      case 'recordProgress':
        return effect(action.do, () => builds.recordProgress(action))
      case 'finishBuild':
        return effect(action.do, () => builds.finishBuild(deployment, action))
      case 'cancelBuild':
        return effect(action.do, () => builds.cancelBuild(deployment, action.build))
      case 'keepFolders': {
        const { plan, artifact } = action.release.build
        return effect(action.do, async () => {
          if (!plan || artifact === null) return
          await driver.keep({ deploymentId: deployment.id, artifact, plan, keptFolders: action.folders })
        })
      }
      case 'startCommand':
        return effect(action.do, () => releases.startCommand(deployment, action.release))
      case 'endCommand':
        return effect(action.do, () => releases.endCommand(deployment, action))
      case 'cancelCommand':
        return effect(action.do, () => releases.cancelCommand(deployment, action))
      case 'startRun':
        return effect(action.do, () => releases.startRun(deployment, action.release))
      case 'promote':
        return effect(action.do, () => releases.promote(deployment, action.release))
      case 'scale':
        return effect(action.do, () => releases.scale(deployment, action))
      case 'retireOthers':
        return effect(action.do, () => driver.stop(deployment.id, action.isKept))
      case 'noteApplied':
        return effect(action.do, () => drifts.noteApplied(deployment, action))
      case 'repairDrift':
        return effect(action.do, () => drifts.repairDrift(deployment, action))
      case 'failRelease':
        return effect(action.do, () => releases.failRelease(deployment, action))
      case 'restartCrashed':
        return effect(action.do, () => {
          if (isStillWanted(reader, deployment)) writer.nextRun(deployment.id, false)
        })
      case 'giveUp':
        return effect(action.do, () => releases.giveUp(deployment, action.failure))
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
