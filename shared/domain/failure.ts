import { z } from 'zod'

/** Every way in which something can fail, as a closed list. */
export const failureCodes = [
  'already_running',
  'app_crashed',
  'build_cancelled',
  'build_failed',
  'build_interrupted',
  'build_timed_out',
  'cluster_denied',
  'cluster_unfit',
  'cluster_unreachable',
  'cluster_untrusted',
  'conflict',
  'consent_required',
  'database_damaged',
  'database_newer',
  'disk_full',
  'health_failed',
  'image_refused',
  'image_unavailable',
  'disk_read_only',
  'internal',
  'invalid_input',
  'loopback_only',
  'name_taken',
  'not_found',
  'out_of_memory',
  'passphrase_wrong',
  'plan_not_recognised',
  'plan_unsupported',
  'port_differs',
  'port_taken',
  'quota_exceeded',
  'rate_limited',
  'registry_denied',
  'registry_missing',
  'release_command_failed',
  'removal_hangs',
  'secrets_unavailable',
  'sign_in_expired',
  'sign_in_refused',
  'sign_in_required',
  'source_branch_not_found',
  'source_commit_not_found',
  'source_denied',
  'source_git_missing',
  'source_not_found',
  'source_stalled',
  'source_unreachable',
  'start_exited',
  'start_timed_out',
  'tool_missing',
  'unavailable',
  'unschedulable',
] as const
export type FailureCode = (typeof failureCodes)[number]

/** Whether the same thing, tried again later, may go well without anybody doing anything about it. */
export const isPassing = (code: FailureCode): boolean => code === 'internal' || code === 'cluster_unreachable'

/**
 * A failure as it is stored and shown. `message`: what failed, in the person's words. `hint`: what to do next.
 * `lines`: the last lines of output that show it. `port`: the port the failure is about, if it is about one. `folders`:
 * folders of the repository to choose from instead. `until`: when it may be tried again, in UTC milliseconds. `link`: where the next
 * step is taken in a browser.
 * Never carries a secret; causes go to the log only.
 */
export const failureSchema = z.object({
  code: z.enum(failureCodes),
  message: z.string(),
  hint: z.string(),
  lines: z.array(z.string()).optional(),
  port: z.number().int().optional(),
  folders: z.array(z.string()).optional(),
  until: z.number().int().optional(),
  link: z.object({ word: z.string(), url: z.string() }).optional(),
})
export type Failure = z.infer<typeof failureSchema>

/** The one error class. Thrown by adapters and rules; crosses the contract as its `failure`, without the cause. */
export class SlipwayError extends Error {
  override readonly name = 'SlipwayError'
  readonly failure: Failure

  constructor(failure: Failure, cause?: unknown) {
    super(failure.message, cause === undefined ? undefined : { cause })
    this.failure = failure
  }
}

/** Any thrown value as a failure. What was not meant becomes `internal`, with the message kept for the log only. */
export function toFailure(error: unknown): Failure {
  if (error instanceof SlipwayError) return error.failure
  return (
    toDiskFailure(error) ?? {
      code: 'internal',
      message: 'Slipway met an error it did not expect.',
      hint: 'Try again. The log file in the data folder says more.',
    }
  )
}

/** A disk that takes nothing more means the same whatever was to be written; undefined for any other error. */
export function toDiskFailure(error: unknown): Failure | undefined {
  const code = String((error as { code?: unknown } | undefined)?.code ?? '')
  if (/^(?:ENOSPC|EDQUOT|SQLITE_FULL|SQLITE_IOERR_SHMSIZE)/.test(code)) {
    return {
      code: 'disk_full',
      message: 'The disk is full.',
      hint: 'Free some space, then try again. What runs goes on.',
    }
  }
  if (/^(?:EROFS|SQLITE_READONLY)/.test(code)) {
    return {
      code: 'disk_read_only',
      message: 'The data folder of Slipway cannot be written to: its disk is read-only.',
      hint: 'Make the disk writable, then try again. What runs goes on.',
    }
  }
  return undefined
}
