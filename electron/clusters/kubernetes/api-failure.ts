import { type Failure, SlipwayError } from '../../../shared/domain/failure.ts'

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
/** Of no role. Admission refuses with the same status, and says so in other words. */
export const isWithoutRight = ({ status, message }: ApiError): boolean =>
  status === 403 && /\bcannot \w+ resource\b/.test(message)
export const isConflict = (error: unknown): boolean => error instanceof ApiError && error.status === 409

/** Whatever a request threw, in the person's words. `context` names the cluster. */
export function toClusterFailure(error: unknown, context: string): SlipwayError {
  if (error instanceof SlipwayError) return error
  if (error instanceof ApiError) return toSaidFailure(error, context)
  const cause = rootCause(error)
  const known = toKnownFailure(cause, context)
  if (known !== undefined) return new SlipwayError(known, error)
  return new SlipwayError(
    {
      code: 'cluster_unreachable',
      message: `The cluster ${context} cannot be reached: ${toWhy(cause)}.`,
      hint: 'See whether it runs and this computer is connected. Slipway goes on when it answers.',
    },
    error,
  )
}

/** The address answers, and sends somewhere else: such as the login page of a network. `location` may hold a secret. */
export function toRedirected(context: string, location: string): SlipwayError {
  const host = URL.canParse(location) ? new URL(location).host : undefined
  return noApi(context, `sends on to ${host ?? 'another page'}`)
}

/** The address answers, with something else. */
export const toNoApi = (context: string): SlipwayError => noApi(context, 'does not speak as a Kubernetes API')

const noApi = (context: string, what: string): SlipwayError =>
  new SlipwayError({
    code: 'cluster_untrusted',
    message: `What answers at the address of ${context} is no Kubernetes API: it ${what}.`,
    hint: 'See whether the server in the kubeconfig is right, and whether a network login or a proxy stands in between.',
  })

const untrusted = (context: string, why: string, hint: string): Failure => ({
  code: 'cluster_untrusted',
  message: `The cluster ${context} does not prove what it is: ${why}.`,
  hint,
})

/** What no second try mends. */
function toKnownFailure(
  cause: { code: string; message: string; path?: string },
  context: string,
): Failure | undefined {
  switch (cause.code) {
    case 'CERT_HAS_EXPIRED':
      return untrusted(
        context,
        'its certificate has expired',
        'Ask whoever runs the cluster to renew it, or see whether the clock of this computer is right.',
      )
    case 'ERR_TLS_CERT_ALTNAME_INVALID':
      return untrusted(
        context,
        'its certificate is for another name',
        'Use the address in the kubeconfig for which the certificate was made.',
      )
    case 'DEPTH_ZERO_SELF_SIGNED_CERT':
    case 'SELF_SIGNED_CERT_IN_CHAIN':
    case 'UNABLE_TO_VERIFY_LEAF_SIGNATURE':
    case 'UNABLE_TO_GET_ISSUER_CERT':
    case 'UNABLE_TO_GET_ISSUER_CERT_LOCALLY':
    case 'CERT_SIGNATURE_FAILURE':
      return untrusted(
        context,
        'its certificate is signed by an authority that the kubeconfig does not name',
        'Get a new kubeconfig from whoever runs the cluster.',
      )
    case 'ERR_SSL_WRONG_VERSION_NUMBER':
    case 'ERR_SSL_PACKET_LENGTH_TOO_LONG':
    case 'EPROTO':
    case 'HPE_INVALID_CONSTANT':
      return untrusted(
        context,
        'it does not speak TLS as the kubeconfig says',
        'See whether the server in the kubeconfig should begin with http:// or has another port.',
      )
    case 'ENOENT':
    case 'EACCES':
      return cause.path === undefined
        ? undefined
        : {
            code: 'invalid_input',
            message: `The file ${cause.path}, which the kubeconfig names for ${context}, cannot be read.`,
            hint: 'Put it back, or get a new kubeconfig from whoever runs the cluster.',
          }
    default:
      return undefined
  }
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
        hint: isWithoutRight(error)
          ? `A role that was given for an earlier Slipway may lack it. Whoever runs the cluster gives the one of today: slipway cluster rbac ${context} owner | kubectl apply -f - (for a member, member in place of owner).`
          : 'Change what it names, or ask whoever runs the cluster to allow it.',
      },
      error,
    )
  }
  // What Go's server answers, which asks nobody who they are before.
  if (error.status === 400 && /HTTP request to an HTTPS server/.test(error.message)) {
    return new SlipwayError(
      {
        code: 'cluster_untrusted',
        message: `The cluster ${context} speaks TLS, and the kubeconfig says http.`,
        hint: 'Let the server in the kubeconfig begin with https://.',
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

/** The innermost of a chain of causes, such as that of a refused connection. */
function rootCause(error: unknown): { code: string; message: string; path?: string } {
  let cause: unknown = error
  while (cause instanceof Error && cause.cause instanceof Error) cause = cause.cause
  if (cause instanceof AggregateError && cause.errors[0] instanceof Error) cause = cause.errors[0]
  if (cause instanceof DOMException && cause.name === 'TimeoutError')
    return { code: 'ETIMEDOUT', message: '' }
  if (!(cause instanceof Error)) return { code: '', message: String(cause) }
  const { code, path } = cause as NodeJS.ErrnoException
  return { code: code ?? '', message: cause.message, ...(path === undefined ? {} : { path }) }
}

function toWhy({ code, message }: { code: string; message: string }): string {
  if (code === 'ECONNREFUSED') return `nothing listens there (${message.replace('connect ', '')})`
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') return `its name is not known (${message})`
  if (/TIMEDOUT|TIMEOUT/.test(code)) return 'it did not answer in time'
  return message
}
