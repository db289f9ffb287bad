/**
 * Every effect of the pipeline, by name. Each passes the `checkpoint` dependency before and after; a test reads this
 * list, kills the process at each, and compares what comes of it with an undisturbed run.
 */
export const effects = [
  'startBuild',
  'reuseBuild',
  'recordProgress',
  'finishBuild',
  'cancelBuild',
  'collectArtifacts',
  'keepFolders',
  'startCommand',
  'endCommand',
  'cancelCommand',
  'startRun',
  'promote',
  'scale',
  'noteApplied',
  'repairDrift',
  'retireOthers',
  'failRelease',
  'restartCrashed',
  'giveUp',
  'stopAll',
  'setStatus',
  'removeFromCluster',
  'removeLogs',
  'removeRows',
] as const
/** Those that need a cluster in which an app can have several instances, and which others can change. */
export const effectsOfSeveral: readonly Effect[] = ['scale', 'noteApplied', 'repairDrift']

export type Effect = (typeof effects)[number]

export type Checkpoint = (name: `${Effect}:${'before' | 'after'}`) => Promise<void> | void
