import { useQuery } from '@tanstack/react-query'
import { api } from '../../connection/api.ts'
import { StatusMark } from '../../status/StatusMark.tsx'
import { deploymentLooks } from '../../status/status-map.ts'
import { EmptyNote } from '../../ui/EmptyNote.tsx'
import { LinkButton } from '../../ui/LinkButton.tsx'
import classes from './Deployment.module.css'

const rows = [
  { key: 'processes', word: 'Processes' },
  { key: 'checkouts', word: 'Checkouts' },
  { key: 'logs', word: 'Logs' },
  { key: 'rows', word: 'Records' },
] as const

/** While a deployment is removed, and the count of what is left afterwards. */
export function RemovalResult({ id, name }: { id: string; name: string | undefined }) {
  const residue = useQuery(api.deployments.residue.queryOptions({ input: { id } }))
  const toBoard = (
    <LinkButton to="/" variant="default">
      Go to the board
    </LinkButton>
  )
  if (residue.error !== null || name === undefined) {
    return <EmptyNote heading="h1" title="This deployment does not exist." actions={toBoard} />
  }
  const counts = residue.data
  if (counts === undefined || counts === null) {
    return (
      <div className={classes.removal} aria-busy="true">
        <h1 className={classes.name}>Removing {name}</h1>
        <StatusMark look={deploymentLooks.removing} word="Stopping the app and deleting what belongs to it" />
      </div>
    )
  }
  const left = rows.reduce((sum, { key }) => sum + counts[key], 0)
  return (
    <div className={classes.removal}>
      <h1 className={classes.name}>{name} is removed</h1>
      <p className={classes.dangerText}>
        {left === 0
          ? 'Counted again afterwards: nothing is left.'
          : 'Counted again afterwards: this is left.'}
      </p>
      <dl className={classes.facts}>
        {rows.map(({ key, word }) => (
          <div key={key} className={classes.fact}>
            <dt>{word}</dt>
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
