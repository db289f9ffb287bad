import { SlipwayError } from '../../../shared/domain/failure.ts'

/** What the API server said instead of doing it. `reason` is Kubernetes' own word, such as `Forbidden`. */
export class ApiError extends Error {
  override readonly name = 'ApiError'
  readonly status: number
  readonly reason: string
  readonly details: unknown

  constructor(answer: { status: number; reason: string; message: string; details?: unknown }) {
    super(answer.message)
    this.status = answer.status
    this.reason = answer.reason
    this.details = answer.details
  }
}

export function toApiError(status: number, text: string): ApiError {
  const said = parse(text)
  return new ApiError({
    status,
    reason: said?.reason ?? '',
    message: said?.message ?? (text.slice(0, 500) || `HTTP ${status}`),
    details: said?.details,
  })
}

function parse(text: string): { reason?: string; message?: string; details?: unknown } | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null ? value : undefined
  } catch {
    return undefined
  }
}

export const isMissing = (error: unknown): boolean => error instanceof ApiError && error.status === 404
export const isConflict = (error: unknown): boolean => error instanceof ApiError && error.status === 409

/** Whatever a request threw, in the person's words. `context` names the cluster. */
export function toClusterFailure(error: unknown, context: string): SlipwayError {
  if (error instanceof SlipwayError) return error
  if (error instanceof ApiError) return toSaidFailure(error, context)
  const why = rootCause(error)
  return new SlipwayError(
    {
      code: 'cluster_unreachable',
      message: `The cluster ${context} cannot be reached: ${why}.`,
      hint: 'See whether it runs and this computer is connected. Slipway goes on when it answers.',
    },
    error,
  )
}

function toSaidFailure(error: ApiError, context: string): SlipwayError {
  if (error.status === 401) {
    return new SlipwayError(
      {
        code: 'cluster_denied',
        message: `The cluster ${context} does not accept who you are.`,
        hint: 'Sign in again with the tool that made the kubeconfig, or renew its credentials.',
      },
      error,
    )
  }
  if (error.status === 403) {
    return new SlipwayError(
      {
        code: 'cluster_denied',
        message: `The cluster ${context} refuses it: ${error.message}.`,
        hint: 'Ask whoever runs the cluster for this right; the page of the cluster lists all that Slipway needs.',
      },
      error,
    )
  }
  if (error.status >= 500 || error.status === 429) {
    return new SlipwayError(
      {
        code: 'cluster_unreachable',
        message: `The cluster ${context} is not able to answer: ${error.message}.`,
        hint: 'Slipway tries again by itself.',
      },
      error,
    )
  }
  return new SlipwayError(
    {
      code: error.status === 409 ? 'conflict' : 'invalid_input',
      message: `The cluster ${context} refuses it: ${error.message}.`,
      hint: 'Change what it names, then try again.',
    },
    error,
  )
}

/** The innermost message of a failed connection, such as `connect ECONNREFUSED 127.0.0.1:6443`. */
function rootCause(error: unknown): string {
  let cause: unknown = error
  while (cause instanceof Error && cause.cause instanceof Error) cause = cause.cause
  if (cause instanceof AggregateError && cause.errors[0] instanceof Error) return cause.errors[0].message
  if (cause instanceof DOMException && cause.name === 'TimeoutError') return 'it did not answer in time'
  return cause instanceof Error ? cause.message : String(cause)
}
