import { z } from 'zod'
import { failureSchema } from './failure.ts'

/** Of all deployments of a project together. */
export const mostPreviews = 3
/** Without a push for so long, a preview is removed, and none is made. */
export const previewAgeMs = 14 * 24 * 3_600_000

const pullSchema = z.object({
  number: z.number().int().positive(),
  title: z.string(),
  /** Its page at GitHub. */
  url: z.string(),
})

/** The pull request that a deployment is the preview of. `isFork`: its branch is in another repository. */
export const previewSchema = pullSchema.extend({ parentId: z.string(), isFork: z.boolean() })

/**
 * Whether pull requests into the branch have deployments of their own. `place`: whether somebody is signed in at the GitHub where
 * the repository is (`elsewhere`: it is at none).
 */
export const previewSettingSchema = z.object({
  isOn: z.boolean(),
  place: z.enum(['ready', 'signed_out', 'elsewhere']),
  previews: z.array(
    pullSchema.extend({ deploymentId: z.string(), deployment: z.string(), isFork: z.boolean() }),
  ),
  /** Open requests that have none, and why, as a sentence. */
  without: z.array(pullSchema.extend({ why: z.string() })),
  trouble: failureSchema.nullable(),
  /** UTC milliseconds of the last answer; null before the first one since Slipway was started. */
  lookedAt: z.number().int().nullable(),
})
export type PreviewSetting = z.infer<typeof previewSettingSchema>

/** A valid name for the preview of a request: `blog-pr-12`. */
export function toPreviewName(parent: string, number: number): string {
  const end = `-pr-${number}`
  return `${parent.slice(0, 40 - end.length).replace(/-+$/, '')}${end}`
}
