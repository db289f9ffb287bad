import { Button } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import type { Failure } from '../../../shared/domain/failure.ts'
import type { Deployment } from '../../../shared/domain/records.ts'
import { api } from '../../connection/api.ts'
import { toShownFailure } from '../../connection/failures.ts'
import { StatusMark } from '../../status/StatusMark.tsx'
import { deploymentLooks } from '../../status/status-map.ts'
import { EmptyNote } from '../../ui/EmptyNote.tsx'
import { FailurePanel } from '../../ui/FailurePanel.tsx'
import { LinkButton } from '../../ui/LinkButton.tsx'
import classes from './Deployment.module.css'
import { ForgetDialog } from './ForgetDialog.tsx'

const rows = [
  { key: 'processes', word: 'Processes', inCluster: 'Objects in the cluster' },
  { key: 'checkouts', word: 'Checkouts', inCluster: 'Builds, images and caches' },
  { key: 'logs', word: 'Logs', inCluster: 'Logs' },
  { key: 'rows', word: 'Records', inCluster: 'Records' },
] as const

type Counts = Readonly<Record<(typeof rows)[number]['key'], number>>

const countLeft = (counts: Counts): number => rows.reduce((sum, { key }) => sum + counts[key], 0)

/** What is left may be on its way out, and who could not count may soon: it is counted again while somebody looks. */
const countAgainMs = 3_000

/** While a deployment is removed, and the count of what is left afterwards. */
export function RemovalResult({ id, deployment }: { id: string; deployment: Deployment | undefined }) {
  const name = deployment?.name
  const isInCluster = deployment?.cluster.kind === 'kubernetes'
  const residue = useQuery(
    api.deployments.residue.queryOptions({
      input: { id },
      refetchInterval: ({ state: { data, error } }) =>
        error !== null || (data && countLeft(data) > 0) ? countAgainMs : false,
    }),
  )
  const toBoard = (
    <LinkButton to="/" variant="default">
      Go to the board
    </LinkButton>
  )
  if (name === undefined || deployment === undefined) {
    return <EmptyNote heading="h1" title="This deployment does not exist." actions={toBoard} />
  }
  if (residue.error !== null) {
    return (
      <div className={classes.removal}>
        <h1 className={classes.name}>What is left of {name} cannot be counted</h1>
        <FailurePanel failure={toShownFailure(residue.error)} actions={toBoard} />
      </div>
    )
  }
  const counts = residue.data
  if (counts === undefined || counts === null) {
    return (
      <div className={classes.removal} aria-busy="true">
        <h1 className={classes.name}>Removing {name}</h1>
        <StatusMark look={deploymentLooks.removing} word="Stopping the app and deleting what belongs to it" />
        {deployment.failure !== null && <Hanging deployment={deployment} failure={deployment.failure} />}
      </div>
    )
  }
  const left = countLeft(counts)
  return (
    <div className={classes.removal}>
      <h1 className={classes.name}>{name} is removed</h1>
      <p className={classes.dangerText}>
        {left === 0
          ? 'Counted again afterwards: nothing is left.'
          : 'Counted again afterwards: this is left.'}
      </p>
      <dl className={classes.facts}>
        {rows.map(({ key, word, inCluster }) => (
          <div key={key} className={classes.fact}>
            <dt>{isInCluster ? inCluster : word}</dt>
            <dd>{counts[key]}</dd>
          </div>
        ))}
      </dl>
      {counts.keptData !== null && (
        <p className={classes.dangerText}>
          What it kept was set aside: <span className="mono">{counts.keptData}</span>
        </p>
      )}
      {toBoard}
    </div>
  )
}

/** What keeps it from being removed. It is tried again meanwhile. */
function Hanging({ deployment, failure }: { deployment: Deployment; failure: Failure }) {
  const [isOpen, setOpen] = useState(false)
  return (
    <>
      <FailurePanel
        failure={failure}
        actions={
          deployment.cluster.kind === 'kubernetes' && (
            <Button variant="default" onClick={() => setOpen(true)}>
              Forget {deployment.name}
            </Button>
          )
        }
      />
      <ForgetDialog deployment={deployment} isOpen={isOpen} close={() => setOpen(false)} />
    </>
  )
}
