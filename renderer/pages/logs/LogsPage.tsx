import { Button, Loader } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useNavigate, useSearch } from '@tanstack/react-router'
import { useRef } from 'react'
import { everyDeployment } from '../../connection/api.ts'
import { isFailure, toShownFailure } from '../../connection/failures.ts'
import { useNow } from '../../format/clock.tsx'
import { formatDay } from '../../format/time.ts'
import { Page } from '../../frame/Page.tsx'
import { useShortcuts } from '../../keyboard/shortcuts.ts'
import { useRowKeys } from '../../keyboard/use-row-keys.ts'
import { EmptyNote } from '../../ui/EmptyNote.tsx'
import { FailurePanel } from '../../ui/FailurePanel.tsx'
import { LinkButton } from '../../ui/LinkButton.tsx'
import { FoundLine } from './FoundLine.tsx'
import classes from './Logs.module.css'
import { LogsToolbar } from './LogsToolbar.tsx'
import type { LogsView } from './logs-view.ts'
import { type LogsSearch, useLogsSearch } from './use-logs-search.ts'

/** Looks through the logs of all deployments. */
export function LogsPage() {
  const view: LogsView = useSearch({ from: '/logs' })
  const navigate = useNavigate()
  const deployments = useQuery(everyDeployment)
  const searchInput = useRef<HTMLInputElement>(null)
  const rows = useRowKeys()
  const search = useLogsSearch(view)
  useShortcuts({ '/': () => searchInput.current?.focus() })
  const hasNone = deployments.data?.length === 0

  return (
    <Page title="Logs">
      <LogsToolbar
        view={view}
        setView={next => void navigate({ to: '/logs', search: next, replace: true })}
        deployments={deployments.data ?? []}
        searchRef={searchInput}
      />
      <div ref={rows}>
        {search === undefined ? (
          <EmptyNote
            title={hasNone ? 'There are no logs yet' : 'Search what all apps and builds wrote'}
            {...(hasNone ? { actions: <LinkButton to="/new">New deployment</LinkButton> } : {})}
          >
            {hasNone
              ? 'What builds and apps write can be searched here.'
              : 'The newest lines come first; each opens its log at that place.'}
          </EmptyNote>
        ) : (
          <Results search={search} view={view} />
        )}
      </div>
    </Page>
  )
}

function Results({ search, view }: { search: LogsSearch; view: LogsView }) {
  const now = useNow(60_000)
  const days = [...Map.groupBy(search.found, each => formatDay(each.line.at, now))]
  const failure =
    search.error === null ? null : isFailure(search.error) ? search.error : toShownFailure(search.error)
  return (
    <>
      <p className={classes.progress}>
        {search.end === null && <Loader size={12} />}
        <span role="status">{describe(search)}</span>
        {search.end === null && (
          <Button variant="default" size="compact-xs" onClick={search.stop}>
            Stop
          </Button>
        )}
      </p>
      {failure !== null && (
        <div className={classes.failure}>
          <FailurePanel
            failure={failure}
            actions={
              failure.code === 'invalid_input' ? undefined : (
                <Button variant="default" onClick={search.again}>
                  Try again
                </Button>
              )
            }
          />
        </div>
      )}
      {search.end === 'complete' && search.found.length === 0 && (
        <EmptyNote title="No line matches">
          {view.range === undefined && view.deployments === undefined && view.in === undefined
            ? 'Logs are bounded: what is older than they hold is gone.'
            : 'Only part of the logs was searched: choose a longer time, or all deployments.'}
        </EmptyNote>
      )}
      {days.map(([day, members]) => (
        <section key={day} aria-label={day}>
          <h2 className={classes.day}>{day}</h2>
          <ol className={classes.list}>
            {members.map(each => (
              <FoundLine key={`${each.log.id} ${each.line.seq}`} found={each} />
            ))}
          </ol>
        </section>
      ))}
    </>
  )
}

function describe({ end, found, searched, of }: LogsSearch): string {
  const count = found.length === 1 ? '1 line' : `${found.length} lines`
  const logs = of === 1 ? '1 log' : `${of} logs`
  if (end === null) return of === 0 ? 'Searching' : `${count}; searched ${searched} of ${logs}`
  if (end === 'complete') return `${count} in ${logs}`
  if (end === 'limit')
    return `The newest ${count}. Older ones match too: choose less to search, or search for more.`
  return `${count}; ${searched} of ${logs} searched`
}
