import { useQuery } from '@tanstack/react-query'
import { formatBytes } from '../../../shared/domain/bytes.ts'
import { api } from '../../connection/api.ts'
import { toShownFailure } from '../../connection/failures.ts'
import classes from './Deployment.module.css'

/** What the deployment takes of this computer's disk; nothing waits for it. */
export function DeploymentSpace({ id }: { id: string }) {
  const { data, error } = useQuery({
    ...api.folders.space.queryOptions({ input: { id } }),
    staleTime: 60_000,
  })
  const least = data?.isComplete === false ? 'at least ' : ''
  return (
    <section className={classes.section} aria-label="Space on the disk">
      <h2 className={classes.heading}>Space on the disk</h2>
      <p className="second">
        {data !== undefined
          ? `Checkouts ${least}${formatBytes(data.checkouts)}, kept folders ${least}${formatBytes(data.kept)}, logs ${formatBytes(data.logs)}`
          : error === null
            ? 'Being measured'
            : toShownFailure(error).message}
      </p>
    </section>
  )
}
