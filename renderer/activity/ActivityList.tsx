import { Button } from '@mantine/core'
import { useInfiniteQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import type { Activity } from '../../shared/domain/records.ts'
import { api } from '../connection/api.ts'
import { useNow } from '../format/clock.tsx'
import { formatDay, formatExact } from '../format/time.ts'
import { useRowKeys } from '../keyboard/use-row-keys.ts'
import { QueryFailure } from '../ui/QueryView.tsx'
import { SkeletonRows } from '../ui/SkeletonRows.tsx'
import classes from './Activity.module.css'
import { type VerbLook, verbLooks } from './verbs.ts'

const pageSize = 100
const dayStepMs = 60_000

/** Which lines of history, as the contract asks for them. */
export interface ActivityWish {
  readonly deploymentId?: string
  readonly user?: string
  readonly problems?: true
}

/** History by days, newest first. `empty` is what stands there where nothing is. */
export function ActivityList({ wish, empty }: { wish: ActivityWish; empty: ReactNode }) {
  const query = useInfiniteQuery(
    api.activity.list.infiniteOptions({
      input: (before: string | undefined) => ({
        limit: pageSize,
        ...wish,
        ...(before === undefined ? {} : { before }),
      }),
      initialPageParam: undefined,
      getNextPageParam: page => (page.length < pageSize ? undefined : page.at(-1)?.id),
    }),
  )
  const now = useNow(dayStepMs)
  const rows = useRowKeys()
  const lines = query.data?.pages.flat()
  if (lines === undefined) {
    return query.error === null ? (
      <SkeletonRows count={10} widths={[6, 40, 12]} />
    ) : (
      <QueryFailure error={query.error} retry={() => void query.refetch()} />
    )
  }
  if (lines.length === 0) return empty
  return (
    <div ref={rows}>
      {[...Map.groupBy(lines, line => formatDay(line.at, now))].map(([day, members]) => (
        <section key={day} aria-label={day}>
          <h2 className={classes.day}>{day}</h2>
          <ol className={classes.list}>
            {members.map(line => (
              <Line key={line.id} line={line} isOfOne={wish.deploymentId !== undefined} />
            ))}
          </ol>
        </section>
      ))}
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
  )
}

function Line({ line, isOfOne }: { line: Activity; isOfOne: boolean }) {
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
            <Subject line={line} isOfOne={isOfOne} /> <span className="second">{look.word}</span>
          </>
        ) : (
          <>
            <span className="second">
              {line.user} {look.word}
            </span>{' '}
            <Subject line={line} isOfOne={isOfOne} />
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

function Subject({ line, isOfOne }: { line: Activity; isOfOne: boolean }) {
  // What is not about a deployment is about what the detail names.
  if (line.deployment === null) return <strong>{line.detail}</strong>
  if (line.deploymentId === null || isOfOne) return <strong>{line.deployment}</strong>
  return (
    <Link className={classes.link} to="/deployments/$id" params={{ id: line.deploymentId }} data-row-link>
      {line.deployment}
    </Link>
  )
}
