import { z } from 'zod'
import { failureSchema } from './failure.ts'

/** A log is named by the record it belongs to: a build, or a deployment (all of its runs in one log). */
export const logRefSchema = z.object({
  kind: z.enum(['build', 'runtime']),
  id: z.string().regex(/^[0-9a-z]{1,40}$/),
})
export type LogRef = z.infer<typeof logRefSchema>

export const logStreams = ['stdout', 'stderr', 'platform'] as const
export type LogStream = (typeof logStreams)[number]

/**
 * One line of a log. `seq` counts from 1 without gaps while lines are kept; `at` is UTC milliseconds; `isPartial` marks
 * a piece of a longer line whose rest follows in the next line of the same stream. Text holds no line break.
 */
export const logLineSchema = z.object({
  seq: z.number().int(),
  at: z.number().int(),
  stream: z.enum(logStreams),
  text: z.string(),
  isPartial: z.boolean(),
  /** The short name of the instance that printed it, where there may be several. Without spaces. */
  instance: z.string().optional(),
})
export type LogLine = z.infer<typeof logLineSchema>

/** Lines in order without a gap, as their records (`log-record.ts`); `first` and `last` are their numbers. */
export const logBatchSchema = z.object({
  first: z.number().int(),
  last: z.number().int(),
  records: z.string(),
})
export type LogBatch = z.infer<typeof logBatchSchema>

/** A line before the store has numbered it. */
export type NewLogLine = Omit<LogLine, 'seq'>

/** Lines in order, and the range that the log holds now (`first` is past 1 when old lines were dropped). */
export const logPageSchema = z.object({
  lines: z.array(logLineSchema),
  first: z.number().int(),
  last: z.number().int(),
  isClosed: z.boolean(),
})
export type LogPage = z.infer<typeof logPageSchema>

/**
 * Whether logs have room on the disk. `dropped`: it was full, and the oldest lines went for the newest. `full`: it is, and
 * there is nothing left to drop, so that output waits. `at`: since when, or when lines were dropped last.
 */
export const logDiskSchema = z.discriminatedUnion('state', [
  z.object({ state: z.literal('roomy') }),
  z.object({ state: z.literal('dropped'), at: z.number().int(), bytes: z.number().int() }),
  z.object({ state: z.literal('full'), at: z.number().int() }),
])
export type LogDisk = z.infer<typeof logDiskSchema>

/** What lines are searched for: text, or a regular expression. Case does not matter. */
export const logQuerySchema = z.object({
  text: z.string().min(1).max(200),
  isRegex: z.boolean().default(false),
})
export type LogQuery = z.infer<typeof logQuerySchema>

/** Where a match lies in its line. */
export const logSpanSchema = z.object({ start: z.number().int(), end: z.number().int() })

/** One line that was found, among its neighbours. */
export const foundLogLineSchema = z.object({
  log: logRefSchema,
  deploymentId: z.string(),
  deployment: z.string(),
  line: logLineSchema,
  span: logSpanSchema,
  before: z.array(logLineSchema),
  after: z.array(logLineSchema),
})
export type FoundLogLine = z.infer<typeof foundLogLineSchema>

/** `end`: null while it goes on; `limit`: as much was found as was asked for; `failed`: with `failure`. */
export const logSearchStepSchema = z.object({
  found: z.array(foundLogLineSchema),
  searched: z.number().int(),
  of: z.number().int(),
  end: z.enum(['complete', 'limit', 'failed']).nullable(),
  failure: failureSchema.nullable(),
})
export type LogSearchStep = z.infer<typeof logSearchStepSchema>
