import { Button } from '@mantine/core'
import { useMutation, useQuery } from '@tanstack/react-query'
import type { Drift } from '../../../shared/domain/drift.ts'
import { refresh } from '../../actions/deployment-actions.ts'
import { toast } from '../../actions/toasts.tsx'
import { api, client, queryClient } from '../../connection/api.ts'
import { toShownFailure } from '../../connection/failures.ts'
import { Ago } from '../../format/clock.tsx'
import { FailurePanel } from '../../ui/FailurePanel.tsx'
import classes from './Deployment.module.css'
import type { DeploymentDetail } from './deployment-context.ts'

/** What others changed in the cluster, and what is kept of that. Drawn only when there is something. */
export function DriftNotice({ deployment }: { deployment: DeploymentDetail }) {
  const { id, differences } = deployment
  const drift = useQuery({
    ...api.drift.get.queryOptions({ input: { id } }),
    // It changes with the deployment.
    queryKey: [...api.drift.get.queryKey({ input: { id } }), differences, deployment.changedAt],
    placeholderData: before => before,
  })
  const act = useMutation({
    mutationFn: async ({ change }: { change: () => Promise<Drift>; done: string }) => change(),
    onSuccess: async (_, { done }) => {
      await queryClient.invalidateQueries({ queryKey: api.drift.key() })
      await refresh()
      toast(done)
    },
  })
  if (drift.data === undefined) return null
  const { kept, isRepairing, failure, differences: all } = drift.data
  if (all.length === 0 && kept.length === 0) return null
  return (
    <section
      className={all.length > 0 ? classes.drift : classes.driftKept}
      aria-label="Changed in the cluster"
    >
      {all.length > 0 && (
        <>
          <p>Somebody or something changed it in the cluster:</p>
          <ul className={classes.driftList}>
            {all.map(({ key, text, by, keeping }) => (
              <li key={key}>
                <span>
                  {text}
                  {by !== null && <span className="second"> · by {by}</span>}
                </span>
                <Button
                  variant="default"
                  size="compact-sm"
                  disabled={act.isPending || isRepairing}
                  aria-label={`Keep: ${text}`}
                  title={`Keep: ${keeping}`}
                  onClick={() =>
                    act.mutate({
                      change: () => client.drift.keep({ id, keys: [key] }),
                      done: `Kept: ${keeping}.`,
                    })
                  }
                >
                  Keep
                </Button>
              </li>
            ))}
          </ul>
          {failure !== null && <p className={classes.dangerText}>The last repair was not made: {failure}</p>}
          <div className={classes.formButtons}>
            <Button
              variant="default"
              loading={isRepairing}
              disabled={act.isPending}
              onClick={() =>
                act.mutate({ change: () => client.drift.repair({ id }), done: 'It is being put back.' })
              }
            >
              Repair
            </Button>
            <span className="second">Puts back what Slipway made, and leaves what is kept.</span>
          </div>
        </>
      )}
      {kept.length > 0 && (
        <>
          <p className="second">Kept as it was changed, until it changes again:</p>
          <ul className={classes.driftList}>
            {kept.map(({ key, text, keptBy, keptAt }) => (
              <li key={key}>
                <span>
                  {text}
                  <span className="second">
                    {' '}
                    · by {keptBy}, <Ago at={keptAt} />
                  </span>
                </span>
                <Button
                  variant="subtle"
                  size="compact-sm"
                  disabled={act.isPending}
                  aria-label={`Do not keep: ${text}`}
                  onClick={() =>
                    act.mutate({
                      change: () => client.drift.unkeep({ id, key }),
                      done: 'It is told again.',
                    })
                  }
                >
                  Undo
                </Button>
              </li>
            ))}
          </ul>
        </>
      )}
      {act.error !== null && <FailurePanel failure={toShownFailure(act.error)} />}
    </section>
  )
}
