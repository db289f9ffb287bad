import { Checkbox } from '@mantine/core'
import { useMutation, useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import type { Deployment } from '../../../shared/domain/records.ts'
import { refresh } from '../../actions/deployment-actions.ts'
import { api, client } from '../../connection/api.ts'
import { toShownFailure } from '../../connection/failures.ts'
import { NameDialog } from '../../ui/NameDialog.tsx'

/** The only question before an act: says what is lost and what is kept, and asks for the name. */
export function RemoveDialog({
  deployment,
  isOpen,
  close,
}: {
  deployment: Deployment
  isOpen: boolean
  close: () => void
}) {
  const { id, name, project, addOn } = deployment
  const [deletesData, setDeletesData] = useState(false)
  const folders = useQuery({
    ...api.folders.list.queryOptions({ input: { id } }),
    enabled: isOpen && addOn === null,
    staleTime: 0,
  })
  const withData = (folders.data ?? []).filter(one => one.place !== null).map(({ path }) => path)
  const remove = useMutation({
    mutationFn: (typed: string) => client.deployments.remove({ id, name: typed, deletesData }),
    onSuccess: async () => {
      close()
      await refresh()
    },
  })
  return (
    <NameDialog
      {...{ name, isOpen, close }}
      title={`Remove ${name}`}
      verb="Remove"
      otherwise="Keep it"
      act={typed => remove.mutate(typed)}
      isPending={remove.isPending}
      failure={remove.error === null ? null : toShownFailure(remove.error)}
      about={
        addOn !== null ? (
          <>
            Lost: its password, with which what was attached to it reached it, its logs, builds and releases.
            <br />
            Kept: backups on this computer{deletesData ? '' : ', and its volume with all that it holds'}.
          </>
        ) : (
          <>
            Lost: the running app, its checkouts with any files it wrote there, its logs, builds and releases.
            <br />
            Kept: <span className="mono">{project.source.address}</span>
          </>
        )
      }
    >
      {addOn !== null && (
        <Checkbox
          label={`Delete its volume of ${addOn.volumeGib} GiB too`}
          description="With all that the database holds. Otherwise it is kept in the cluster, and you are told where."
          checked={deletesData}
          onChange={event => setDeletesData(event.currentTarget.checked)}
        />
      )}
      {withData.length > 0 && (
        <Checkbox
          label={`Delete the data in ${withData.join(', ')} too`}
          description="Otherwise it is set aside, and you are told where."
          checked={deletesData}
          onChange={event => setDeletesData(event.currentTarget.checked)}
        />
      )}
    </NameDialog>
  )
}
