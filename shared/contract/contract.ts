import { eventIterator, oc } from '@orpc/contract'
import { z } from 'zod'
import {
  clusterChangesSchema,
  clusterRoles,
  clusterSettingsSchema,
  connectionSchema,
  contextSchema,
  preflightEventSchema,
} from '../domain/cluster.ts'
import { domainSchema, hostSchema } from '../domain/domain.ts'
import { importReportSchema, mostExportBytes, passphraseSchema } from '../domain/export-file.ts'
import { failureSchema } from '../domain/failure.ts'
import { keptFolderSchema, writtenFilesSchema } from '../domain/kept-folder.ts'
import {
  logDiskSchema,
  logLineSchema,
  logPageSchema,
  logQuerySchema,
  logRefSchema,
  logSearchStepSchema,
  logSpanSchema,
} from '../domain/log.ts'
import { nameSchema } from '../domain/name.ts'
import { folderSchema, planEditsSchema, planSchema } from '../domain/plan.ts'
import {
  activitySchema,
  buildSchema,
  buildSummarySchema,
  clusterSchema,
  commitSchema,
  deploymentSchema,
  idSchema,
  pastReleaseSchema,
  residueSchema,
  settingsSchema,
  sourceSchema,
  userListSchema,
  userSchema,
} from '../domain/records.ts'
import { deploymentSpaceSchema, totalSpaceSchema } from '../domain/space.ts'
import { userNameSchema } from '../domain/user.ts'
import { variableChangesSchema, variableEditSchema, variableListSchema } from '../domain/variable.ts'

/** Every entry can fail in one way: `FAILED`, which carries what to show. */
const entry = oc.errors({ FAILED: { data: failureSchema } })

const byId = z.object({ id: idSchema })
/** What is kept and shown is no place for a login. */
const source = sourceSchema.refine(
  ({ kind, address }) =>
    kind === 'folder' || !/^(?:https?:\/\/[^/]*@|[a-z+]+:\/\/[^/]*:[^/]*@)/i.test(address),
  'The address holds a login, which would be kept where anybody can read it. Leave it out: git asks its credential helper, or use the ssh address.',
)
const portRule = 'A port is a whole number from 1 to 65535.'
const port = z.int(portRule).min(1, portRule).max(65535, portRule).nullable()
/** The most deployments that one request gives. */
export const mostAtOnce = 100
const page = { before: idSchema.optional(), limit: z.number().int().min(1).max(500).default(100) }

const exportText = z.string().max(mostExportBytes)

export const branchSchema = z.object({ name: z.string(), sha: z.string() })

