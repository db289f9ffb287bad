import { z } from 'zod'
import { addOnSchema } from './add-on.ts'
import { failureSchema } from './failure.ts'
import { nameSchema } from './name.ts'
import { planEditsSchema, planSchema } from './plan.ts'
import { previewSchema } from './preview.ts'
import { sizeSchema } from './size.ts'
import { buildStatuses, commandStates, deploymentStatuses, releaseStatuses, wantedStates } from './status.ts'

/** Lower-case ULID: sorts by the time it was made. */
export const idSchema = z.string().regex(/^[0-9a-z]{26}$/)
/** UTC milliseconds. */
const time = z.number().int()

export const userSchema = z.object({ id: idSchema, name: z.string() })
export type User = z.infer<typeof userSchema>

/** `projects`: names of those that the user owns. `isCurrent`: who acts where nobody else is named. */
export const userListSchema = z.array(
  userSchema.extend({ projects: z.array(z.string()), isCurrent: z.boolean() }),
)
export type UserList = z.infer<typeof userListSchema>

export const clusterKinds = ['local', 'kubernetes'] as const
export const clusterSchema = z.object({ id: idSchema, kind: z.enum(clusterKinds), name: z.string() })
export type Cluster = z.infer<typeof clusterSchema>

export const sourceKinds = ['git', 'folder', 'image'] as const
/**
 * Where code comes from. `address`: any URL that git takes, the absolute path of a folder, or an image that is there already,
 * such as `docker.io/library/nginx`: its tag or digest stands in the place of a branch. Never carries credentials.
 */
export const sourceSchema = z.object({
  kind: z.enum(sourceKinds),
  address: z.string().trim().min(1).max(2000),
})
export type Source = z.infer<typeof sourceSchema>

/**
 * `sha`: 40 hex digits; for a folder that is not committed, a digest of its files; for an image, the 64 hex digits of its own.
 * `subject`: first line of the message; for an image, its name.
 */
export const commitSchema = z.object({
  sha: z.string(),
  subject: z.string(),
  author: z.string(),
  at: time,
})
export type Commit = z.infer<typeof commitSchema>

export const stepNames = ['fetch', 'plan', 'install', 'build', 'pack'] as const
/** One thing done in a step, such as `[build 2/5] RUN npm ci`. `isCached`: taken from an earlier build. */
export const stepPartSchema = z.object({
  title: z.string(),
  startedAt: time,
  finishedAt: time.nullable(),
  isCached: z.boolean(),
  hasFailed: z.boolean(),
})
export type StepPart = z.infer<typeof stepPartSchema>

export const stepSchema = z.object({
  name: z.enum(stepNames),
  status: z.enum(['running', 'succeeded', 'failed', 'skipped']),
  startedAt: time,
  finishedAt: time.nullable(),
  /** Sequence number of the step's first line in the build's log. */
  logSeq: z.number().int(),
  /** What it consists of, where that is known. */
  parts: z.array(stepPartSchema).optional(),
})
export type Step = z.infer<typeof stepSchema>

export const buildSchema = z.object({
  id: idSchema,
  deploymentId: idSchema,
  status: z.enum(buildStatuses),
  /** What was asked for, else what was built; author and subject are empty until the commit is fetched. */
  commit: commitSchema,
  plan: planSchema.nullable(),
  steps: z.array(stepSchema),
  /** The earlier build of the same things whose result it took, instead of building. */
  reusedBuildId: idSchema.nullable(),
  /** Why a queued one does not begin, as the end of a sentence; null when nothing keeps it. */
  waitsFor: z.string().nullable(),
  /** What the last builds of the deployment took, while this one runs; null when there was none. */
  usualMs: z.number().int().nullable(),
  failure: failureSchema.nullable(),
  requestedBy: z.string(),
  createdAt: time,
  startedAt: time.nullable(),
  finishedAt: time.nullable(),
})
export type Build = z.infer<typeof buildSchema>

