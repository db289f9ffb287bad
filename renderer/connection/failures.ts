import { ORPCError } from '@orpc/client'
import type { Failure } from '../../shared/domain/failure.ts'

export const unreachable: Failure = {
  code: 'unavailable',
  message: 'Slipway does not answer.',
  hint: 'It is tried again by itself. If this stays, check that Slipway is still running.',
}

/** What a call threw, as something to show. The other side says it in `data`; all else is a lost connection or a defect. */
export function toShownFailure(error: unknown): Failure {
  if (error instanceof ORPCError) {
    if (isFailure(error.data)) return error.data
    if (error.code === 'BAD_REQUEST') {
      return {
        code: 'invalid_input',
        message: 'Slipway did not accept these values.',
        hint: 'Check what was entered.',
      }
    }
    return {
      code: 'internal',
      message: 'Slipway met an error it did not expect.',
      hint: 'Try again. The log file in the data folder says more.',
    }
  }
  return unreachable
}

export function isFailure(data: unknown): data is Failure {
  return (
    typeof data === 'object' &&
    data !== null &&
    'code' in data &&
    'message' in data &&
    'hint' in data &&
    typeof data.message === 'string'
  )
}
