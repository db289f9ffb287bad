import { IconPlus } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { ConnectionMark } from '../../clusters/ConnectionMark.tsx'
import { api, everyDeployment } from '../../connection/api.ts'
import { useNow } from '../../format/clock.tsx'
import { formatAge, formatExact } from '../../format/time.ts'
import { Page } from '../../frame/Page.tsx'
import { LinkButton } from '../../ui/LinkButton.tsx'
import { QueryView } from '../../ui/QueryView.tsx'
import { SkeletonRows } from '../../ui/SkeletonRows.tsx'
import classes from './Clusters.module.css'
import { LeftBehind } from './LeftBehind.tsx'

/** Where deployments can run. Nothing is asked of a cluster to draw this. */
export function ClustersPage() {
  const clusters = useQuery(api.clusters.list.queryOptions())
  const deployments = useQuery(everyDeployment)
  const countOn = (id: string) => deployments.data?.filter(one => one.cluster.id === id).length ?? 0
  return (
    <Page title="Clusters" newButton="second">
      <QueryView query={clusters} loading={<SkeletonRows count={2} widths={[20, 16, 24]} />}>
        {listed => (
          <div className={classes.page}>
            <ul className={classes.list}>
              {listed.map(({ id, name, connection }) => (
                <li key={id} className={classes.row}>
                  <Link
                    to="/clusters/$id"
                    params={{ id }}
                    className={`truncate ${classes.name}`}
                    data-row-link
                  >
                    {name}
                  </Link>
                  <ConnectionMark state={connection.state} />
                  <span className={`truncate ${classes.about}`}>
                    {connection.failure?.message ?? toCountWord(countOn(id))}
                  </span>
                  {connection.since === null ? <span /> : <Since at={connection.since} />}
                </li>
              ))}
            </ul>
            {listed.every(({ kind }) => kind === 'local') && (
              <p className={classes.note}>
                On this computer an app runs as long as the computer does. A Kubernetes cluster builds and
                runs it without, apart from other apps, at an address of its own.
              </p>
            )}
            <LinkButton
              to="/clusters/new"
              leftSection={<IconPlus size={15} aria-hidden />}
              className={classes.add}
            >
              Add a cluster
            </LinkButton>
            <LeftBehind />
          </div>
        )}
      </QueryView>
    </Page>
  )
}

function Since({ at }: { at: number }) {
  const now = useNow(10_000)
  return (
    <span className={classes.about} title={formatExact(at)}>
      for {formatAge(now - at)}
    </span>
  )
}

const toCountWord = (count: number): string =>
  count === 0 ? 'Nothing deployed' : count === 1 ? '1 deployment' : `${count} deployments`
