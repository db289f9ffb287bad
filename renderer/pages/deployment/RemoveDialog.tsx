import { Button, Checkbox, Modal, TextInput } from '@mantine/core'
import { useMutation, useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import type { Deployment } from '../../../shared/domain/records.ts'
import { refresh } from '../../actions/deployment-actions.ts'
import { api, client } from '../../connection/api.ts'
import { toShownFailure } from '../../connection/failures.ts'
import { FailurePanel } from '../../ui/FailurePanel.tsx'
import classes from './Deployment.module.css'

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
  const { id, name, project } = deployment
  const [typed, setTyped] = useState('')
  const [deletesData, setDeletesData] = useState(false)
  const folders = useQuery({
    ...api.folders.list.queryOptions({ input: { id } }),
    enabled: isOpen,
    staleTime: 0,
  })
  const withData = (folders.data ?? []).filter(one => one.place !== null).map(({ path }) => path)
  const remove = useMutation({
    mutationFn: () => client.deployments.remove({ id, name: typed, deletesData }),
    onSuccess: async () => {
      close()
      await refresh()
    },
  })
  return (
    <Modal
      opened={isOpen}
      onClose={close}
      title={`Remove ${name}`}
      closeButtonProps={{ 'aria-label': 'Close' }}
      // A <header> in a dialog would be a second banner of the page.
      attributes={{ header: { role: 'presentation' } }}
    >
      <form
        className={classes.removeForm}
        onSubmit={event => {
          event.preventDefault()
          if (typed === name) remove.mutate()
        }}
      >
        <p>
          Lost: the running app, its checkouts with any files it wrote there, its logs, builds and releases.
          <br />
          Kept: <span className="mono">{project.source.address}</span>
        </p>
        <TextInput
          label={`Type ${name} to remove it`}
          value={typed}
          data-autofocus
          spellCheck={false}
          autoComplete="off"
          onChange={event => setTyped(event.currentTarget.value)}
        />
        {withData.length > 0 && (
          <Checkbox
            label={`Delete the data in ${withData.join(', ')} too`}
            description="Otherwise it is set aside, and you are told where."
            checked={deletesData}
            onChange={event => setDeletesData(event.currentTarget.checked)}
          />
        )}
        {remove.error !== null && <FailurePanel failure={toShownFailure(remove.error)} />}
        <div className={classes.dialogButtons}>
          <Button variant="default" onClick={close}>
            Keep it
          </Button>
          <Button
            type="submit"
            className={classes.removeNow}
            disabled={typed !== name}
            loading={remove.isPending}
          >
            Remove {name}
          </Button>
        </div>
      </form>
    </Modal>
  )
}
