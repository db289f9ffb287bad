import type { V1Job } from '@kubernetes/client-node'
import { z } from 'zod'
import { planSchema } from '../../../../shared/domain/plan.ts'
import { commitSchema, stepSchema } from '../../../../shared/domain/records.ts'
import { buildTiers } from './tiers.ts'

const recordSchema = z.object({
  plan: planSchema,
  commit: commitSchema,
  /** Of what was done before the Job. */
  steps: z.array(stepSchema),
  timeLimitMs: z.number(),
  /** Without the digest, which is known at the end. */
  image: z.string(),
  /** Without a login; empty: this computer sends the code. */
  gitUrl: z.string(),
  tier: z.enum(buildTiers),
  /** Names of variables whose values are masked. */
  secretNames: z.array(z.string()),
})
/** What a build's Job says about it, so that a Slipway that was closed meanwhile knows it again. Holds no secret. */
export type BuildRecord = z.infer<typeof recordSchema>

const annotation = 'slipway.dev/build'

export const toAnnotations = (record: BuildRecord): Record<string, string> => ({
  [annotation]: JSON.stringify(record),
})

export function readBuildRecord(job: V1Job): BuildRecord | undefined {
  try {
    return recordSchema.parse(JSON.parse(job.metadata?.annotations?.[annotation] ?? ''))
  } catch {
    return undefined
  }
}