/** A build as lists show it. */
export const buildSummarySchema = buildSchema.omit({ plan: true })
export type BuildSummary = z.infer<typeof buildSummarySchema>

export const releaseSchema = z.object({
  id: idSchema,
  deploymentId: idSchema,
  buildId: idSchema,
  /** Counts from 1 in each deployment. */
  number: z.number().int(),
  status: z.enum(releaseStatuses),
  commit: commitSchema,
  port: z.number().int().nullable(),
  /** What one instance may take. */
  size: sizeSchema,
  /** The number of the release that this one rolls back to. */
  rollbackTo: z.number().int().nullable(),
  failure: failureSchema.nullable(),
  requestedBy: z.string(),
  createdAt: time,
  liveAt: time.nullable(),
  endedAt: time.nullable(),
  /** How far its command is; null: it runs none. */
  commandState: z.enum(commandStates).nullable(),
})
export type Release = z.infer<typeof releaseSchema>

/**
 * Newest releases that were live whose artifact is kept: a checkout has all that its app depends on, an image shares its
 * layers with others.
 */
export const keptReleases = { local: 3, kubernetes: 10 } as const satisfies Record<
  (typeof clusterKinds)[number],
  number
>

/**
 * `startsAtOnce`: what it ran is kept, so that a rollback to it needs no build. `changes`: what is configured in another way
 * than in the release before.
 */
export const pastReleaseSchema = releaseSchema.extend({
  startsAtOnce: z.boolean(),
  changes: z.array(z.string()),
})
export type PastRelease = z.infer<typeof pastReleaseSchema>

/** Of all releases, the newest first: the one that was live before what serves, and ran something else. */
export const findPrevious = <R extends Release>(
  releases: readonly R[],
  serving: Release | null,
): R | undefined =>
  releases.find(
    one => one.liveAt !== null && one.number < (serving?.number ?? 0) && one.buildId !== serving?.buildId,
  )

/** What is there, as the cluster driver sees it; apart from the status, which is what Slipway is doing. */
export const healthSchema = z.object({
  ready: z.number().int(),
  wanted: z.number().int(),
  restarts: z.number().int(),
  /** Why it is not ready, in plain words; null when all is well. */
  reason: z.string().nullable(),
  /** Process ids (local) or pod names of running instances. */
  instances: z.array(z.string()),
  /** Port that the app really listens on. */
  port: z.number().int().nullable(),
  since: time.nullable(),
})
export type Health = z.infer<typeof healthSchema>

/** A row of the board. */
export const deploymentSchema = z.object({
  id: idSchema,
  name: nameSchema,
  status: z.enum(deploymentStatuses),
  wanted: z.enum(wantedStates),
  project: z.object({ id: idSchema, name: z.string(), source: sourceSchema }),
  owner: userSchema,
  cluster: clusterSchema,
  branch: z.string(),
  port: z.number().int().nullable(),
  planEdits: planEditsSchema,
  /** Whether the app goes on when Slipway quits. */
  keepsRunning: z.boolean(),
  /** Of the next release. Without effect on this computer, where nothing bounds an app. */
  size: sizeSchema,
  /** How many there should be; one on this computer. */
  instances: z.number().int(),
  /** Set for one that is a database of its project. */
  addOn: addOnSchema.nullable(),
  /** Set for one that is the preview of a pull request. */
  preview: previewSchema.nullable(),
  /** It listens nowhere: its addresses lead to nobody. */
  isWorker: z.boolean(),
  /** The command of a release runs now. */
  runsCommand: z.boolean(),
  /** Where people find it: its public address, where the cluster gives it one. */
  url: z.string(),
  /** Through Slipway's gateway. */
  localUrl: z.string(),
  health: healthSchema,
  /** How many things others have changed in its cluster, of which nobody has said anything yet. */
  differences: z.number().int(),
  /** Takes the traffic now. */
  serving: releaseSchema.nullable(),
  /** The newest build, finished or not. */
  latestBuild: buildSummarySchema.nullable(),
  /** Why the last deploy, start or run failed; null when it did not. */
  failure: failureSchema.nullable(),
  createdAt: time,
  changedAt: time,
})
export type Deployment = z.infer<typeof deploymentSchema>

