import { toDifferencesText } from '../../../shared/domain/drift.ts'
import { isPassing, SlipwayError } from '../../../shared/domain/failure.ts'
import type { DeploymentRow } from '../../database/rows.ts'
import type { Action } from '../decide.ts'
import { toReleaseOrder } from '../release-order.ts'
import type { ApplyDeps } from './apply-deps.ts'

const itself = 'slipway'
/** More than this, and something else in the cluster sets it again and again. */
const mostRepairs = { count: 3, withinMs: 10 * 60_000 }
const givesUp = `Slipway repaired it ${mostRepairs.count} times within ten minutes, and each time something changed it again. It does not try by itself any more.`

/** What is done about changes that others made in a cluster, and recorded. */
export function createDriftEffects(deps: ApplyDeps) {
  const { writer, driver, drift } = deps

  const noteApplied = (
    { id, clusterId, run }: DeploymentRow,
    { release, instances }: Extract<Action, { do: 'noteApplied' }>,
  ) => drift.change(id, { applied: { clusterId, releaseId: release.id, run, instances } })

  /** By deployment, when it repaired by itself. */
  const repairs = new Map<string, number[]>()
  const isInVain = (id: string): boolean => {
    const lately = (repairs.get(id) ?? []).filter(at => deps.now() - at < mostRepairs.withinMs)
    if (lately.length < mostRepairs.count) repairs.set(id, [...lately, deps.now()])
    else repairs.delete(id)
    return lately.length >= mostRepairs.count
  }

  /** Asked for on record first, so that it is told once, whatever ends it. */
  const repairDrift = async (
    deployment: DeploymentRow,
    { release, differences }: Extract<Action, { do: 'repairDrift' }>,
  ) => {
    const { id, name } = deployment
    const line = { deploymentId: id, deployment: name }
    const { repairAskedBy } = drift.find(id)
    const fail = (message: string) =>
      writer.transaction(() => {
        drift.change(id, { repairAskedBy: null, failure: message })
        writer.activity({ ...line, user: itself, verb: 'repair_failed', detail: message })
      })
    if (repairAskedBy === null && isInVain(id)) return fail(givesUp)
    if (repairAskedBy === null)
      writer.transaction(() => {
        drift.change(id, { repairAskedBy: itself, failure: null })
        writer.activity({
          ...{ ...line, user: itself, verb: 'repaired_itself' },
          detail: toDifferencesText(differences),
        })
      })
    try {
      await driver.repair(
        await toReleaseOrder(deps, deployment, release),
        drift.kept(id).map(one => one.key),
      )
      drift.change(id, { repairAskedBy: null, failure: null })
    } catch (error) {
      if (!(error instanceof SlipwayError) || isPassing(error.failure.code)) throw error
      fail(error.failure.message)
    }
  }

  return { noteApplied, repairDrift }
}
