import { z } from 'zod'
import { reportSettingSchema } from '../domain/github-report.ts'
import { byId, entry } from './entry.ts'

export const reports = {
  /** Whether GitHub is told where a commit runs, and what it was told last. */
  get: entry.input(byId).output(reportSettingSchema),
  /** GitHub is asked again at once, where it refused before. */
  set: entry.input(byId.extend({ isOn: z.boolean() })).output(reportSettingSchema),
}
