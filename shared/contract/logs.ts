import { eventIterator } from '@orpc/contract'
import { z } from 'zod'
import {
  logBatchSchema,
  logDiskSchema,
  logLineSchema,
  logPageSchema,
  logQuerySchema,
  logRefSchema,
  logSearchStepSchema,
  logSpanSchema,
} from '../domain/log.ts'
import { idSchema } from '../domain/records.ts'
import { entry } from './entry.ts'

export const logs = {
  /** Whether the disk has room for logs. A change is told of by `changes.watch`. */
  disk: entry.output(logDiskSchema),
  /** Up to `limit` lines before or after a sequence number; neither given: the newest. */
  read: entry
    .input(
      z.object({
        log: logRefSchema,
        before: z.number().int().optional(),
        after: z.number().int().optional(),
        limit: z.number().int().min(1).max(5000).default(1000),
      }),
    )
    .output(logPageSchema),
  /**
   * Lines after `after`, in batches, for as long as the log is open. At most a few batches are under way: the reader
   * says with `acknowledge` which it has drawn. `stream` is a name chosen by the reader. One that keeps only so many lines
   * says how many with `newest`: where it falls behind by more, the lines that it would let go of again are passed over,
   * and a batch begins later than the one before has ended.
   */
  follow: entry
    .input(
      z.object({
        log: logRefSchema,
        after: z.number().int(),
        stream: z.string().max(100),
        newest: z.number().int().min(1).optional(),
      }),
    )
    .output(eventIterator(logBatchSchema)),
  acknowledge: entry
    .input(z.object({ stream: z.string().max(100), seq: z.number().int() }))
    .output(z.object({})),
  /** The newest lines that match, oldest first, at most `limit`. */
  search: entry
    .input(
      logQuerySchema.extend({ log: logRefSchema, limit: z.number().int().min(1).max(1000).default(500) }),
    )
    .output(
      z.object({
        matches: z.array(logLineSchema),
        /** Where each match lies in its line. */
        spans: z.array(logSpanSchema),
        isComplete: z.boolean(),
      }),
    ),
  /** The nearest line before or after `from` that tells of an error. */
  findError: entry
    .input(z.object({ log: logRefSchema, from: z.number().int(), direction: z.enum(['earlier', 'later']) }))
    .output(z.object({ seq: z.number().int().nullable() })),
  /**
   * Looks through the logs of all deployments, or of those named, from the newest line to the oldest. What is found comes
   * in pieces, in that order; the last piece says why it is the last.
   */
  searchAll: entry
    .input(
      logQuerySchema.extend({
        deploymentIds: z.array(idSchema).max(1000).optional(),
        kinds: z.array(logRefSchema.shape.kind).optional(),
        since: z.number().int().optional(),
        until: z.number().int().optional(),
        context: z.number().int().min(0).max(10).default(1),
        limit: z.number().int().min(1).max(1000).default(200),
      }),
    )
    .output(eventIterator(logSearchStepSchema)),
}
