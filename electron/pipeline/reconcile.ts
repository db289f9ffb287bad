import type { Difference } from '../../shared/domain/drift.ts'
import { type Failure, isPassing, SlipwayError, toDiskFailure } from '../../shared/domain/failure.ts'
import { toKeptFolders } from '../../shared/domain/kept-folder.ts'
import type { Instance } from '../clusters/driver.ts'
import type { DeploymentRow, ReleaseWithBuild } from '../database/rows.ts'
import type { ApplyDeps } from './apply/apply-deps.ts'
import { createApply } from './apply.ts'
import { type CrashLimits, decide, type Facts } from './decide.ts'
import type { Next } from './queue.ts'
import { toRunOrder } from './release-order.ts'
import { findWait } from './slots.ts'

export interface ReconcileDeps extends ApplyDeps {
  readonly limits: ApplyDeps['limits'] & CrashLimits
  /** What is there now. */
  readonly onSeen: (deploymentId: string, instances: readonly Instance[]) => void
  /** What others have changed there: all of it. */
  readonly onDrift: (deploymentId: string, differences: readonly Difference[]) => void
  /** Something was done about the deployment. */
  readonly onChanged: (deploymentId: string) => void
}

/** More steps than any path needs: what is left goes on at the next look. */
const mostSteps = 40

/** Looks at one deployment: gather, decide, do one thing, record; until there is nothing to do. */
export function createReconcile(deps: ReconcileDeps): (deploymentId: string) => Promise<Next> {
  const apply = createApply(deps)
  /** By deployment, the artifacts that were left when others were deleted. Forgotten at each start, since a kill may leave some. */
  const tidy = new Map<string, string>()
  /** By deployment, the run that the cluster cannot start. Forgotten at each start, and tried once more then. */
  const refusals = new Map<string, NonNullable<Facts['refused']>>()
  /** By deployment, the artifact and the folders that are kept of it. Forgotten with each run, which links what it needs itself. */
  const kept = new Map<string, string>()
  return async deploymentId => {
    for (let step = 0; step < mostSteps; step++) {
      const seen = await gather(deps, deploymentId)
      if (!seen) return {}
      if (seen.running) tidy.delete(deploymentId)
      const unkept = toUnkept(seen)
      const facts = {
        ...seen,
        unkept: unkept && kept.get(deploymentId) === toText(unkept) ? undefined : unkept,
        refused: refusals.get(deploymentId),
        isTidy: tidy.get(deploymentId) === seen.artifacts.join(),
      }
      const action = decide(facts)
      if (action.do === 'nothing') return {}
      if (action.do === 'wait') return { afterMs: action.afterMs }
      try {
        await apply(facts.deployment, action)
      } catch (error) {
        if (action.do === 'remove') {
          noteWhy(deps, facts.deployment, error)
          throw error
        }
        const refuses =
          action.do === 'startCommand' || action.do === 'startRun' || action.do === 'keepFolders'
        const failure = refuses ? toRefusal(error, action.release) : undefined
        if (!refuses || failure === undefined) throw error
        // What cannot be kept is said when the next run starts, which cannot do without it.
        if (action.do !== 'keepFolders')
          refusals.set(deploymentId, { releaseId: action.release.id, run: facts.deployment.run, failure })
      }
      if (action.do === 'collectArtifacts') tidy.set(deploymentId, seen.artifacts.join())
      if (action.do === 'keepFolders') kept.set(deploymentId, toText(action))
      if (action.do === 'startRun') kept.delete(deploymentId)
      deps.onChanged(deploymentId)
      if (action.do === 'remove') {
        tidy.delete(deploymentId)
        refusals.delete(deploymentId)
        kept.delete(deploymentId)
        return {}
      }
    }
    return { afterMs: 1 }
  }
}

/**
 * What the cluster explains does not change by itself; anything else is worth another try. A full disk fails what is new,
 * while what was live is tried until there is room.
 */
function toRefusal(error: unknown, release: ReleaseWithBuild): Failure | undefined {
  if (error instanceof SlipwayError) return isPassing(error.failure.code) ? undefined : error.failure
  return release.status === 'releasing' ? toDiskFailure(error) : undefined
}

/** A removal that does not come to its end says why, and is tried again. */
function noteWhy(
  { writer, onChanged }: ReconcileDeps,
  { id, failure: said }: DeploymentRow,
  error: unknown,
): void {
  const failure = error instanceof SlipwayError ? error.failure : toDiskFailure(error)
  if (failure === undefined || failure.message === said?.message) return
  writer.changeDeployment(id, { failure })
  onChanged(id)
}

type SeenFacts = Omit<Facts, 'refused' | 'isTidy' | 'unkept'> & {
  readonly serving: ReleaseWithBuild | undefined
  /** Those that releases need. */
  readonly artifacts: readonly string[]
}

function toUnkept({ deployment, target, serving }: SeenFacts): Facts['unkept'] {
  const plan = (target ?? serving)?.build.plan
  const folders = toKeptFolders(deployment.keptFolders, plan?.keep)
  return serving === undefined || folders.length === 0 ? undefined : { release: serving, folders }
}

