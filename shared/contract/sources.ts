import { z } from 'zod'
import { nameSchema } from '../domain/name.ts'
import { planEditsSchema, planSchema } from '../domain/plan.ts'
import { commitSchema, idSchema, sourceSchema } from '../domain/records.ts'
import { entry, source } from './entry.ts'

const branchSchema = z.object({ name: z.string(), sha: z.string() })

/** The account at GitHub that reads it; whose is found otherwise. */
const readAs = z.object({ accountId: idSchema.optional() })

export const sources = {
  /** Branches of a git source, default branch first. Empty for a folder. */
  branches: entry.input(z.intersection(source, readAs)).output(z.array(branchSchema)),
  /**
   * Fetches the head of a branch (the default one if empty) and finds the plan of its folder `root`, by the Dockerfile that is named.
   * `folders` have an app each; `.` is the top of the repository.
   */
  inspect: entry
    .input(
      z.object({
        source,
        branch: z.string(),
        ...planEditsSchema.pick({ root: true, dockerfile: true, target: true }).shape,
        clusterId: idSchema.optional(),
        ...readAs.shape,
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
}
