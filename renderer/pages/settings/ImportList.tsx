import type { Imported, ImportReport } from '../../../shared/domain/export-file.ts'
import classes from './Transfer.module.css'

const outcomeWords = {
  added: 'new',
  kept: 'here already',
  left_out: 'left out',
} as const satisfies Record<Imported['outcome'], string>

/** What becomes of each deployment of a file. */
export function ImportList({ report: { deployments } }: { report: ImportReport }) {
  if (deployments.length === 0) return <p>The file has no deployments.</p>
  return (
    <ul className={classes.list} aria-label="Deployments in the file">
      {deployments.map(one => (
        <li key={one.name} className={classes.item}>
          <span className={`truncate ${classes.name}`} title={one.name}>
            {one.name}
          </span>
          <span className={classes.outcome} data-outcome={one.outcome}>
            {outcomeWords[one.outcome]}
          </span>
          <span className={classes.note}>{noteOf(one)}</span>
        </li>
      ))}
    </ul>
  )
}

function noteOf({ outcome, note, owner, variables, secrets, missing }: Imported): string {
  const toSet = missing.length === 0 ? '' : `Secrets to set: ${missing.join(', ')}.`
  if (outcome !== 'added') return [note, toSet].join(' ').trim()
  const plain = variables - secrets.length
  const has = [
    plain > 0 ? `${plain} variable${plain === 1 ? '' : 's'}` : '',
    secrets.length > 0 ? `${secrets.length} secret${secrets.length === 1 ? '' : 's'}` : '',
  ].filter(word => word !== '')
  return [`Of ${owner}${has.length === 0 ? '' : `, with ${has.join(' and ')}`}.`, toSet].join(' ').trim()
}
