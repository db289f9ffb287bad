import { Button } from '@mantine/core'
import type { UseQueryResult } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { toShownFailure } from '../connection/failures.ts'
import { FailurePanel } from './FailurePanel.tsx'

/** Loading, failed and loaded, once for all pages. Data that was there stays while it is asked for again. */
export function QueryView<T>({
  query,
  loading,
  children,
}: {
  query: Pick<UseQueryResult<T>, 'data' | 'error' | 'refetch'>
  loading: ReactNode
  children: (data: T) => ReactNode
}) {
  if (query.data !== undefined) return children(query.data)
  if (query.error !== null) return <QueryFailure error={query.error} retry={() => void query.refetch()} />
  return <LoadingNote>{loading}</LoadingNote>
}

/** The shape of what comes, told to a screen reader. */
export function LoadingNote({ children }: { children: ReactNode }) {
  return (
    <div aria-busy="true">
      <span className="visually-hidden" role="status">
        Loading
      </span>
      {children}
    </div>
  )
}

export function QueryFailure({ error, retry }: { error: unknown; retry: () => void }) {
  return (
    <div style={{ padding: 'var(--gutter)' }}>
      <FailurePanel
        failure={toShownFailure(error)}
        actions={
          <Button variant="default" onClick={retry}>
            Try again
          </Button>
        }
      />
    </div>
  )
}
