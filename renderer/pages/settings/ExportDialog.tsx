import { Button, Modal, PasswordInput, Switch } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import { whyPassphraseIsRefused } from '../../../shared/domain/export-file.ts'
import { saveFile } from '../../actions/save-file.ts'
import { toast } from '../../actions/toasts.tsx'
import { client } from '../../connection/api.ts'
import { toShownFailure } from '../../connection/failures.ts'
import { FailurePanel } from '../../ui/FailurePanel.tsx'
import classes from './Transfer.module.css'

/** Secrets reach this page sealed only, with the rest of the file. */
export function ExportDialog({ close }: { close: () => void }) {
  const [isWithSecrets, setWithSecrets] = useState(false)
  const [passphrase, setPassphrase] = useState('')
  const [again, setAgain] = useState('')
  const refused = whyPassphraseIsRefused(passphrase)
  const isReady = !isWithSecrets || (refused === undefined && again === passphrase)

  const make = useMutation({
    mutationFn: async () => {
      const made = await client.transfer.export({ passphrase: isWithSecrets ? passphrase : null })
      const day = new Date().toISOString().slice(0, 10)
      saveFile([made.text], { name: `slipway-${day}.json`, type: 'application/json' })
      const deployments = `${made.deployments} deployment${made.deployments === 1 ? '' : 's'}`
      const secrets = `${made.secrets} secret${made.secrets === 1 ? '' : 's'}`
      toast(`Exported ${deployments}, ${isWithSecrets ? secrets : 'no values of secrets'}.`)
    },
    onSuccess: close,
  })

  return (
    <Modal
      opened
      onClose={close}
      title="Export"
      closeButtonProps={{ 'aria-label': 'Close' }}
      // A <header> in a dialog would be a second banner of the page.
      attributes={{ header: { role: 'presentation' } }}
    >
      <form
        className={classes.form}
        onSubmit={event => {
          event.preventDefault()
          if (isReady) make.mutate()
        }}
      >
        <p>
          The file has users, projects, deployments and their variables, for another computer. Builds,
          releases and logs stay here.
        </p>
        <Switch
          label="With the values of secrets"
          checked={isWithSecrets}
          data-autofocus
          onChange={event => setWithSecrets(event.currentTarget.checked)}
        />
        {isWithSecrets && (
          <>
            <PasswordInput
              label="Passphrase"
              description="Seals the secrets. Nobody can open them without it, and it cannot be found again."
              value={passphrase}
              autoFocus
              autoComplete="new-password"
              error={passphrase !== '' && refused !== undefined && `${refused}.`}
              onChange={event => setPassphrase(event.currentTarget.value)}
            />
            <PasswordInput
              label="The same again"
              value={again}
              autoComplete="new-password"
              error={again !== '' && !passphrase.startsWith(again) && 'The two differ.'}
              onChange={event => setAgain(event.currentTarget.value)}
            />
          </>
        )}
        {make.error !== null && <FailurePanel failure={toShownFailure(make.error)} />}
        <div className={classes.end}>
          <Button variant="default" onClick={close}>
            Cancel
          </Button>
          <Button type="submit" disabled={!isReady} loading={make.isPending}>
            Export
          </Button>
        </div>
      </form>
    </Modal>
  )
}
