import { eventIterator } from '@orpc/contract'
import { z } from 'zod'
import { idSchema } from '../domain/records.ts'
import { shellOutputSchema, shellSizeSchema } from '../domain/shell.ts'
import { entry } from './entry.ts'

/** A name that the reader chooses, since output, input and acknowledgements come as requests of their own. */
const shell = z.string().min(1).max(100)

export const shells = {
  /** A shell in a ready instance of a deployment, for as long as it is listened to. At most a few pieces are under way. */
  open: entry
    .input(
      shellSizeSchema.extend({
        deploymentId: idSchema,
        shell,
        /** The name of a ready instance; any otherwise. */
        instance: z.string().min(1).max(253).optional(),
      }),
    )
    .output(eventIterator(shellOutputSchema)),
  write: entry.input(z.object({ shell, text: z.string().max(100_000) })).output(z.object({})),
  resize: entry.input(shellSizeSchema.extend({ shell })).output(z.object({})),
  acknowledge: entry.input(z.object({ shell, last: z.number().int() })).output(z.object({})),
}
