import { type Difference, isOfWhatRuns } from '../../shared/domain/drift.ts'
import type { Failure } from '../../shared/domain/failure.ts'
import type { DeploymentStatus } from '../../shared/domain/status.ts'
import type { BuildObservation, CommandObservation, Instance } from '../clusters/driver.ts'
import type { DriftRow } from '../database/drift.ts'
import type { BuildRow, DeploymentRow, ReleaseWithBuild } from '../database/rows.ts'

/** All that one decision looks at: what the database wants and what the cluster has. */
export interface Facts {
  readonly now: number
  readonly deployment: DeploymentRow
  readonly running: { readonly build: BuildRow; readonly observed: BuildObservation } | undefined
  readonly queued: BuildRow | undefined
  /** An earlier build of the same things, whose artifact is there. */
  readonly reusable: BuildRow | undefined
  readonly hasFreeSlot: boolean
  readonly target: ReleaseWithBuild | undefined
  /** One that was started, and is not known to have ended. */
  readonly command: { readonly releaseId: string; readonly observed: CommandObservation } | undefined
  /** What serves, and folders that are to be kept from now on, of which its app may have written some. */
  readonly unkept: { readonly release: ReleaseWithBuild; readonly folders: readonly string[] } | undefined
  readonly instances: readonly Instance[]
  readonly drift: DriftFacts
  /** The cluster said that it cannot start the run, and why. */
  readonly refused:
    | { readonly releaseId: string; readonly run: number; readonly failure: Failure }
    | undefined
  /** No artifact is there that no release needs. */
  readonly isTidy: boolean
  readonly limits: CrashLimits
}

/** What others have changed in the cluster. */
export interface DriftFacts {
  /** What the cluster was brought to last. */
  readonly applied: DriftRow['applied']
  /** Without those that are kept. */
  readonly differences: readonly Difference[]
  /** Somebody has asked for a repair. */
  readonly isRepairAsked: boolean
  /** It is repaired without being asked. */
  readonly repairsItself: boolean
}

/** How long Slipway bears with an app that crashes. */
export interface CrashLimits {
  /** An app that ran this long is not in a crash loop. */
  readonly stableAfterMs: number
  /** Crashes in a row before Slipway gives up. */
  readonly crashes: number
  /** Before the first restart; doubles with each further one. */
  readonly firstBackoffMs: number
}
export const defaultCrashLimits: CrashLimits = { stableAfterMs: 60_000, crashes: 5, firstBackoffMs: 1000 }

export type Action =
  | { readonly do: 'remove' }
  | { readonly do: 'startBuild'; readonly build: BuildRow }
  | { readonly do: 'reuseBuild'; readonly build: BuildRow; readonly earlier: BuildRow }
  | { readonly do: 'recordProgress'; readonly build: BuildRow; readonly observed: Observed<'running'> }
  | {
      readonly do: 'finishBuild'
      readonly build: BuildRow
      readonly observed: Observed<'succeeded' | 'failed'>
    }
  | { readonly do: 'cancelBuild'; readonly build: BuildRow }
  | {
      readonly do: 'keepFolders'
      readonly release: ReleaseWithBuild
      readonly folders: readonly string[]
    }
  | { readonly do: 'startCommand'; readonly release: ReleaseWithBuild }
  | { readonly do: 'endCommand'; readonly releaseId: string; readonly observed: CommandObservation }
  | { readonly do: 'cancelCommand'; readonly releaseId: string }
  | { readonly do: 'startRun'; readonly release: ReleaseWithBuild }
  | { readonly do: 'promote'; readonly release: ReleaseWithBuild }
  | { readonly do: 'retireOthers'; readonly isKept: (instance: Instance) => boolean }
  | {
      readonly do: 'failRelease'
      readonly release: ReleaseWithBuild
      readonly failure: Failure
      readonly run: number | undefined
    }
  /** `has`: how many instances the cluster means to have now. */
  | { readonly do: 'scale'; readonly instances: number; readonly has: number }
  /** What was asked of the cluster is there: what differs from it later was somebody else. */
  | { readonly do: 'noteApplied'; readonly release: ReleaseWithBuild; readonly instances: number }
  | {
      readonly do: 'repairDrift'
      readonly release: ReleaseWithBuild
      readonly differences: readonly Difference[]
    }
  | { readonly do: 'restartCrashed' }
  | { readonly do: 'giveUp'; readonly failure: Failure }
  | { readonly do: 'stopAll' }
  | { readonly do: 'collectArtifacts' }
  | { readonly do: 'setStatus'; readonly status: DeploymentStatus }
  | { readonly do: 'wait'; readonly afterMs: number }
  | { readonly do: 'nothing' }

type Observed<S extends BuildObservation['state']> = Extract<BuildObservation, { state: S }>
type Check = (facts: Facts) => Action | undefined

