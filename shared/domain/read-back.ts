import { z } from 'zod'

export const readBackOutcomes = ['added', 'kept', 'refused'] as const

/**
 * What reading a cluster back has done. `kept`: it is here already, and was left as it is. `refused`: why is in `detail`. `missing`:
 * names of secrets whose values are nowhere in the cluster. `settings`: what was taken for the cluster, or has to be set, as sentences.
 */
export const readBackReportSchema = z.object({
  settings: z.array(z.string()),
  users: z.array(z.string()),
  deployments: z.array(
    z.object({
      name: z.string(),
      outcome: z.enum(readBackOutcomes),
      detail: z.string(),
      missing: z.array(z.string()),
    }),
  ),
})
export type ReadBackReport = z.infer<typeof readBackReportSchema>
