import { z } from 'zod'
import { failureSchema } from './failure.ts'

/** In characters. */
export const shellSizeSchema = z.object({
  columns: z.number().int().min(1).max(1000),
  rows: z.number().int().min(1).max(1000),
})
export type ShellSize = z.infer<typeof shellSizeSchema>

/** How a shell ended: with an exit code, or because of a failure. */
export const shellEndSchema = z.object({
  exitCode: z.number().int().nullable(),
  failure: failureSchema.nullable(),
})
export type ShellEnd = z.infer<typeof shellEndSchema>

/** A piece of what a shell prints, commands of the terminal included. `last`: its number, to acknowledge. The last one has an `end`. */
export const shellOutputSchema = z.object({
  last: z.number().int(),
  text: z.string(),
  end: shellEndSchema.nullable(),
})
export type ShellOutput = z.infer<typeof shellOutputSchema>
