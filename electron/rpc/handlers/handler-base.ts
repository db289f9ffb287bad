import { ValidationError } from '@orpc/contract'
import { implement, ORPCError } from '@orpc/server'
import { contract } from '../../../shared/contract/contract.ts'
import { type Failure, SlipwayError, toDiskFailure } from '../../../shared/domain/failure.ts'
import type { Asker } from '../../pipeline/intents/asking.ts'
import type { Platform } from '../../platform/platform.ts'
import { mapStreamErrors } from '../stream-errors.ts'
import type { RequestContext } from '../websocket.ts'

export type Surface = 'window' | 'browser' | 'terminal'

export type HandlerBase = ReturnType<typeof createHandlerBase>

/** What every handler begins with: who asks is known, and what fails is told in words. */
export function createHandlerBase(users: Platform['users'], surface: Surface) {
  const askerOf = ({ actsAs }: RequestContext): Asker => {
    const { id: userId, name } = actsAs === undefined ? users.current() : users.named(actsAs)
    return { userId, name, hasConsent: surface === 'terminal' }
  }

  return implement(contract)
    .$context<RequestContext>()
    .use(async ({ next }) => {
      try {
        const result = await next()
        return { ...result, output: mapStreamErrors(result.output, toTold) }
      } catch (error) {
        throw toTold(error)
      }
    })
    .use(({ context, next }) => next({ context: { asker: askerOf(context) } }))
}

/** For a record that was asked for by its id. */
export function found<T>(record: T | undefined, what: string): T {
  if (record !== undefined) return record
  throw new SlipwayError({
    code: 'not_found',
    message: `There is no such ${what}.`,
    hint: 'Go back to the board.',
  })
}

/** What nobody expected stays as it is. */
function toTold(error: unknown): unknown {
  const failure = toKnownFailure(error)
  if (failure === undefined) return error
  return new ORPCError('FAILED', { message: failure.message, data: failure, cause: error })
}

/** What there are words for; undefined for what nobody expected. */
function toKnownFailure(error: unknown): Failure | undefined {
  if (error instanceof SlipwayError) return error.failure
  const failure = toDiskFailure(error)
  if (failure !== undefined) return failure
  if (!(error instanceof ORPCError && error.code === 'BAD_REQUEST' && error.cause instanceof ValidationError))
    return undefined
  const [issue] = error.cause.issues
  const where = issue?.path?.map(part => (typeof part === 'object' ? part.key : part)).join('.') ?? ''
  return {
    code: 'invalid_input',
    message: `${where === '' ? '' : `${where}: `}${issue?.message ?? 'These values do not fit.'}`.slice(
      0,
      300,
    ),
    hint: 'Correct it, then try again.',
  }
}
