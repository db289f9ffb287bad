import { z } from 'zod'
import { idSchema } from './records.ts'

/** What may be left in a cluster of a deployment that was forgotten. `id`: the deployment's. `things`: what to look for, for people. */
export const leftBehindSchema = z.object({
  id: idSchema,
  deployment: z.string(),
  cluster: z.string(),
  things: z.array(z.string()),
  at: z.number().int(),
})
export type LeftBehind = z.infer<typeof leftBehindSchema>
