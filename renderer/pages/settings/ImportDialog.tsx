import { Button, FileButton, Modal } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { type ImportReport, mostExportBytes } from '../../../shared/domain/export-file.ts'
import { client } from '../../connection/api.ts'
import { toShownFailure } from '../../connection/failures.ts'
import { FailurePanel } from '../../ui/FailurePanel.tsx'
import { LinkButton } from '../../ui/LinkButton.tsx'
import { refreshUsers } from '../../users/user-actions.ts'
import { ImportForm } from './ImportForm.tsx'
import { ImportList } from './ImportList.tsx'
import classes from './Transfer.module.css'

const tooLarge = {
  code: 'invalid_input' as const,
  message: 'The file is larger than 4 MiB, and no export of Slipway is.',
  hint: 'Choose a file that Slipway exported.',
}

/** A file is chosen, what it has is shown, then it is imported. */
export function ImportDialog({ close }: { close: () => void }) {
  const look = useMutation({
    mutationFn: async (file: File) => {
      if (file.size > mostExportBytes) return { failure: tooLarge }
      const text = await file.text()
      return { text, report: await client.transfer.inspect({ text }) }
    },
  })
  const bring = useMutation({
    mutationFn: async (wish: { text: string; passphrase: string | null }) => {
      const report = await client.transfer.import(wish)
      await refreshUsers()
      return report
    },
  })
  const chosen = look.data?.report === undefined ? null : look.data
  const failure = look.data?.failure ?? (look.error === null ? null : toShownFailure(look.error))

  return (
    <Modal
      opened
      onClose={close}
      size="lg"
      title="Import"
      closeButtonProps={{ 'aria-label': 'Close' }}
      // A <header> in a dialog would be a second banner of the page.
      attributes={{ header: { role: 'presentation' } }}
    >
      {bring.data !== undefined ? (
        <Done report={bring.data} close={close} />
      ) : chosen !== null ? (
        <ImportForm
          report={chosen.report}
          error={bring.error}
          isPending={bring.isPending}
          start={passphrase => bring.mutate({ text: chosen.text, passphrase })}
          close={close}
        />
      ) : (
        <Choose failure={failure && <FailurePanel failure={failure} />}>
          <FileButton accept="application/json,.json" onChange={file => file !== null && look.mutate(file)}>
            {props => (
              <Button {...props} loading={look.isPending} data-autofocus>
                Choose a file
              </Button>
            )}
          </FileButton>
        </Choose>
      )}
    </Modal>
  )
}

function Choose({ failure, children }: { failure: ReactNode; children: ReactNode }) {
  return (
    <div className={classes.form}>
      <p>
        A file that was exported from Slipway. What is here already stays as it is, and nothing is started.
        You see what the file has before it is imported.
      </p>
      {failure}
      <div className={classes.end}>{children}</div>
    </div>
  )
}

function Done({ report, close }: { report: ImportReport; close: () => void }) {
  const added = report.deployments.filter(one => one.outcome === 'added').length
  const missing = report.deployments.filter(one => one.missing.length > 0)
  return (
    <div className={classes.form}>
      <p>
        {added === 1 ? '1 deployment was' : `${added} deployments were`} added. Nothing was started: press
        Deploy for what should run.
        {missing.length > 0 && ' Set the secrets that are named here first, in the variables of each.'}
      </p>
      <ImportList report={report} />
      <div className={classes.end}>
        <Button variant="default" onClick={close}>
          Close
        </Button>
        <LinkButton to="/">Open the board</LinkButton>
      </div>
    </div>
  )
}
