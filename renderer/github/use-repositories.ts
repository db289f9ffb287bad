import { skipToken, useQuery } from '@tanstack/react-query'
import { useMemo } from 'react'
import type { Failure } from '../../shared/domain/failure.ts'
import type { Repository } from '../../shared/domain/github.ts'
import { api } from '../connection/api.ts'
import { toShownFailure } from '../connection/failures.ts'

export interface Repositories {
  readonly repositories: readonly Repository[]
  /** Whether more are on their way. */
  readonly isLoading: boolean
  /** Why some are missing. Those that are known are shown all the same. */
  readonly failure: Failure | null
  readonly again: () => void
}

/** What an account sees, as it comes. Asked for anew each time it is shown; what was known stays until then. */
export function useRepositories(accountId: string | undefined): Repositories {
  const query = useQuery(
    api.github.repositories.experimental_streamedOptions({
      input: accountId === undefined ? skipToken : { id: accountId },
      queryFnOptions: { refetchMode: 'replace' },
      structuralSharing: false,
      staleTime: 0,
    }),
  )
  const pages = query.data
  return useMemo(() => {
    const last = pages?.at(-1)
    const thrown = query.error === null ? null : toShownFailure(query.error)
    return {
      repositories: pages?.flatMap(page => page.repositories) ?? [],
      isLoading: query.fetchStatus === 'fetching',
      failure: last?.failure ?? thrown,
      again: () => void query.refetch(),
    }
  }, [pages, query.error, query.fetchStatus, query.refetch])
}
