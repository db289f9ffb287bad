import { Button, Modal, TextInput } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import type { Deployment } from '../../../shared/domain/records.ts'
import { refresh } from '../../actions/deployment-actions.ts'
import { client } from '../../connection/api.ts'
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
  const remove = useMutation({
    mutationFn: () => client.deployments.remove({ id, name: typed }),
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