/** Order is the specification: the first check that answers wins. */
const checks: readonly Check[] = [
  facts => (facts.deployment.wanted === 'removed' ? { do: 'remove' } : undefined),
  // Before anything starts that would find an empty folder.
  ({ unkept }) => (unkept ? { do: 'keepFolders', ...unkept } : undefined),
  decideRunningBuild,
  ({ queued, running, reusable }) =>
    queued && !running && reusable ? { do: 'reuseBuild', build: queued, earlier: reusable } : undefined,
  facts =>
    facts.queued && !facts.running && facts.hasFreeSlot
      ? { do: 'startBuild', build: facts.queued }
      : undefined,
  decideCommand,
  facts =>
    facts.deployment.wanted === 'stopped' && facts.instances.length > 0 ? { do: 'stopAll' } : undefined,
  facts =>
    facts.deployment.wanted === 'running' && facts.target ? decideRepair(facts, facts.target) : undefined,
  facts =>
    facts.deployment.wanted === 'running' && facts.target ? decideTarget(facts, facts.target) : undefined,
  // The first release has failed: nothing of it goes on trying.
  ({ target, running, queued, instances }) =>
    target || running || queued || instances.length === 0
      ? undefined
      : { do: 'retireOthers', isKept: () => false },
  decideStatus,
  facts => (facts.isTidy || facts.running ? undefined : { do: 'collectArtifacts' }),
  decideWaiting,
]

/** The one next thing to do for a deployment. Pure. */
export function decide(facts: Facts): Action {
  for (const check of checks) {
    const action = check(facts)
    if (action) return action
  }
  return { do: 'nothing' }
}

function decideRunningBuild({ running }: Facts): Action | undefined {
  if (!running) return undefined
  const { build, observed } = running
  if (build.cancelRequestedAt !== null) return { do: 'cancelBuild', build }
  if (observed.state === 'absent') return { do: 'startBuild', build }
  if (observed.state !== 'running') return { do: 'finishBuild', build, observed }
  const isNews =
    JSON.stringify(build.steps) !== JSON.stringify(observed.steps) ||
    (observed.plan !== undefined && build.plan === null) ||
    (observed.commit !== undefined && build.subject !== observed.commit.subject)
  return isNews ? { do: 'recordProgress', build, observed } : undefined
}

const vanished: Failure = {
  code: 'release_command_failed',
  message: 'Nothing is left of the release command, and nothing tells how it ended.',
  hint: 'It may have done a part of its work: look before you deploy again.',
}

/** One that runs is waited for, even where another release is wanted by now: two at once would meddle with each other. */
function decideCommand(facts: Facts): Action | undefined {
  const { command, deployment, target } = facts
  if (!command) return undefined
  const { releaseId, observed } = command
  if (deployment.wanted === 'stopped') return { do: 'cancelCommand', releaseId }
  if (observed.state === 'running') return undefined
  const failure =
    observed.state === 'failed' ? observed.failure : observed.state === 'absent' ? vanished : undefined
  // On record first, so that it is told whatever ends us.
  const end = failure && target?.id === releaseId ? decideEnd(facts, target, failure) : undefined
  return end ?? { do: 'endCommand', releaseId, observed }
}

function decideRepair({ drift }: Facts, release: ReleaseWithBuild): Action | undefined {
  const { differences } = drift
  const isDue = drift.isRepairAsked || (drift.repairsItself && differences.length > 0)
  return isDue ? { do: 'repairDrift', release, differences } : undefined
}

/** The run was there. */
const wasApplied = ({ deployment, drift: { applied } }: Facts, release: ReleaseWithBuild): boolean =>
  applied?.clusterId === deployment.clusterId &&
  applied.releaseId === release.id &&
  applied.run === deployment.run

/** What runs, if anything, is not what Slipway started, and a person has to say what becomes of it. */
const isChangedByOthers = ({ drift }: Facts): boolean => isOfWhatRuns(drift.differences)

function decideTarget(facts: Facts, release: ReleaseWithBuild): Action | undefined {
  const { deployment, instances } = facts
  const isTarget = (one: Instance) => one.releaseId === release.id && one.run === deployment.run
  const current = instances.find(isTarget)
  const others = instances.filter(one => !isTarget(one))

  if (!current) {
    const { refused } = facts
    if (wasApplied(facts, release) && isChangedByOthers(facts)) return undefined
    if (refused?.releaseId === release.id && refused.run === deployment.run)
      return decideEnd(facts, release, refused.failure) ?? decideGivingUp(facts, refused.failure)
    if (facts.command) return undefined
    if (release.commandState === 'waiting') return { do: 'startCommand', release }
    const isInTheWay = (one: Instance) => one.state !== 'exited' && one.fixedPort !== null
    return others.some(isInTheWay)
      ? { do: 'retireOthers', isKept: one => !isInTheWay(one) }
      : { do: 'startRun', release }
  }
  const { applied } = facts.drift
  const { outOf } = current
  if (outOf !== undefined && !wasApplied(facts, release))
    return { do: 'noteApplied', release, instances: outOf }
  // One that was ready and is not now has taken the traffic all the same: the cluster brings it back.
  const hasArrived = current.state === 'ready' || (current.state === 'starting' && current.readyAt !== null)
  if (hasArrived && (release.status === 'releasing' || deployment.servingReleaseId !== release.id))
    return { do: 'promote', release }
  if (outOf !== undefined && applied?.instances !== deployment.instances)
    return { do: 'scale', instances: deployment.instances, has: outOf }
  if (current.state === 'ready') {
    const isKept = (one: Instance) => isTarget(one) || (isCrash(facts, one) && !isStable(facts, current))
    return instances.every(isKept) ? undefined : { do: 'retireOthers', isKept }
  }
  if (current.state === 'exited') {
    if (release.status !== 'releasing' && isChangedByOthers(facts)) return undefined
    const failure = current.failure ?? stoppedFromOutside
    return decideEnd(facts, release, failure) ?? decideCrash(facts, failure)
  }
  return undefined
}

