import { Button, Modal, TextInput } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import type { Deployment } from '../../../shared/domain/records.ts'
import { refresh } from '../../actions/deployment-actions.ts'
import { toast } from '../../actions/toasts.tsx'
import { client } from '../../connection/api.ts'
import { toShownFailure } from '../../connection/failures.ts'
import { FailurePanel } from '../../ui/FailurePanel.tsx'
import classes from './Deployment.module.css'

/** For a removal that does not come to its end: asks for the name, and says what it leaves. */
export function ForgetDialog({
  deployment: { id, name, cluster },
  isOpen,
  close,
}: {
  deployment: Pick<Deployment, 'id' | 'name' | 'cluster'>
  isOpen: boolean
  close: () => void
}) {
  const [typed, setTyped] = useState('')
  const navigate = useNavigate()
  const forget = useMutation({
    mutationFn: () => client.deployments.forget({ id, name: typed }),
    onSuccess: async () => {
      close()
      await navigate({ to: '/clusters' })
      await refresh()
      toast(`Slipway forgot ${name}. What may be left of it in ${cluster.name} is listed here.`)
    },
  })
  return (
    <Modal
      opened={isOpen}
      onClose={close}
      title={`Forget ${name}`}
      closeButtonProps={{ 'aria-label': 'Close' }}
      // A <header> in a dialog would be a second banner of the page.
      attributes={{ header: { role: 'presentation' } }}
    >
      <form
        className={classes.removeForm}
        onSubmit={event => {
          event.preventDefault()
          if (typed === name) forget.mutate()
        }}
      >
        <p>
          Lost: its records and logs. Nothing in {cluster.name} is changed: the app may run on there, and
          Slipway keeps a list of what may be left.
        </p>
        <TextInput
          label={`Type ${name} to forget it`}
          value={typed}
          data-autofocus
          spellCheck={false}
          autoComplete="off"
          onChange={event => setTyped(event.currentTarget.value)}
        />
        {forget.error !== null && <FailurePanel failure={toShownFailure(forget.error)} />}
        <div className={classes.dialogButtons}>
          <Button variant="default" onClick={close}>
            Go on waiting
          </Button>
          <Button
            type="submit"
            className={classes.removeNow}
            disabled={typed !== name}
            loading={forget.isPending}
          >
            Forget {name}
          </Button>
        </div>
      </form>
    </Modal>
  )
}