const toText = ({ release, folders }: NonNullable<Facts['unkept']>) =>
  JSON.stringify([release.build.artifact, folders])

async function gather(deps: ReconcileDeps, id: string): Promise<SeenFacts | undefined> {
  const { reader, driver } = deps
  const before = reader.deploymentRow(id)
  if (!before) return undefined
  // Whatever is there: it is to go.
  if (before.wanted === 'removed') {
    deps.onDrift(id, [])
    return toNothingSeen(deps, before)
  }
  const runningId = reader.unfinishedBuilds(id).find(build => build.status === 'running')?.id
  const observed =
    runningId === undefined ? undefined : await driver.observeBuild({ buildId: runningId, deploymentId: id })
  const commandOf = reader.startedCommand(id)
  const observedCommand =
    commandOf === undefined
      ? undefined
      : await driver.observeCommand({ deploymentId: id, releaseId: commandOf })
  const reusable = await findReusable(deps, id)
  const instances = await driver.observe(id)
  deps.onSeen(id, instances)
  const looked = await lookForDrift(deps, id)
  // The database is read after the cluster and in one go, so that what was asked for meanwhile counts.
  const deployment = reader.deploymentRow(id)
  if (!deployment) return undefined
  // What was looked for may not be wished any more.
  const found = looked !== undefined && looked.wish === toWishText(deployment) ? looked.found : []
  deps.onDrift(id, found)
  const unfinished = reader.unfinishedBuilds(id)
  const build = unfinished.find(one => one.status === 'running')
  const queued = unfinished.find(one => one.status === 'queued')
  return {
    now: deps.now(),
    deployment,
    running: build && observed && build.id === runningId ? { build, observed } : undefined,
    queued,
    reusable: queued && reusable && queued.fingerprint === reusable.fingerprint ? reusable : undefined,
    hasFreeSlot: findWait(reader, deployment, deps.limits) === undefined,
    command:
      commandOf === undefined || observedCommand === undefined
        ? undefined
        : { releaseId: commandOf, observed: observedCommand },
    target: deployment.targetReleaseId === null ? undefined : reader.release(deployment.targetReleaseId),
    serving: deployment.servingReleaseId === null ? undefined : reader.release(deployment.servingReleaseId),
    artifacts: reader.artifactsOf(id),
    instances,
    drift: toDriftFacts(deps, id, found),
    limits: deps.limits,
  }
}

const toWishText = ({ clusterId, wanted, targetReleaseId, run, instances }: DeploymentRow): string =>
  JSON.stringify([clusterId, wanted, targetReleaseId, run, instances])

/** Only at what serves and was there: what is on its way differs as long as it is. */
async function lookForDrift(
  { reader, driver, drift }: ReconcileDeps,
  id: string,
): Promise<{ wish: string; found: readonly Difference[] } | undefined> {
  const row = reader.deploymentRow(id)
  const release = row?.targetReleaseId == null ? undefined : reader.release(row.targetReleaseId)
  const { applied } = drift.find(id)
  if (row === undefined || row.wanted !== 'running' || release?.status !== 'live') return undefined
  const isApplied =
    applied?.clusterId === row.clusterId && applied.releaseId === release.id && applied.run === row.run
  if (!isApplied || applied.instances !== row.instances) return undefined
  const variableNames = release.variables.map(one => one.name)
  const found = await driver.findDrift({ ...toRunOrder(reader, row, release), variableNames })
  return { wish: toWishText(row), found }
}

function toDriftFacts({ drift }: ReconcileDeps, id: string, found: readonly Difference[]): Facts['drift'] {
  const { applied, repairAskedBy, repairsItself, failure } = drift.find(id)
  const kept = found.length === 0 ? [] : drift.kept(id).map(one => one.key)
  return {
    applied,
    differences: found.filter(one => !kept.includes(one.key)),
    isRepairAsked: repairAskedBy !== null,
    repairsItself: repairsItself && failure === null,
  }
}

const toNothingSeen = ({ limits, now }: ReconcileDeps, deployment: DeploymentRow): SeenFacts => ({
  now: now(),
  deployment,
  running: undefined,
  queued: undefined,
  reusable: undefined,
  hasFreeSlot: false,
  command: undefined,
  target: undefined,
  serving: undefined,
  artifacts: [],
  instances: [],
  drift: { applied: null, differences: [], isRepairAsked: false, repairsItself: false },
  limits,
})

async function findReusable({ reader, driver }: ReconcileDeps, id: string) {
  const queued = reader.unfinishedBuilds(id).find(one => one.status === 'queued')
  const row = reader.deploymentRow(id)
  if (queued === undefined || queued.isFresh || row === undefined) return undefined
  // There is nothing to save, and another tag may name the same image.
  if (reader.sourceOf(row).kind === 'image') return undefined
  const earlier = reader.builtFrom(id, queued.fingerprint)
  const isThere = earlier?.artifact != null && (await driver.hasArtifact(id, earlier.artifact)) === true
  return isThere ? earlier : undefined
}
