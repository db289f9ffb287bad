import { z } from 'zod'
import { pushSettingSchema, watchedPathsSchema } from '../domain/push.ts'
import { byId, entry } from './entry.ts'

export const pushes = {
  /** Whether a push deploys, and how the look for one went. */
  get: entry.input(byId).output(pushSettingSchema),
  /** From the branch's head of now on: what was pushed before is not deployed by it. `paths` are as before when they are left out. */
  set: entry
    .input(byId.extend({ isOn: z.boolean(), paths: watchedPathsSchema.optional() }))
    .output(pushSettingSchema),
}
