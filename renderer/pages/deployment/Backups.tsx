import { Button } from '@mantine/core'
import { useMutation, useQuery } from '@tanstack/react-query'
import { useRef, useState } from 'react'
import type { Backup } from '../../../shared/domain/add-on.ts'
import { formatBytes } from '../../../shared/domain/bytes.ts'
import { toast } from '../../actions/toasts.tsx'
import { api, client, queryClient } from '../../connection/api.ts'
import { toShownFailure } from '../../connection/failures.ts'
import { Ago } from '../../format/clock.tsx'
import { EmptyNote } from '../../ui/EmptyNote.tsx'
import { FailurePanel } from '../../ui/FailurePanel.tsx'
import { NameDialog } from '../../ui/NameDialog.tsx'
import { QueryView } from '../../ui/QueryView.tsx'
import { SkeletonRows } from '../../ui/SkeletonRows.tsx'
import classes from './Databases.module.css'
import type { DeploymentDetail } from './deployment-context.ts'

/** Backups of a database: made, listed, restored. */
export function Backups({ deployment: { id, name, status } }: { deployment: DeploymentDetail }) {
  const listed = useQuery({ ...api.addOns.backups.queryOptions({ input: { id } }), staleTime: 0 })
  const [bytes, setBytes] = useState(0)
  const [chosen, setChosen] = useState<Backup | null>(null)
  const cancelling = useRef(new AbortController())
  const backup = useMutation({
    mutationFn: async () => {
      cancelling.current = new AbortController()
      const { signal } = cancelling.current
      setBytes(0)
      try {
        for await (const step of await client.addOns.backup({ id }, { signal })) setBytes(step.bytes)
        if (!signal.aborted) toast(`${name} is backed up.`)
      } catch (error) {
        if (!signal.aborted) throw error
      }
    },
    onSettled: () => queryClient.invalidateQueries({ queryKey: api.addOns.backups.key() }),
  })
  const button = backup.isPending ? (
    <Button variant="default" onClick={() => cancelling.current.abort()}>
      Cancel · {formatBytes(bytes)} so far
    </Button>
  ) : (
    <Button variant="default" disabled={status !== 'live'} onClick={() => backup.mutate()}>
      Back up now
    </Button>
  )
  const failure = backup.error !== null && <FailurePanel failure={toShownFailure(backup.error)} />
  return (
    <QueryView query={listed} loading={<SkeletonRows count={2} widths={[40, 12, 12]} />}>
      {all =>
        all.length === 0 ? (
          <>
            <EmptyNote title="No backups yet" actions={button}>
              A backup is a file on this computer with all that the database holds. It stays when the database
              is removed.
            </EmptyNote>
            {failure}
          </>
        ) : (
          <div className={classes.page}>
            <div className={classes.bar}>{button}</div>
            {failure}
            <ul className={classes.list} aria-label="Backups">
              {all.map(one => (
                <li key={one.file} className={classes.backup}>
                  <span className="truncate mono" title={one.file}>
                    {one.file.split(/[/\\]/).at(-1)}
                  </span>
                  <span className="second">{formatBytes(one.bytes)}</span>
                  <Ago at={one.at} className={classes.when} />
                  <Button
                    variant="default"
                    disabled={status !== 'live' || backup.isPending}
                    onClick={() => setChosen(one)}
                  >
                    Restore…
                  </Button>
                </li>
              ))}
            </ul>
            {chosen !== null && (
              <RestoreDialog {...{ id, name }} backup={chosen} close={() => setChosen(null)} />
            )}
          </div>
        )
      }
    </QueryView>
  )
}

function RestoreDialog({
  id,
  name,
  backup,
  close,
}: {
  id: string
  name: string
  backup: Backup
  close: () => void
}) {
  const restore = useMutation({
    mutationFn: async (typed: string) => {
      const steps = await client.addOns.restore({ id, name: typed, file: backup.file })
      for await (const { isDone } of steps) if (isDone) toast(`${name} has what the backup has.`)
    },
    onSuccess: close,
  })
  return (
    <NameDialog
      {...{ name, close }}
      isOpen
      title={`Restore ${name}`}
      verb="Restore"
      otherwise="Leave it"
      act={typed => restore.mutate(typed)}
      isPending={restore.isPending}
      failure={restore.error === null ? null : toShownFailure(restore.error)}
      about={
        <>
          Lost: all that the database holds now, and every connection to it.
          <br />
          Then it has what the backup of <Ago at={backup.at} /> has, and nothing else.
        </>
      }
    />
  )
}
