import { Button } from '@mantine/core'
import { useMutation, useQuery } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { toast } from '../../actions/toasts.tsx'
import { client, everyDeployment, queryClient } from '../../connection/api.ts'
import { toShownFailure } from '../../connection/failures.ts'
import { FailurePanel } from '../../ui/FailurePanel.tsx'
import { NameDialog } from '../../ui/NameDialog.tsx'
import classes from './Clusters.module.css'

/** Its settings are forgotten; where something is deployed there, that too, by name. */
export function RemoveCluster({ id, name }: { id: string; name: string }) {
  const navigate = useNavigate()
  const [isOpen, setOpen] = useState(false)
  const deployed = (useQuery(everyDeployment).data ?? []).filter(one => one.cluster.id === id)
  const remove = useMutation({
    mutationFn: () => client.clusters.remove({ id, forgets: deployed.length > 0 }),
    onSuccess: async () => {
      await navigate({ to: '/clusters' })
      await queryClient.invalidateQueries()
      toast(`Slipway forgot ${name}. Nothing in the cluster was changed.`)
    },
  })
  const failure = remove.error === null ? null : toShownFailure(remove.error)
  return (
    <section className={classes.section} aria-label="Remove">
      <div className={classes.top}>
        <div>
          <h2 className={classes.title}>Remove from Slipway</h2>
          <p className={classes.note}>
            Its settings are forgotten. Nothing in the cluster is changed.
            {deployed.length > 0 &&
              ' Remove what is deployed there first, if it can be reached; otherwise that is forgotten too.'}
          </p>
        </div>
        <Button
          variant="default"
          loading={remove.isPending}
          onClick={() => (deployed.length === 0 ? remove.mutate() : setOpen(true))}
        >
          Remove
        </Button>
      </div>
      {failure !== null && !isOpen && <FailurePanel failure={failure} />}
      <NameDialog
        {...{ name, isOpen, failure }}
        close={() => setOpen(false)}
        title={`Remove ${name} and forget what is deployed there`}
        verb="Forget"
        otherwise="Keep it"
        act={() => remove.mutate()}
        isPending={remove.isPending}
        about={
          <>
            Lost: records and logs of {deployed.map(one => one.name).join(', ')}. Nothing in the cluster is
            changed: the apps may run on there, and Slipway keeps a list of what may be left.
          </>
        }
      />
    </section>
  )
}
