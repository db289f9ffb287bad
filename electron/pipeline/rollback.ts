import type { Failure } from '../../shared/domain/failure.ts'

export type Rollback =
  | { readonly do: 'release' }
  | { readonly do: 'build' }
  | { readonly do: 'refuse'; readonly failure: Failure }

/**
 * How to come back to a release. `isKept`: what it ran is there. `filesNow`: the digest of the files, where they come from a
 * folder, which has no history to take earlier ones from. Pure.
 */
export function decideRollback({
  release,
  isKept,
  filesNow,
}: {
  release: { readonly number: number; readonly build: { readonly sha: string } }
  isKept: boolean
  filesNow: string | undefined
}): Rollback {
  if (isKept) return { do: 'release' }
  if (filesNow === undefined || filesNow === release.build.sha) return { do: 'build' }
  return { do: 'refuse', failure: filesChanged(release.number) }
}

export const filesChanged = (releaseNumber: number | null): Failure => ({
  code: 'conflict',
  message: `Release #${releaseNumber} cannot be built again: the files in the folder have changed since, and what it ran was deleted.`,
  hint: 'Choose a release that starts at once; or put the files back as they were, and roll back again.',
})