export const activityVerbs = [
  'created',
  'changed',
  'deploy',
  'pushed',
  'push_skipped',
  'push_unknown',
  'built',
  'build_failed',
  'build_cancelled',
  'command_ran',
  'released',
  'release_failed',
  'rollback',
  'restart',
  'scale',
  'scale_refused',
  'repair',
  'repaired_itself',
  'repair_failed',
  'drift_kept',
  'drift_not_kept',
  'crashed',
  'stop',
  'start',
  'remove',
  'removed',
  'restored',
  'given',
  'exported',
  'imported',
  'read_back',
  'forgotten',
  'user_added',
  'user_renamed',
  'user_removed',
  'signed_in',
  'signed_out',
  'attached',
  'detached',
  'backed_up',
  'data_restored',
] as const

export type ActivityVerb = (typeof activityVerbs)[number]

/** What somebody has to look into. */
export const problemVerbs: readonly ActivityVerb[] = [
  ...([
    'build_failed',
    'release_failed',
    'crashed',
    'scale_refused',
    'repair_failed',
    'push_unknown',
    'restored',
  ] as const),
]

/** One line of history. The names are copies, so that the line outlives the records. */
export const activitySchema = z.object({
  id: idSchema,
  at: time,
  user: z.string(),
  verb: z.enum(activityVerbs),
  deploymentId: idSchema.nullable(),
  deployment: z.string().nullable(),
  detail: z.string(),
})
export type Activity = z.infer<typeof activitySchema>

/** What is left of a removed deployment, counted again afterwards. All zero means gone. */
export const residueSchema = z.object({
  processes: z.number().int(),
  checkouts: z.number().int(),
  logs: z.number().int(),
  rows: z.number().int(),
  /** Where the data of its kept folders was set aside; null when nothing was. */
  keptData: z.string().nullable(),
})
export type Residue = z.infer<typeof residueSchema>

/** Where the values of secrets are: in the computer's keychain under the name of a service, or in an encrypted file. */
export const secretPlaceSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('keychain'), service: z.string() }),
  z.object({ kind: z.literal('file') }),
])
export type SecretPlace = z.infer<typeof secretPlaceSchema>

/** A damaged database was set aside, and a copy took its place. UTC milliseconds. */
export const restorationSchema = z.object({ at: time, copyAt: time, setAside: z.string() })
export type Restoration = z.infer<typeof restorationSchema>

export const settingsSchema = z.object({
  /** The person knows that code deployed on this computer has their own rights. UTC milliseconds of the consent. */
  localConsentAt: time.nullable(),
  /** New deployments go on when Slipway quits. */
  keepsRunning: z.boolean(),
  /** Null before the first secret. */
  secretPlace: secretPlaceSchema.nullable(),
  /** Until somebody has read it. */
  restoration: restorationSchema.nullable(),
  /** Who acts where nobody else is named. Null before the first start. */
  currentUserId: idSchema.nullable(),
  /** Of the app that people sign in with by a code, by the address of the GitHub where it is registered. */
  gitHubClientIds: z.record(z.string(), z.string()),
  /** Which ends of builds and rollouts the desktop tells of. */
  notifies: z.enum(['everything', 'problems', 'nothing']),
  /** On this computer; the settings of a cluster have its own. */
  buildsAtOnce: z.int('A whole number from 1 to 16.').min(1).max(16),
  /** What all logs together may take of the disk. */
  logBytes: z.int('A whole number of bytes.').min(50e6).max(1e12),
})
export type Settings = z.infer<typeof settingsSchema>

/** Before anything was chosen. */
export const defaultSettings: Settings = {
  localConsentAt: null,
  keepsRunning: false,
  secretPlace: null,
  restoration: null,
  currentUserId: null,
  gitHubClientIds: {},
  notifies: 'everything',
  buildsAtOnce: 2,
  logBytes: 1e9,
}