/** A release that was on its way has failed; the newest run of the one that serves goes on. */
function decideEnd(
  { deployment, instances }: Facts,
  release: ReleaseWithBuild,
  failure: Failure,
): Action | undefined {
  if (release.status !== 'releasing') return undefined
  const serving = instances.findLast(
    one => one.releaseId === deployment.servingReleaseId && one.state !== 'exited',
  )
  return { do: 'failRelease', release, failure, run: serving?.run }
}

function decideCrash(facts: Facts, failure: Failure): Action | undefined {
  const crashes = countCrashes(facts)
  if (crashes >= facts.limits.crashes) return decideGivingUp(facts, failure)
  return restartInMs(facts, crashes) <= 0 ? { do: 'restartCrashed' } : undefined
}

/** Said once, and not while a build may mend it: that one's end is worth more. */
function decideGivingUp({ deployment, running, queued }: Facts, failure: Failure): Action | undefined {
  const isSaid = deployment.failure?.message === failure.message
  return isSaid || running || queued ? undefined : { do: 'giveUp', failure }
}

function decideStatus(facts: Facts): Action | undefined {
  const status = toStatus(facts)
  return status === facts.deployment.status ? undefined : { do: 'setStatus', status }
}

function toStatus({ deployment, running, queued, target, instances }: Facts): DeploymentStatus {
  if (running) return 'building'
  if (queued) return 'queued'
  if (deployment.wanted === 'stopped') return 'stopped'
  if (deployment.failure) return 'failed'
  if (!target) return 'idle'
  if (target.status === 'releasing') return 'releasing'
  const current = instances.find(one => one.releaseId === target.id && one.run === deployment.run)
  const isFirst = deployment.run === deployment.firstRun
  const isOnItsWay = current?.state === 'starting' && current.readyAt === null
  return isFirst && isOnItsWay ? 'releasing' : 'live'
}

function decideWaiting(facts: Facts): Action | undefined {
  const { deployment, target, instances } = facts
  if (deployment.wanted !== 'running' || !target) return undefined
  const current = instances.find(one => one.releaseId === target.id && one.run === deployment.run)
  if (current?.state === 'exited') {
    if (isChangedByOthers(facts)) return undefined
    const crashes = countCrashes(facts)
    return crashes < facts.limits.crashes
      ? { do: 'wait', afterMs: Math.max(restartInMs(facts, crashes), 1) }
      : undefined
  }
  const isTarget = (one: Instance) => one.releaseId === target.id && one.run === deployment.run
  const hasHistory = current?.state === 'ready' && current.readyAt !== null && !instances.every(isTarget)
  return hasHistory
    ? { do: 'wait', afterMs: Math.max(leftMs(facts, current?.readyAt ?? 0, facts.limits.stableAfterMs), 1) }
    : undefined
}

const stoppedFromOutside: Failure = {
  code: 'app_crashed',
  message: 'The app was stopped from outside Slipway.',
  hint: 'Start it again.',
}

const isCrash = ({ deployment }: Facts, one: Instance) =>
  one.state === 'exited' && one.releaseId === deployment.targetReleaseId && one.run >= deployment.firstRun

const isStable = (facts: Facts, one: Instance) =>
  one.readyAt !== null && leftMs(facts, one.readyAt, facts.limits.stableAfterMs) === 0

const wasStable = ({ limits, now }: Facts, one: Instance) =>
  one.readyAt !== null && (one.exitedAt ?? now) - one.readyAt >= limits.stableAfterMs

/** Crashes in a row, newest first, until a run that was stable. */
function countCrashes(facts: Facts): number {
  const crashed = facts.instances.filter(one => isCrash(facts, one)).sort((a, b) => b.run - a.run)
  const stable = crashed.findIndex(one => wasStable(facts, one))
  return stable === -1 ? crashed.length : stable + 1
}

function restartInMs(facts: Facts, crashes: number): number {
  const { run, targetReleaseId } = facts.deployment
  const last = facts.instances.find(one => one.run === run && one.releaseId === targetReleaseId)
  const backoffMs = facts.limits.firstBackoffMs * 2 ** Math.max(crashes - 1, 0)
  return leftMs(facts, last?.exitedAt ?? facts.now, backoffMs)
}

/** What is left of a time that began at `since`. A time that begins in the future tells of a clock that went back: nothing. */
const leftMs = ({ now }: Facts, since: number, ms: number): number =>
  since > now ? 0 : Math.max(since + ms - now, 0)
