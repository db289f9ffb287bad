import { eventIterator } from '@orpc/contract'
import { z } from 'zod'
import {
  backupSchema,
  backupStepSchema,
  engineSchema,
  restoreStepSchema,
  volumeSchema,
} from '../domain/add-on.ts'
import { nameSchema } from '../domain/name.ts'
import { deploymentSchema, idSchema } from '../domain/records.ts'
import { variableNameSchema } from '../domain/variable.ts'
import { byId, entry } from './entry.ts'

/** `variables`: those of the asking deployment that lead to it. `attached`: names of all that have one. */
export const addOnListSchema = z.array(
  z.object({
    id: idSchema,
    name: nameSchema,
    engine: engineSchema,
    status: deploymentSchema.shape.status,
    variables: z.array(z.string()),
    attached: z.array(nameSchema),
  }),
)
export type AddOnList = z.infer<typeof addOnListSchema>

const attachment = z.object({ id: idSchema, deploymentId: idSchema })

export const addOns = {
  /** Of the project of a deployment, by name. */
  list: entry.input(byId).output(addOnListSchema),
  /**
   * Makes one for the project of the deployment, where that runs, and queues its first build. `image`: where the engine's comes
   * from, without a tag. Nothing is attached to it yet.
   */
  create: entry
    .input(
      byId.extend({
        engine: engineSchema,
        name: nameSchema.optional(),
        version: z.string().trim().min(1).max(128).optional(),
        image: z.string().trim().min(1).max(500).optional(),
        volumeGib: volumeSchema.optional(),
      }),
    )
    .output(z.object({ id: idSchema, name: nameSchema, buildId: idSchema })),
  /** The deployment finds it through a secret variable from now on, and what serves is released anew with it. */
  attach: entry
    .input(attachment.extend({ variable: variableNameSchema.optional() }))
    .output(z.object({ variable: z.string(), applied: z.enum(['nothing', 'release', 'build']) })),
  /** Takes its variables from the deployment, and releases what serves without them. */
  detach: entry.input(attachment).output(z.object({ applied: z.enum(['nothing', 'release', 'build']) })),
  /** On this computer, the newest first; they stay when the add-on is removed. */
  backups: entry.input(byId).output(z.array(backupSchema)),
  /** Writes one while it is listened to; who stops listening leaves nothing behind. */
  backup: entry.input(byId).output(eventIterator(backupStepSchema)),
  /**
   * The add-on has what the file has and nothing else, from then on. `file`: one of its backups, or the absolute path of any. Asks
   * for the name.
   */
  restore: entry
    .input(byId.extend({ file: z.string().min(1).max(4000), name: z.string() }))
    .output(eventIterator(restoreStepSchema)),
}
