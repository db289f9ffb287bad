import { ORPCError } from '@orpc/server'
import type { Logger } from 'pino'
import { mapStreamErrors } from './stream-errors.ts'

/** What a transport needs to report. */
export type TransportLog = Pick<Logger, 'info' | 'error'>

/**
 * Client interceptor of every transport's handler, where input that cannot be decoded was refused before: an error that the contract does not define goes to the log, with its cause. The
 * other side sees `INTERNAL_SERVER_ERROR` and nothing else, since an ORPCError is sent without its cause.
 */
export function logUnexpected(log: TransportLog) {
  const note = (error: unknown): unknown => {
    if (!isExpected(error)) log.error({ err: error }, 'a request failed unexpectedly')
    return error
  }
  return async <T>(options: { next(): Promise<T> }): Promise<T> => {
    try {
      return mapStreamErrors(await options.next(), note)
    } catch (error) {
      throw note(error)
    }
  }
}

function isExpected(error: unknown): boolean {
  if (error instanceof ORPCError) return error.code === 'FAILED' || error.status < 500
  return error instanceof Error && error.name === 'AbortError'
}
