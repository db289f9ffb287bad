import { z } from 'zod'
import { leftBehindSchema } from '../domain/left-behind.ts'
import { nameSchema } from '../domain/name.ts'
import { planEditsSchema } from '../domain/plan.ts'
import {
  buildSchema,
  deploymentSchema,
  idSchema,
  pastReleaseSchema,
  residueSchema,
} from '../domain/records.ts'
import { instancesSchema, sizeSchema } from '../domain/size.ts'
import { variableEditSchema } from '../domain/variable.ts'
import { byId, entry, source } from './entry.ts'

const portRule = 'A port is a whole number from 1 to 65535.'
const port = z.int(portRule).min(1, portRule).max(65535, portRule).nullable()
/** The most deployments that one request gives. */
export const mostAtOnce = 100

export const deployments = {
  /** A page of them, the newest first, or those that changed last; or those of the ids that are there, in any order. */
  list: entry
    .input(
      z
        .object({
          before: idSchema,
          ids: z.array(idSchema).max(mostAtOnce),
          lastChanged: z.literal(true),
        })
        .partial()
        .prefault({}),
    )
    .output(z.array(deploymentSchema)),
  get: entry
    .input(byId)
    .output(deploymentSchema.extend({ releases: z.array(pastReleaseSchema), builds: z.array(buildSchema) })),
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
        /** Both in a cluster only. */
        size: sizeSchema.optional(),
        instances: instancesSchema.optional(),
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
  /** Another number of instances, in a cluster. No new release: what runs goes on. */
  scale: entry.input(byId.extend({ instances: instancesSchema })).output(z.object({})),
  /** What one instance may take, from the next release on. `apply`: the build that serves is released anew with it. */
  resize: entry
    .input(byId.extend({ size: sizeSchema, apply: z.boolean() }))
    .output(z.object({ applied: z.enum(['nothing', 'release']) })),
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
  /**
   * For one in a cluster whose removal does not come to its end: the records go, nothing in the cluster is changed, and what may be
   * left there is kept as a list. Asks for the name.
   */
  forget: entry.input(byId.extend({ name: z.string() })).output(leftBehindSchema),
  /** The count after removal; null while it goes on. */
  residue: entry.input(byId).output(residueSchema.nullable()),
}
