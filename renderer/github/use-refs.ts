import { skipToken, useQuery } from '@tanstack/react-query'
import { useMemo } from 'react'
import type { GitHubRef } from '../../shared/domain/github.ts'
import { api } from '../connection/api.ts'

/** What GitHub knows of branches, tags and pull requests, as it comes. Empty where nobody is signed in: git knows the branches. */
export function useRefs(wish: { accountId: string; address: string } | undefined): readonly GitHubRef[] {
  const pages = useQuery(
    api.github.refs.experimental_streamedOptions({
      input: wish === undefined ? skipToken : { id: wish.accountId, address: wish.address },
      queryFnOptions: { refetchMode: 'replace' },
      structuralSharing: false,
      staleTime: 0,
    }),
  ).data
  return useMemo(() => {
    const known = new Map<string, GitHubRef>()
    for (const page of pages ?? []) for (const ref of page.refs) known.set(ref.ref, ref)
    return [...known.values()]
  }, [pages])
}
