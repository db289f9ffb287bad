import { eventIterator } from '@orpc/contract'
import { z } from 'zod'
import { domainSchema, hostSchema } from '../domain/domain.ts'
import { importReportSchema, mostExportBytes, passphraseSchema } from '../domain/export-file.ts'
import { keptFolderSchema, writtenFilesSchema } from '../domain/kept-folder.ts'
import { metricsHistorySchema, metricsSchema } from '../domain/metrics.ts'
import { nameSchema } from '../domain/name.ts'
import {
  activitySchema,
  buildSchema,
  buildSummarySchema,
  idSchema,
  settingsSchema,
  userListSchema,
  userSchema,
} from '../domain/records.ts'
import { deploymentSpaceSchema, totalSpaceSchema } from '../domain/space.ts'
import { userNameSchema } from '../domain/user.ts'
import { variableChangesSchema, variableListSchema } from '../domain/variable.ts'
import { addOns } from './add-ons.ts'
import { clusters } from './clusters.ts'
import { deployments } from './deployments.ts'
import { drift } from './drift.ts'
import { byId, entry } from './entry.ts'
import { accounts, github } from './github.ts'
import { logs } from './logs.ts'
import { previews } from './previews.ts'
import { pushes } from './pushes.ts'
import { reports } from './reports.ts'
import { shells } from './shells.ts'
import { sources } from './sources.ts'

const page = { before: idSchema.optional(), limit: z.number().int().min(1).max(500).default(100) }

const exportText = z.string().max(mostExportBytes)

/** All that can be asked, by noun. Nouns of many verbs have a file each beside this one. */
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

  accounts,
  github,

  projects: {
    /** With its deployments, to another user. Where that one has a project of the same source already, the two become one. */
    give: entry.input(byId.extend({ ownerId: idSchema })).output(z.object({})),
  },

  clusters,
  sources,
  deployments,
  addOns,
  drift,
  pushes,
  previews,
  reports,

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

  metrics: {
    /** What it takes of CPU and memory, now and before. Measured more often while somebody asks. */
    of: entry.input(byId).output(metricsHistorySchema),
    /** What all that run take; those that take most memory come first, at most a hundred. */
    top: entry.output(z.array(metricsSchema)),
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

  logs,
  shells,

  activity: {
    /** `user`: what that one did, by name, since history outlives its users. `problems`: what went wrong only. */
    list: entry
      .input(
        z.object({
          ...page,
          deploymentId: idSchema.optional(),
          user: z.string().max(200).optional(),
          problems: z.literal(true).optional(),
        }),
      )
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
          .omit({ secretPlace: true, restoration: true, currentUserId: true, gitHubClientIds: true })
          .extend({ restoration: z.null() })
          .partial(),
      )
      .output(settingsSchema),
    /** For whoever helps: JSON without secrets, with the end of Slipway's own log. */
    diagnostics: entry.output(z.object({ text: z.string() })),
  },
}
export type Contract = typeof contract
