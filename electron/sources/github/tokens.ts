import { z } from 'zod'

/** What proves who somebody is. Kept in the secret store as a whole, and nowhere else. */
export const tokensSchema = z.object({
  token: z.string(),
  /** Of a GitHub App, whose tokens live for hours: brings the next one, without a secret. */
  refresh: z.object({ token: z.string(), clientId: z.string(), tokenEndsAt: z.number() }).optional(),
})
export type Tokens = z.infer<typeof tokensSchema>