export const contract = {
  session: {
    /** Who asks, and what is on the other side. `surface` tells how Slipway was opened. */
    info: entry.output(
      z.object({
        version: z.string(),
        surface: z.enum(['window', 'browser', 'terminal']),
        user: userSchema,
        gatewayPort: z.number().int(),
        dataFolder: z.string(),
      }),
    ),
    /**
     * Brings what runs to the person: the window to the front (`url` is null), or a fresh link into the browser session. For
     * another process of the same user only.
     */
    open: entry.output(z.object({ url: z.string().nullable() })),
  },

  changes: {
    /**
     * Names what to ask for again, batched: at most a handful of messages a second. `deployments` holds ids; the rest
     * of the record (builds, releases, health) changes with its deployment.
     */
    watch: entry.output(eventIterator(z.object({ deployments: z.array(idSchema), hasOther: z.boolean() }))),
  },

  users: {
    /** By name. */
    list: entry.output(userListSchema),
    add: entry.input(z.object({ name: userNameSchema })).output(userSchema),
    /** History keeps the name it was written with. */
    rename: entry.input(byId.extend({ name: userNameSchema })).output(userSchema),
    /** Refused for who owns projects, and for who acts. */
    remove: entry.input(byId).output(z.object({})),
    /** From now on who acts, in the window, in browsers and in terminals. */
    use: entry.input(byId).output(userSchema),
  },

  projects: {
    /** With its deployments, to another user. Where that one has a project of the same source already, the two become one. */
    give: entry.input(byId.extend({ ownerId: idSchema })).output(z.object({})),
  },

  clusters: {
    list: entry.output(z.array(clusterSchema.extend({ connection: connectionSchema }))),
    /** Contexts of a kubeconfig file that are or could become clusters; of the usual files if none is named. */
    contexts: entry
      .input(z.object({ kubeconfig: z.string().max(4000).nullable() }))
      .output(z.object({ files: z.array(z.string()), contexts: z.array(contextSchema) })),
    /** Keeps a text that was pasted or dropped as a kubeconfig file of Slipway's own. */
    keepKubeconfig: entry
      .input(z.object({ text: z.string().max(10 * 1024 * 1024) }))
      .output(z.object({ kubeconfig: z.string() })),
    /** What is set for a Kubernetes cluster. */
    settings: entry.input(byId).output(clusterSettingsSchema),
    /**
     * Adds a context as a cluster, or changes the one that it is already. Asks it, so a context that starts a program needs
     * `mayStart`. A registry that the cluster announces is taken as
     * found, where none is given.
     */
    add: entry
      .input(z.object({ context: z.string().min(1).max(1000), changes: clusterChangesSchema }))
      .output(z.object({ id: idSchema })),
    update: entry.input(byId.extend({ changes: clusterChangesSchema })).output(z.object({})),
    /** Asks the cluster for its version. */
    connect: entry.input(byId).output(z.object({ version: z.string() })),
    /**
     * What the cluster can and cannot do, check by check; `proves` also tries what cannot be asked, which takes a minute. Ends by
     * itself; breaking it off leaves nothing.
     */
    preflight: entry.input(byId.extend({ proves: z.boolean() })).output(eventIterator(preflightEventSchema)),
    /** Kubernetes objects, as YAML, that make an owner or a member of the person in the kubeconfig. */
    rbac: entry.input(byId.extend({ role: z.enum(clusterRoles) })).output(z.object({ yaml: z.string() })),
    /** Refused while something is deployed there. Nothing in the cluster is changed. */
    remove: entry.input(byId).output(z.object({})),
  },

  sources: {
    /** Branches of a git source, default branch first. Empty for a folder. */
    branches: entry.input(source).output(z.array(branchSchema)),
    /**
     * Fetches the head of a branch (the default one if empty) and finds the plan of its folder `root`. `folders` have an app
     * each; `.` is the top of the repository.
     */
    inspect: entry
      .input(
        z.object({
          source,
          branch: z.string(),
          root: folderSchema.optional(),
          clusterId: idSchema.optional(),
        }),
      )
      .output(
        z.object({
          branch: z.string(),
          commit: commitSchema,
          plan: planSchema,
          name: nameSchema,
          folders: z.array(z.string()),
        }),
      ),
    /** The sample app that comes with Slipway, as a source. */
    sample: entry.output(sourceSchema),
  },

  deployments: {
    /** A page of them, the newest first; or those of the ids that are there, in any order. */
    list: entry
      .input(
        z
          .object({ before: idSchema, ids: z.array(idSchema).max(mostAtOnce) })
          .partial()
          .prefault({}),
      )
      .output(z.array(deploymentSchema)),
    get: entry
      .input(byId)
      .output(
        deploymentSchema.extend({ releases: z.array(pastReleaseSchema), builds: z.array(buildSchema) }),
      ),
    /** Makes the deployment and queues its first build. An empty branch means the default one. */
    create: entry
      .input(
        z.object({
          source,
          branch: z.string(),
          name: nameSchema,
          /** This computer, if none is named. */
          clusterId: idSchema.optional(),
          port,
          planEdits: planEditsSchema,
          keepsRunning: z.boolean().optional(),
          variables: z.array(variableEditSchema).max(1000).optional(),
          /** Who asks, otherwise. */
          ownerId: idSchema.optional(),
        }),
      )
      .output(z.object({ id: idSchema, buildId: idSchema })),
    /** Changes what the next deploy does. */
    update: entry
      .input(
        byId.extend({
          branch: z.string().optional(),
          port: port.optional(),
          planEdits: planEditsSchema.optional(),
          keepsRunning: z.boolean().optional(),
        }),
      )
      .output(z.object({})),
    /**
     * Queues a build of the branch's head; one that was queued already is replaced. What was built from the same things
     * before is released again at once, unless `isFresh`.
     */
    deploy: entry
      .input(byId.extend({ isFresh: z.boolean().optional() }))
      .output(z.object({ buildId: idSchema })),
    /**
     * Rolls an earlier release out again. What it ran starts at once as `releaseId`; where that was deleted, its commit is built
     * again by `buildId`, with the variables, edits and port of then. The other one is null.
     */
    rollback: entry
      .input(byId.extend({ releaseId: idSchema }))
      .output(z.object({ releaseId: idSchema.nullable(), buildId: idSchema.nullable() })),
    restart: entry.input(byId).output(z.object({})),
    stop: entry.input(byId).output(z.object({})),
    start: entry.input(byId).output(z.object({})),
    /**
     * Asks for the name. The rows are there, `removing`, until nothing else is left. `deletesData`: of its kept folders too;
     * otherwise that is set aside, and `residue` says where.
     */
    remove: entry
      .input(byId.extend({ name: z.string(), deletesData: z.boolean().default(false) }))
      .output(z.object({})),
    /** The count after removal; null while it goes on. */
    residue: entry.input(byId).output(residueSchema.nullable()),
  },

  folders: {
    /** Folders that outlive the releases, and those of which there still is data. */
    list: entry.input(byId).output(z.array(keptFolderSchema)),
    /** Keeps a folder from now on, with what the app that runs has written there. */
    keep: entry.input(byId.extend({ path: z.string().max(1000) })).output(z.object({})),
    /** From the next start on it is not kept any more. Its data stays, unless `deletesData`. */
    stop: entry
      .input(byId.extend({ path: z.string().max(1000), deletesData: z.boolean() }))
      .output(z.object({})),
    /** How much of the disk its checkouts, kept folders and logs take. Takes seconds. */
    space: entry.input(byId).output(deploymentSpaceSchema),
    /** What the app that serves has written into its checkout, where the next release does not see it. */
    written: entry.input(byId).output(writtenFilesSchema),
  },

  space: {
    /** How much of the disk all of Slipway takes, and what is left. Takes seconds, and is then kept for a minute. */
    total: entry.output(totalSpaceSchema),
  },

  variables: {
    /** By name. A secret's value never comes: its `value` is null. */
    list: entry.input(byId).output(variableListSchema),
    /**
     * Changes several in one go. `apply`: releases the build that serves with them, or builds its commit again where the
     * build knows one of them; `applied` says which.
     */
    save: entry
      .input(byId.extend({ changes: variableChangesSchema, apply: z.boolean() }))
      .output(z.object({ applied: z.enum(['nothing', 'release', 'build']) })),
  },

  domains: {
    /** The host that the cluster gives it, and its own. */
    list: entry.input(byId).output(z.object({ domains: z.array(domainSchema) })),
    add: entry.input(byId.extend({ host: hostSchema })).output(z.object({})),
    remove: entry.input(byId.extend({ host: hostSchema })).output(z.object({})),
  },

  builds: {
    /** `ownerId`: of that user's projects only. */
    list: entry
      .input(z.object({ ...page, ownerId: idSchema.optional() }))
      .output(z.array(buildSummarySchema.extend({ deployment: nameSchema }))),
    get: entry.input(byId).output(buildSchema),
    cancel: entry.input(byId).output(z.object({})),
  },

  logs: {
    /** Whether the disk has room for logs. A change is told of by `changes.watch`. */
    disk: entry.output(logDiskSchema),
    /** Up to `limit` lines before or after a sequence number; neither given: the newest. */
    read: entry
      .input(
        z.object({
          log: logRefSchema,
          before: z.number().int().optional(),
          after: z.number().int().optional(),
          limit: z.number().int().min(1).max(5000).default(1000),
        }),
      )
      .output(logPageSchema),
    /**
     * Lines after `after`, in batches, for as long as the log is open. At most a few batches are under way: the reader
     * says with `acknowledge` which it has drawn. `stream` is a name chosen by the reader.
     */
    follow: entry
      .input(z.object({ log: logRefSchema, after: z.number().int(), stream: z.string().max(100) }))
      .output(eventIterator(z.array(logLineSchema))),
    acknowledge: entry
      .input(z.object({ stream: z.string().max(100), seq: z.number().int() }))
      .output(z.object({})),
    /** The newest lines that match, oldest first, at most `limit`. */
    search: entry
      .input(
        logQuerySchema.extend({ log: logRefSchema, limit: z.number().int().min(1).max(1000).default(500) }),
      )
      .output(
        z.object({
          matches: z.array(logLineSchema),
          /** Where each match lies in its line. */
          spans: z.array(logSpanSchema),
          isComplete: z.boolean(),
        }),
      ),
    /** The nearest line before or after `from` that tells of an error. */
    findError: entry
      .input(z.object({ log: logRefSchema, from: z.number().int(), direction: z.enum(['earlier', 'later']) }))
      .output(z.object({ seq: z.number().int().nullable() })),
    /**
     * Looks through the logs of all deployments, or of those named, from the newest line to the oldest. What is found comes
     * in pieces, in that order; the last piece says why it is the last.
     */
    searchAll: entry
      .input(
        logQuerySchema.extend({
          deploymentIds: z.array(idSchema).max(1000).optional(),
          kinds: z.array(logRefSchema.shape.kind).optional(),
          since: z.number().int().optional(),
          until: z.number().int().optional(),
          context: z.number().int().min(0).max(10).default(1),
          limit: z.number().int().min(1).max(1000).default(200),
        }),
      )
      .output(eventIterator(logSearchStepSchema)),
  },

  activity: {
    list: entry
      .input(z.object({ ...page, deploymentId: idSchema.optional() }))
      .output(z.array(activitySchema)),
  },

  transfer: {
    /** The platform as the text of one file. Secrets go along only with a passphrase, sealed under it. */
    export: entry
      .input(z.object({ passphrase: passphraseSchema.nullable() }))
      .output(z.object({ text: z.string(), deployments: z.number().int(), secrets: z.number().int() })),
    /** What `import` would do with such a text and its passphrase. */
    inspect: entry.input(z.object({ text: exportText })).output(importReportSchema),
    /** Adds what is not here and starts nothing. Without the passphrase, secrets that are sealed in it are `missing`. */
    import: entry
      .input(z.object({ text: exportText, passphrase: passphraseSchema.nullable() }))
      .output(importReportSchema),
  },

  settings: {
    get: entry.output(settingsSchema),
    /** `restoration` can only be taken back, when it was read. */
    update: entry
      .input(
        settingsSchema
          .omit({ secretPlace: true, restoration: true, currentUserId: true })
          .extend({ restoration: z.null() })
          .partial(),
      )
      .output(settingsSchema),
  },
}
export type Contract = typeof contract
