import { Button } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { Link, useParams } from '@tanstack/react-router'
import { useState } from 'react'
import type { Registry } from '../../../shared/domain/cluster.ts'
import { CheckList } from '../../clusters/CheckList.tsx'
import { CheckMark } from '../../clusters/CheckMark.tsx'
import { ConnectionMark } from '../../clusters/ConnectionMark.tsx'
import { toVerdict, usePreflight } from '../../clusters/use-preflight.ts'
import { api } from '../../connection/api.ts'
import { Page } from '../../frame/Page.tsx'
import { EmptyNote } from '../../ui/EmptyNote.tsx'
import { FailurePanel } from '../../ui/FailurePanel.tsx'
import { LinkButton } from '../../ui/LinkButton.tsx'
import { QueryView } from '../../ui/QueryView.tsx'
import { SkeletonRows } from '../../ui/SkeletonRows.tsx'
import { ClusterRegistry } from './ClusterRegistry.tsx'
import { ClusterSettingsForm } from './ClusterSettingsForm.tsx'
import classes from './Clusters.module.css'
import { LeftBehind } from './LeftBehind.tsx'
import { Rbac } from './Rbac.tsx'
import { ReadBack } from './ReadBack.tsx'
import { RemoveCluster } from './RemoveCluster.tsx'
import { Survey } from './Survey.tsx'
import { useSurvey } from './use-survey.ts'

export function ClusterPage() {
  const { id } = useParams({ from: '/clusters/$id' })
  const clusters = useQuery(api.clusters.list.queryOptions())
  /** Counts what changes what the cluster can do. */
  const [round, setRound] = useState(1)
  const cluster = clusters.data?.find(one => one.id === id)
  return (
    <Page
      documentTitle={cluster?.name ?? 'Cluster'}
      newButton="second"
      crumbs={
        <>
          <Link to="/clusters">Clusters</Link> / {cluster?.name}
        </>
      }
    >
      <QueryView query={clusters} loading={<SkeletonRows count={4} widths={[20, 40]} />}>
        {() =>
          cluster === undefined ? (
            <EmptyNote
              heading="h1"
              title="There is no such cluster"
              actions={
                <LinkButton to="/clusters" variant="default">
                  All clusters
                </LinkButton>
              }
            >
              It may have been removed.
            </EmptyNote>
          ) : (
            <div key={id} className={classes.page}>
              <header className={classes.header}>
                <h1 className={`truncate ${classes.heading}`}>{cluster.name}</h1>
                {cluster.kind === 'kubernetes' && (
                  <>
                    <ConnectionMark state={cluster.connection.state} />
                    <Version id={id} />
                  </>
                )}
              </header>
              <Survey id={id} isReached={cluster.connection.state !== 'unreachable'} />
              {cluster.kind === 'kubernetes' && (
                <>
                  <Preflight key={`checks ${round}`} id={id} />
                  <Settings id={id} name={cluster.name} changed={() => setRound(round + 1)} />
                  <Rbac id={id} />
                  <ReadBack id={id} />
                  <LeftBehind cluster={cluster.name} />
                  <RemoveCluster id={id} name={cluster.name} />
                </>
              )}
            </div>
          )
        }
      </QueryView>
    </Page>
  )
}

function Version({ id }: { id: string }) {
  const { data } = useSurvey(id)
  return data?.kind === 'kubernetes' && <span className="second">{data.version}</span>
}

function Preflight({ id }: { id: string }) {
  const { events, isRunning, failure, again, prove, cancel } = usePreflight(id)
  const verdict = toVerdict(events)
  return (
    <section className={classes.section} aria-label="What it can do">
      <div className={classes.top}>
        <h2 className={classes.title}>
          {failure === null && !isRunning && events.length > 0 && <CheckMark result={verdict.result} />}
          <span role="status">
            {isRunning ? 'Asking what it can do…' : failure === null ? verdict.word : 'It could not be asked'}
          </span>
        </h2>
        {isRunning ? (
          <Button variant="default" onClick={cancel}>
            Cancel
          </Button>
        ) : (
          <span className={classes.pair}>
            <Button variant="default" onClick={again}>
              Check again
            </Button>
            <Button
              variant="default"
              title="Tries network policies, a tiny build and the registry with throw-away pods. Leaves nothing."
              onClick={prove}
            >
              Try it out
            </Button>
          </span>
        )}
      </div>
      {failure === null ? (
        <CheckList events={shown(events, isRunning)} />
      ) : (
        <FailurePanel failure={failure} />
      )}
    </section>
  )
}

/** What nobody asks any more is not shown as being asked. */
const shown = <T extends { check: unknown }>(events: readonly T[], isRunning: boolean): readonly T[] =>
  isRunning ? events : events.filter(({ check }) => check !== null)

function Settings({ id, name, changed }: { id: string; name: string; changed: () => void }) {
  const settings = useQuery(api.clusters.settings.queryOptions({ input: { id } }))
  return (
    <>
      {settings.data !== undefined && isOurs(settings.data.registry) && (
        <ClusterRegistry id={id} name={name} registry={settings.data.registry} changed={changed} />
      )}
      <section className={classes.section} aria-label="Settings">
        <h2 className={classes.title}>Settings</h2>
        <QueryView query={settings} loading={<SkeletonRows count={4} widths={[20, 40]} />}>
          {given => <ClusterSettingsForm key={given.registry?.address} id={id} settings={given} />}
        </QueryView>
      </section>
    </>
  )
}

/** Installed by Slipway, or to be. */
const isOurs = (registry: Registry | null): boolean => registry === null || registry.isInstalled
