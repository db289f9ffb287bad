import { z } from 'zod'

/** A host such as `www.shop.example`. Names below `localhost` are the gateway's. */
export const hostSchema = z
  .string()
  .trim()
  .toLowerCase()
  .max(200, 'is longer than 200 characters')
  .regex(
    /^(?=.*\.[a-z])(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/,
    'is no domain, such as www.shop.example',
  )
  .refine(host => !host.endsWith('.localhost'), 'belongs to the gateway of this computer')

export const certificateStates = ['none', 'waiting', 'ready'] as const

/**
 * A host that leads to a deployment. `isOwn`: the one below the cluster's base domain. `record`: what has to be in the DNS; null
 * while the cluster names no address. `detail`: what the certificate waits for.
 */
export const domainSchema = z.object({
  host: z.string(),
  isOwn: z.boolean(),
  url: z.string(),
  record: z.object({ type: z.enum(['A', 'AAAA', 'CNAME']), value: z.string() }).nullable(),
  certificate: z.object({ state: z.enum(certificateStates), detail: z.string() }),
})
export type Domain = z.infer<typeof domainSchema>
