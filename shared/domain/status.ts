/**
 * Statuses and the moves between them. The database enforces the same lists (`CHECK`) and the same moves
 * (triggers made from these tables); a move that is not listed here cannot happen.
 */

export const deploymentStatuses = [
  'idle',
  'queued',
  'building',
  'releasing',
  'live',
  'failed',
  'stopped',
  'removing',
] as const
export type DeploymentStatus = (typeof deploymentStatuses)[number]

export const buildStatuses = ['queued', 'running', 'succeeded', 'failed', 'cancelled'] as const
export type BuildStatus = (typeof buildStatuses)[number]

/** `retired`: was live, another release took over or the deployment was stopped for good. */
export const releaseStatuses = ['releasing', 'live', 'retired', 'failed'] as const
export type ReleaseStatus = (typeof releaseStatuses)[number]

/** Of the command of a release: it runs once, so that it is begun again only where it had not begun. */
export const commandStates = ['waiting', 'started', 'ended'] as const
export type CommandState = (typeof commandStates)[number]

/** What should be, as the person asked; `status` says what Slipway is doing about it. */
export const wantedStates = ['running', 'stopped', 'removed'] as const

export const deploymentMoves = {
  idle: ['queued', 'releasing', 'stopped', 'removing'],
  queued: ['building', 'releasing', 'live', 'failed', 'stopped', 'idle', 'removing'],
  building: ['queued', 'releasing', 'live', 'failed', 'stopped', 'idle', 'removing'],
  releasing: ['queued', 'building', 'live', 'failed', 'stopped', 'removing'],
  live: ['queued', 'building', 'releasing', 'failed', 'stopped', 'removing'],
  failed: ['queued', 'building', 'releasing', 'live', 'stopped', 'removing'],
  stopped: ['queued', 'building', 'releasing', 'live', 'failed', 'removing'],
  removing: [],
} as const satisfies Record<DeploymentStatus, readonly DeploymentStatus[]>

export const buildMoves = {
  queued: ['running', 'succeeded', 'failed', 'cancelled'],
  running: ['succeeded', 'failed', 'cancelled'],
  succeeded: [],
  failed: [],
  cancelled: [],
} as const satisfies Record<BuildStatus, readonly BuildStatus[]>

export const releaseMoves = {
  releasing: ['live', 'retired', 'failed'],
  live: ['retired', 'failed'],
  retired: [],
  failed: [],
} as const satisfies Record<ReleaseStatus, readonly ReleaseStatus[]>

/** Whether the table lists the move. Staying is not a move. */
export function isLegalMove<S extends string>(moves: Record<S, readonly S[]>, from: S, to: S): boolean {
  return moves[from].includes(to)
}

export const isFinishedBuild = (status: BuildStatus): boolean => buildMoves[status].length === 0
