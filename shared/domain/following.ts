import { z } from 'zod'
import { previewSchema } from './preview.ts'
import { watchedPathsSchema } from './push.ts'

/** What a deployment does by itself with its repository, as it is written down elsewhere: left out is as it is when nobody set it. */
export const followingSchema = z.object({
  /** A push deploys it, where one of the paths changes. */
  push: z.object({ paths: watchedPathsSchema }).optional(),
  /** GitHub is not told where it runs. */
  isUntold: z.literal(true).optional(),
  /** Pull requests into its branch have previews. */
  hasPreviews: z.literal(true).optional(),
})
export type Following = z.infer<typeof followingSchema>

/** The request that it is the preview of, and when something was pushed to that last. */
export const previewRecordSchema = previewSchema.extend({ pushedAt: z.number().int() })
export type PreviewRecord = z.infer<typeof previewRecordSchema>
