import type { Failure } from '../../shared/domain/failure.ts'

/** What is known of the end of a release's command that is no success. */
export interface CommandEnd {
  /** `late`: it took longer than it may. `interrupted`: something outside of Slipway ended it. `memory`: it took more than it may. */
  readonly end: 'exited' | 'late' | 'interrupted' | 'memory'
  readonly exitCode: number | null
  readonly signal: string | null
  readonly timeLimitMs: number
  readonly lines: readonly string[]
}

const shownLines = 20

/** Why the command failed, as it is shown. */
export function toCommandFailure(facts: CommandEnd): Failure {
  const lines = facts.lines.slice(-shownLines)
  return {
    code: 'release_command_failed',
    message: `The release command ${howItEnded(facts)}. The release does not take the traffic.`,
    hint: 'What served goes on. The command may have done a part of its work; its last lines tell. Mend it, then deploy again.',
    ...(lines.length === 0 ? {} : { lines }),
  }
}

function howItEnded({ end, exitCode, signal, timeLimitMs }: CommandEnd): string {
  const minutes = Math.max(1, Math.round(timeLimitMs / 60_000))
  switch (end) {
    case 'late':
      return `was not done within ${minutes} minute${minutes === 1 ? '' : 's'} and was ended`
    case 'interrupted':
      return 'was ended from outside'
    case 'memory':
      return 'took more memory than its limit and was ended'
    case 'exited':
      return signal === null ? `exited with code ${exitCode ?? '?'}` : `was ended by ${signal}`
  }
}
