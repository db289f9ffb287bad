import { Button } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import type { Registry } from '../../../shared/domain/cluster.ts'
import type { InstalledRegistry } from '../../../shared/domain/cluster-registry.ts'
import { api, client, queryClient } from '../../connection/api.ts'
import { FailurePanel } from '../../ui/FailurePanel.tsx'
import { QueryView } from '../../ui/QueryView.tsx'
import { SkeletonRows } from '../../ui/SkeletonRows.tsx'
import classes from './Clusters.module.css'
import { RegistryObjects, RegistrySteps } from './RegistryLists.tsx'
import { RemoveRegistryDialog } from './RemoveRegistryDialog.tsx'
import { useRegistrySteps } from './use-registry-steps.ts'

/** The registry that Slipway installs where there is none. `changed`: what the cluster can do is another thing now. */
export function ClusterRegistry({
  id,
  name,
  registry,
  changed,
}: {
  id: string
  name: string
  registry: Registry | null
  changed: () => void
}) {
  const found = useQuery({ ...api.clusters.registry.queryOptions({ input: { id } }), staleTime: 0 })
  const [isOpen, setOpen] = useState(false)
  const [isRemoving, setRemoving] = useState(false)
  const work = useRegistrySteps(
    (kind, signal) =>
      kind === 'install'
        ? client.clusters.installRegistry({ id }, { signal })
        : client.clusters.removeRegistry({ id, losesImages: true }, { signal }),
    async () => {
      setOpen(false)
      await queryClient.invalidateQueries({ queryKey: api.clusters.key() })
      changed()
    },
  )
  const isInstalled = registry?.isInstalled === true
  const isIncomplete = isInstalled && found.data !== undefined && found.data.state !== 'complete'
  return (
    <section className={classes.section} aria-label="Registry">
      <div className={classes.top}>
        <h2 className={classes.title}>Registry</h2>
        {work.running !== null ? (
          <Button variant="default" onClick={work.cancel}>
            Cancel
          </Button>
        ) : isInstalled ? (
          <span className={classes.pair}>
            {isIncomplete && <Button onClick={() => work.run('install')}>Go on installing</Button>}
            <Button variant="default" onClick={() => setRemoving(true)}>
              Remove
            </Button>
          </span>
        ) : (
          !isOpen && (
            <Button variant="default" onClick={() => setOpen(true)}>
              Install a registry
            </Button>
          )
        )}
      </div>
      <p className={classes.note}>
        {work.running === null ? toAbout(registry, found.data) : runningWords[work.running]}
      </p>
      {work.failure !== null && <FailurePanel failure={work.failure} />}
      {work.running !== null ? (
        <RegistrySteps steps={work.steps} />
      ) : (
        (isInstalled || isOpen) && (
          <QueryView query={found} loading={<SkeletonRows count={7} widths={[20, 40]} />}>
            {data => <RegistryObjects registry={data} />}
          </QueryView>
        )
      )}
      {isOpen && !isInstalled && work.running === null && (
        <div className={classes.buttons}>
          <Button disabled={found.data === undefined} onClick={() => work.run('install')}>
            Install
          </Button>
          <Button variant="default" onClick={() => setOpen(false)}>
            Cancel
          </Button>
        </div>
      )}
      <RemoveRegistryDialog
        name={name}
        deployments={found.data?.deployments ?? []}
        otherPods={found.data?.otherPods ?? []}
        isOpen={isRemoving}
        close={() => setRemoving(false)}
        remove={() => {
          setRemoving(false)
          work.run('remove')
        }}
      />
    </section>
  )
}

const runningWords = {
  install: 'It is being installed. Whoever leaves breaks it off, and can go on with it later.',
  remove: 'It is being removed.',
} as const

function toAbout(registry: Registry | null, found: InstalledRegistry | undefined): string {
  if (registry === null) {
    return 'Images have no place here yet. Slipway can install a registry in the cluster, with a volume and a password of its own; nothing on the nodes is changed. Or name another in the settings below.'
  }
  if (found !== undefined && found.state !== 'complete') return 'Some of what Slipway installs is missing.'
  return `Installed by Slipway. Builds push to ${registry.address}; every node pulls from its own ${registry.pullAddress}.`
}
