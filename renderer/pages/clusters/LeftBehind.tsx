import { Button } from '@mantine/core'
import { useMutation, useQuery } from '@tanstack/react-query'
import type { LeftBehind as Left } from '../../../shared/domain/left-behind.ts'
import { api, client, queryClient } from '../../connection/api.ts'
import { Ago } from '../../format/clock.tsx'
import classes from './Clusters.module.css'

/** What may be left of deployments that were forgotten; of one cluster, or of all. */
export function LeftBehind({ cluster }: { cluster?: string }) {
  const left = useQuery(api.clusters.left.queryOptions())
  const shown = (left.data ?? []).filter(one => cluster === undefined || one.cluster === cluster)
  if (shown.length === 0) return null
  return (
    <section className={classes.section} aria-label="What may be left">
      <h2 className={classes.title}>What may be left</h2>
      <p className={classes.note}>
        These were forgotten while their cluster could not be asked. Once it answers, read everything back
        from it and remove them again: that leaves nothing.
      </p>
      <ul className={classes.list}>
        {shown.map(one => (
          <Entry key={one.id} left={one} showsCluster={cluster === undefined} />
        ))}
      </ul>
    </section>
  )
}

function Entry({ left, showsCluster }: { left: Left; showsCluster: boolean }) {
  const { id, deployment, cluster, things, at } = left
  const dismiss = useMutation({
    mutationFn: () => client.clusters.dismissLeft({ id }),
    onSuccess: () => queryClient.invalidateQueries({ queryKey: api.clusters.key() }),
  })
  return (
    <li className={classes.left}>
      <div>
        <p>
          <span className={classes.name}>{deployment}</span>{' '}
          <span className={classes.about}>
            {showsCluster && `in ${cluster} · `}forgotten <Ago at={at} />
          </span>
        </p>
        <ul className={classes.things}>
          {things.map(thing => (
            <li key={thing}>{thing}</li>
          ))}
        </ul>
      </div>
      <Button
        variant="default"
        aria-label={`Take ${deployment} off the list`}
        loading={dismiss.isPending}
        onClick={() => dismiss.mutate()}
      >
        Take off the list
      </Button>
    </li>
  )
}
