import { Button } from '@mantine/core'
import { useInfiniteQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import type { Activity } from '../../../shared/domain/records.ts'
import { api } from '../../connection/api.ts'
import { useNow } from '../../format/clock.tsx'
import { formatDay, formatExact } from '../../format/time.ts'
import { Page } from '../../frame/Page.tsx'
import { useRowKeys } from '../../keyboard/use-row-keys.ts'
import { EmptyNote } from '../../ui/EmptyNote.tsx'
import { LinkButton } from '../../ui/LinkButton.tsx'
import { QueryFailure } from '../../ui/QueryView.tsx'
import { SkeletonRows } from '../../ui/SkeletonRows.tsx'
import classes from './Activity.module.css'
import { type VerbLook, verbLooks } from './verbs.ts'

const pageSize = 100
const dayStepMs = 60_000

export function ActivityPage() {
  const query = useInfiniteQuery(
    api.activity.list.infiniteOptions({
      input: (before: string | undefined) => ({
        limit: pageSize,
        ...(before === undefined ? {} : { before }),
      }),
      initialPageParam: undefined,
      getNextPageParam: page => (page.length < pageSize ? undefined : page.at(-1)?.id),
    }),
  )
  const now = useNow(dayStepMs)
  const rows = useRowKeys()
  const lines = query.data?.pages.flat()
  return (
    <Page title="Activity">
      <div ref={rows}>
        {lines === undefined ? (
          query.error === null ? (
            <SkeletonRows count={10} widths={[6, 40, 12]} />
          ) : (
            <QueryFailure error={query.error} retry={() => void query.refetch()} />
          )
        ) : lines.length === 0 ? (
          <EmptyNote
            title="Nothing has happened yet"
            actions={<LinkButton to="/new">New deployment</LinkButton>}
          >
            Who deployed, rolled back, stopped or removed what, and how it ended, is listed here.
          </EmptyNote>
        ) : (
          [...Map.groupBy(lines, line => formatDay(line.at, now))].map(([day, members]) => (
            <section key={day} aria-label={day}>
              <h2 className={classes.day}>{day}</h2>
              <ol className={classes.list}>
                {members.map(line => (
                  <Line key={line.id} line={line} />
                ))}
              </ol>
            </section>
          ))
        )}
        {query.hasNextPage && (
          <div className={classes.more}>
            <Button
              variant="default"
              loading={query.isFetchingNextPage}
              onClick={() => void query.fetchNextPage()}
            >
              Show older activity
            </Button>
          </div>
        )}
      </div>
    </Page>
  )
}

function Line({ line }: { line: Activity }) {
  const look: VerbLook = verbLooks[line.verb]
  const VerbIcon = look.icon
  return (
    <li className={classes.line}>
      <time className={classes.time} dateTime={new Date(line.at).toISOString()} title={formatExact(line.at)}>
        {new Date(line.at).toLocaleTimeString(undefined, { hour: '2-digit', minute: '2-digit' })}
      </time>
      <VerbIcon size={16} style={{ color: look.colour }} aria-hidden />
      <span className="truncate">
        {look.isResult === true ? (
          <>
            <Subject line={line} /> <span className="second">{look.word}</span>
          </>
        ) : (
          <>
            <span className="second">
              {line.user} {look.word}
            </span>{' '}
            <Subject line={line} />
          </>
        )}
      </span>
      {line.deployment !== null && (
        <span className={`truncate ${classes.detail}`} title={line.detail}>
          {line.detail}
        </span>
      )}
    </li>
  )
}

function Subject({ line }: { line: Activity }) {
  // What is not about a deployment is about what the detail names.
  if (line.deployment === null) return <strong>{line.detail}</strong>
  if (line.deploymentId === null) return <strong>{line.deployment}</strong>
  return (
    <Link className={classes.link} to="/deployments/$id" params={{ id: line.deploymentId }} data-row-link>
      {line.deployment}
    </Link>
  )
}
