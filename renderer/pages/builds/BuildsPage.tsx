import { Button } from '@mantine/core'
import { useInfiniteQuery } from '@tanstack/react-query'
import { useNavigate, useSearch } from '@tanstack/react-router'
import type { BuildSummary } from '../../../shared/domain/records.ts'
import { api } from '../../connection/api.ts'
import { Page } from '../../frame/Page.tsx'
import { useRowKeys } from '../../keyboard/use-row-keys.ts'
import { BuildRow } from '../../ui/BuildRow.tsx'
import { EmptyNote } from '../../ui/EmptyNote.tsx'
import { LinkButton } from '../../ui/LinkButton.tsx'
import { QueryFailure } from '../../ui/QueryView.tsx'
import { SkeletonRows } from '../../ui/SkeletonRows.tsx'
import { OwnerFilter } from '../../users/OwnerFilter.tsx'
import { useUsers } from '../../users/use-users.ts'
import classes from './Builds.module.css'

const pageSize = 100

const sections = [
  { title: 'Running', statuses: ['running'] },
  { title: 'Queued', statuses: ['queued'] },
  { title: 'Finished', statuses: ['succeeded', 'failed', 'cancelled'] },
] as const satisfies readonly { title: string; statuses: readonly BuildSummary['status'][] }[]

export function BuildsPage() {
  const { owner } = useSearch({ from: '/builds' })
  const navigate = useNavigate()
  const showOf = (next: string | undefined) =>
    void navigate({ to: '/builds', search: next === undefined ? {} : { owner: next }, replace: true })
  const query = useInfiniteQuery(
    api.builds.list.infiniteOptions({
      input: (before: string | undefined) => ({
        limit: pageSize,
        ...(before === undefined ? {} : { before }),
        ...(owner === undefined ? {} : { ownerId: owner }),
      }),
      initialPageParam: undefined,
      getNextPageParam: page => (page.length < pageSize ? undefined : page.at(-1)?.id),
    }),
  )
  const rows = useRowKeys()
  const builds = query.data?.pages.flat()
  return (
    <Page title="Builds">
      <BuildsToolbar owner={owner} showOf={showOf} />
      <div ref={rows}>
        {builds === undefined ? (
          query.error === null ? (
            <SkeletonRows count={8} widths={[8, 12, 26, 24, 6]} />
          ) : (
            <QueryFailure error={query.error} retry={() => void query.refetch()} />
          )
        ) : builds.length === 0 && owner !== undefined ? (
          <EmptyNote
            title="No build of this owner"
            actions={
              <Button variant="default" onClick={() => showOf(undefined)}>
                Show all builds
              </Button>
            }
          />
        ) : builds.length === 0 ? (
          <EmptyNote title="No build yet" actions={<LinkButton to="/new">New deployment</LinkButton>}>
            Every deploy starts a build. Running, waiting and finished ones are listed here.
          </EmptyNote>
        ) : (
          sections.map(({ title, statuses }) => (
            <Section
              key={title}
              title={title}
              builds={builds.filter(build => (statuses as readonly string[]).includes(build.status))}
            />
          ))
        )}
        {query.hasNextPage && (
          <div className={classes.more}>
            <Button
              variant="default"
              loading={query.isFetchingNextPage}
              onClick={() => void query.fetchNextPage()}
            >
              Show older builds
            </Button>
          </div>
        )}
      </div>
    </Page>
  )
}

/** Only there where it holds something. */
function BuildsToolbar(props: { owner: string | undefined; showOf: (owner: string | undefined) => void }) {
  const { areSeveral } = useUsers()
  if (!areSeveral && props.owner === undefined) return null
  return (
    <div className={classes.toolbar}>
      <OwnerFilter owner={props.owner} choose={props.showOf} />
    </div>
  )
}

function Section({
  title,
  builds,
}: {
  title: string
  builds: readonly (BuildSummary & { deployment: string })[]
}) {
  if (builds.length === 0) return null
  return (
    <section aria-label={title}>
      <h2 className={classes.heading}>
        {title} <span className={classes.count}>{builds.length}</span>
      </h2>
      <ul className={classes.list}>
        {builds.map(build => (
          <BuildRow key={build.id} build={build} deployment={build.deployment} isNamed />
        ))}
      </ul>
    </section>
  )
}
