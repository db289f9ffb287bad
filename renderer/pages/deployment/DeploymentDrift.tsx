import { Switch } from '@mantine/core'
import { useMutation, useQuery } from '@tanstack/react-query'
import { api, client, queryClient } from '../../connection/api.ts'
import { toShownFailure } from '../../connection/failures.ts'
import { FailurePanel } from '../../ui/FailurePanel.tsx'
import { QueryView } from '../../ui/QueryView.tsx'
import { SkeletonRows } from '../../ui/SkeletonRows.tsx'
import classes from './Deployment.module.css'

/** Whether what others change in the cluster is put back without being asked. Takes effect at once. */
export function DeploymentDrift({ id }: { id: string }) {
  const drift = useQuery(api.drift.get.queryOptions({ input: { id } }))
  const set = useMutation({
    mutationFn: async (repairsItself: boolean) => {
      await client.drift.set({ id, repairsItself })
      await queryClient.invalidateQueries({ queryKey: api.drift.key() })
    },
  })
  return (
    <section className={classes.owner} aria-label="Changes in the cluster">
      <h2 className={classes.heading}>Changes in the cluster</h2>
      <QueryView query={drift} loading={<SkeletonRows count={1} widths={[24]} />}>
        {({ repairsItself }) => (
          <Switch
            label="Put back what others change"
            description="With kubectl, say. Otherwise it is shown on the overview, and you choose. What an autoscaler sets is left alone."
            checked={set.isPending ? set.variables : repairsItself}
            disabled={set.isPending}
            onChange={event => set.mutate(event.currentTarget.checked)}
          />
        )}
      </QueryView>
      {set.error !== null && <FailurePanel failure={toShownFailure(set.error)} />}
    </section>
  )
}
