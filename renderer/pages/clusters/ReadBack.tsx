import { Button } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import type { ReadBackReport } from '../../../shared/domain/read-back.ts'
import { client, queryClient } from '../../connection/api.ts'
import { toShownFailure } from '../../connection/failures.ts'
import { FailurePanel } from '../../ui/FailurePanel.tsx'
import classes from './Clusters.module.css'

/** Fills an empty database with what the cluster has, and says what it could not. */
export function ReadBack({ id }: { id: string }) {
  const readBack = useMutation({
    mutationFn: () => client.clusters.readBack({ id }),
    onSuccess: () => queryClient.invalidateQueries(),
  })
  return (
    <section className={classes.section} aria-label="Read back">
      <div className={classes.top}>
        <div>
          <h2 className={classes.title}>Read everything back</h2>
          <p className={classes.note}>
            For when Slipway’s own data is lost: adds the users, projects and deployments that run in this
            cluster and are not on record here, with their domains and secrets. What is here stays as it is.
          </p>
        </div>
        <Button variant="default" loading={readBack.isPending} onClick={() => readBack.mutate()}>
          Read back
        </Button>
      </div>
      {readBack.error !== null && <FailurePanel failure={toShownFailure(readBack.error)} />}
      {readBack.data !== undefined && <Report report={readBack.data} />}
    </section>
  )
}

function Report({ report }: { report: ReadBackReport }) {
  const { deployments, users, settings } = report
  const notes = [...(users.length === 0 ? [] : [`Users added: ${users.join(', ')}.`]), ...settings]
  return (
    <div role="status">
      {deployments.length === 0 && <p className={classes.note}>Slipway has nothing in this cluster.</p>}
      <ul className={classes.list}>
        {deployments.map(({ name, outcome, detail, missing }) => (
          <li key={name} className={classes.readBack}>
            <span className={`truncate ${classes.name}`}>{name}</span>
            <span className={classes.about}>{outcomeWords[outcome]}</span>
            <span className={classes.about}>
              {[
                ...(detail === '' ? [] : [detail]),
                ...(missing.length === 0 ? [] : [`Secrets to set: ${missing.join(', ')}.`]),
              ].join(' ')}
            </span>
          </li>
        ))}
      </ul>
      {notes.length > 0 && <p className={classes.note}>{notes.join(' ')}</p>}
    </div>
  )
}

const outcomeWords = {
  added: 'Read back',
  kept: 'Here already',
  refused: 'Not read back',
} as const satisfies Record<ReadBackReport['deployments'][number]['outcome'], string>
