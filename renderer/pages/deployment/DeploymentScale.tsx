import { Button } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import { sizeWords, toInstancesText } from '../../../shared/domain/size.ts'
import { refresh } from '../../actions/deployment-actions.ts'
import { toast } from '../../actions/toasts.tsx'
import { client } from '../../connection/api.ts'
import { toShownFailure } from '../../connection/failures.ts'
import { FailurePanel } from '../../ui/FailurePanel.tsx'
import { InstancesField, SizeField } from '../../ui/ScaleFields.tsx'
import classes from './Deployment.module.css'
import type { DeploymentDetail } from './deployment-context.ts'

/** What an instance gets, and how many there are. This computer bounds nothing, and says so. */
export function DeploymentScale({ deployment }: { deployment: DeploymentDetail }) {
  return (
    <section className={classes.owner} aria-label="Size and instances">
      <h2 className={classes.heading}>Size and instances</h2>
      {deployment.cluster.kind === 'local' ? (
        <p className={classes.dangerText}>
          On this computer there is one instance, and nothing bounds what it takes: it shares processor and
          memory with all that runs here. In a cluster it has a size, and as many instances as are asked for.
        </p>
      ) : (
        <ScaleForm key={`${deployment.size} ${deployment.instances}`} deployment={deployment} />
      )}
    </section>
  )
}

function ScaleForm({ deployment }: { deployment: DeploymentDetail }) {
  const { id, name, serving } = deployment
  const [size, setSize] = useState(deployment.size)
  const [instances, setInstances] = useState<number | null>(deployment.instances)
  const isScaled = instances !== deployment.instances
  const isResized = size !== deployment.size
  /** The size that runs, where another one waits for the next release. */
  const runs = serving !== null && serving.size !== size ? serving.size : null

  const save = useMutation({
    mutationFn: async ({ apply }: { apply: boolean }) => {
      if (isScaled && instances !== null) await client.deployments.scale({ id, instances })
      const applied =
        isResized || apply ? (await client.deployments.resize({ id, size, apply })).applied : 'nothing'
      await refresh()
      if (applied === 'release') toast(`Releasing the same build as ${sizeWords[size]}.`)
      else if (isResized) toast('Saved. The next release has the new size.')
      else toast(`Scaling ${name} to ${toInstancesText(instances ?? 1)}.`)
    },
  })

  return (
    <form
      className={classes.form}
      onSubmit={event => {
        event.preventDefault()
        if (instances !== null) save.mutate({ apply: runs !== null })
      }}
    >
      <SizeField value={size} choose={setSize} />
      <InstancesField value={instances} set={setInstances} />
      {runs !== null && (
        <p className={classes.dangerText}>
          What runs now is {sizeWords[runs]}. Another size is a release of the same build, without a failed
          request.
        </p>
      )}
      {save.error !== null && <FailurePanel failure={toShownFailure(save.error)} />}
      <div className={classes.formButtons}>
        <Button
          type="submit"
          disabled={instances === null || (!isScaled && runs === null)}
          loading={save.isPending}
        >
          {runs === null ? 'Scale' : 'Apply now'}
        </Button>
        {isResized && serving !== null && (
          <Button
            variant="default"
            disabled={instances === null || save.isPending}
            onClick={() => save.mutate({ apply: false })}
          >
            With the next deploy
          </Button>
        )}
      </div>
    </form>
  )
}
