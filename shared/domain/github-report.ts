import { z } from 'zod'
import { failureSchema } from './failure.ts'

/** Of a deployment at GitHub; its own words. */
export const reportStates = ['queued', 'in_progress', 'success', 'failure', 'inactive'] as const
export type ReportState = (typeof reportStates)[number]

/**
 * Whether GitHub is told where a commit runs. `place`: `elsewhere` is no repository at a GitHub that is known; at one of
 * `signed_out` nobody is signed in who could tell. `trouble`: why GitHub does not know.
 */
export const reportSettingSchema = z.object({
  isOn: z.boolean(),
  place: z.enum(['ready', 'signed_out', 'elsewhere']),
  told: z.object({ sha: z.string(), state: z.enum(reportStates) }).nullable(),
  trouble: failureSchema.nullable(),
})
export type ReportSetting = z.infer<typeof reportSettingSchema>

const privateHost =
  /^(?:localhost|.*\.(?:localhost|local|internal|test|lan|home\.arpa)|(?:127|10)\.[\d.]+|192\.168\.[\d.]+|169\.254\.[\d.]+|172\.(?:1[6-9]|2\d|3[01])\.[\d.]+|\[.*\])$/

/** The URL, where somebody elsewhere could open it. A name in sslip.io or nip.io leads where the address in it does. */
export function toPublicUrl(url: string): string | undefined {
  const host = URL.canParse(url) ? new URL(url).hostname : ''
  const embedded = /(?:^|[.-])(\d{1,3}([.-])\d{1,3}\2\d{1,3}\2\d{1,3})\.(?:sslip|nip)\.io$/.exec(host)?.[1]
  const reached = embedded?.replaceAll('-', '.') ?? host
  return reached === '' || !host.includes('.') || privateHost.test(reached) ? undefined : url
}
