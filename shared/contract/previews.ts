import { z } from 'zod'
import { previewSettingSchema } from '../domain/preview.ts'
import { byId, entry } from './entry.ts'

export const previews = {
  /** Whether pull requests have deployments of their own, which there are, and why others have none. */
  get: entry.input(byId).output(previewSettingSchema),
  /** Off removes those that there are. */
  set: entry.input(byId.extend({ isOn: z.boolean() })).output(previewSettingSchema),
}
