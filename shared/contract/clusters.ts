import { eventIterator } from '@orpc/contract'
import { z } from 'zod'
import {
  clusterChangesSchema,
  clusterRoles,
  connectionSchema,
  contextSchema,
  preflightEventSchema,
  shownClusterSettingsSchema,
} from '../domain/cluster.ts'
import { installedRegistrySchema, registryStepSchema } from '../domain/cluster-registry.ts'
import { leftBehindSchema } from '../domain/left-behind.ts'
import { readBackReportSchema } from '../domain/read-back.ts'
import { clusterSchema, idSchema } from '../domain/records.ts'
import { surveySchema } from '../domain/survey.ts'
import { byId, entry } from './entry.ts'

/** Why limits of users that were changed do not hold yet, if they do not. */
const limitNote = z.string().nullable()

export const clusters = {
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
  settings: entry.input(byId).output(shownClusterSettingsSchema),
  /**
   * Adds a context as a cluster, or changes the one that it is already. Asks it, so a context that starts a program needs
   * `mayStart`. A registry that the cluster announces is taken as
   * found, where none is given.
   */
  add: entry
    .input(z.object({ context: z.string().min(1).max(1000), changes: clusterChangesSchema }))
    .output(z.object({ id: idSchema, note: limitNote })),
  update: entry.input(byId.extend({ changes: clusterChangesSchema })).output(z.object({ note: limitNote })),
  /** Asks the cluster for its version. */
  connect: entry.input(byId).output(z.object({ version: z.string() })),
  /**
   * What it has room for, what Slipway has there and what that takes, as far as who asks may see it. Ends within ten seconds.
   */
  survey: entry.input(byId).output(surveySchema),
  /**
   * What the cluster can and cannot do, check by check; `proves` also tries what cannot be asked, which takes a minute. Ends by
   * itself; breaking it off leaves nothing.
   */
  preflight: entry.input(byId.extend({ proves: z.boolean() })).output(eventIterator(preflightEventSchema)),
  /** The registry that Slipway installed there, or the objects that it would install. */
  registry: entry.input(byId).output(installedRegistrySchema),
  /** Goes on where it was broken off. Refused where another registry is set. */
  installRegistry: entry.input(byId).output(eventIterator(registryStepSchema)),
  /** With all images, so it is refused while deployments use them, unless `losesImages`. */
  removeRegistry: entry
    .input(byId.extend({ losesImages: z.boolean() }))
    .output(eventIterator(registryStepSchema)),
  /** Kubernetes objects, as YAML, that make an owner or a member of the person in the kubeconfig. */
  rbac: entry.input(byId.extend({ role: z.enum(clusterRoles) })).output(z.object({ yaml: z.string() })),
  /** Adds to the records what runs there and is not on record, with its secrets. Nothing in the cluster is changed. */
  readBack: entry.input(byId).output(readBackReportSchema),
  /** What may be left of deployments that were forgotten, in any cluster. */
  left: entry.output(z.array(leftBehindSchema)),
  /** By the id of the deployment: nobody has to know any more. */
  dismissLeft: entry.input(byId).output(z.object({})),
  /** Refused while something is deployed there, unless that is forgotten too. Nothing in the cluster is changed. */
  remove: entry.input(byId.extend({ forgets: z.boolean().default(false) })).output(z.object({})),
}
