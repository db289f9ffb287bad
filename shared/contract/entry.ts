import { oc } from '@orpc/contract'
import { z } from 'zod'
import { failureSchema } from '../domain/failure.ts'
import { idSchema, sourceSchema } from '../domain/records.ts'

/** Every entry can fail in one way: `FAILED`, which carries what to show. */
export const entry = oc.errors({ FAILED: { data: failureSchema } })

export const byId = z.object({ id: idSchema })

/** What is kept and shown is no place for a login. */
export const source = sourceSchema.refine(
  ({ kind, address }) =>
    kind === 'folder' || !/^(?:https?:\/\/[^/]*@|[a-z+]+:\/\/[^/]*:[^/]*@)/i.test(address),
  'The address holds a login, which would be kept where anybody can read it. Leave it out: git asks its credential helper, or use the ssh address.',
)
