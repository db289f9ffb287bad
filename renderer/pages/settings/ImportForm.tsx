import { Button, PasswordInput, Switch } from '@mantine/core'
import { useState } from 'react'
import type { ImportReport } from '../../../shared/domain/export-file.ts'
import { toShownFailure } from '../../connection/failures.ts'
import { formatExact } from '../../format/time.ts'
import { FailurePanel } from '../../ui/FailurePanel.tsx'
import { ImportList } from './ImportList.tsx'
import classes from './Transfer.module.css'

/** What the file has and what would become of it, and the passphrase where secrets are sealed in it. */
export function ImportForm({
  report,
  error,
  isPending,
  start,
  close,
}: {
  report: ImportReport
  error: unknown
  isPending: boolean
  start: (passphrase: string | null) => void
  close: () => void
}) {
  const [passphrase, setPassphrase] = useState('')
  const [leavesSecrets, setLeavesSecrets] = useState(false)
  const needsPassphrase = report.isSealed && !leavesSecrets
  const shown = needsPassphrase ? report : withoutValues(report)
  const failure = error === null ? null : toShownFailure(error)
  const isWrong = failure?.code === 'passphrase_wrong'
  const { users, deployments } = report
  const hasSomething =
    users.added.length > 0 ||
    deployments.some(one => one.outcome === 'added' || (needsPassphrase && one.secrets.length > 0))
  return (
    <form
      className={classes.form}
      onSubmit={event => {
        event.preventDefault()
        if (hasSomething) start(needsPassphrase ? passphrase : null)
      }}
    >
      <p>
        Exported on {formatExact(report.madeAt)}.
        {users.added.length > 0 && ` New users: ${users.added.join(', ')}.`}
        {report.takesSettings && ' Its settings apply here, since nothing is deployed yet.'}
      </p>
      <ImportList report={shown} />
      {report.isSealed && (
        <>
          {!leavesSecrets && (
            <PasswordInput
              label="Passphrase"
              description="The one that the file was exported with."
              value={passphrase}
              autoComplete="off"
              data-autofocus
              error={isWrong && failure.message}
              onChange={event => setPassphrase(event.currentTarget.value)}
            />
          )}
          <Switch
            label="Leave the secrets out"
            checked={leavesSecrets}
            onChange={event => setLeavesSecrets(event.currentTarget.checked)}
          />
        </>
      )}
      {failure !== null && !isWrong && <FailurePanel failure={failure} />}
      <div className={classes.end}>
        <Button variant="default" onClick={close}>
          Cancel
        </Button>
        <Button
          type="submit"
          loading={isPending}
          disabled={!hasSomething || (needsPassphrase && passphrase === '')}
        >
          {hasSomething ? 'Import' : 'All of it is here'}
        </Button>
      </div>
    </form>
  )
}

/** As the report is when no secret gets its value. */
const withoutValues = (report: ImportReport): ImportReport => ({
  ...report,
  deployments: report.deployments.map(one => ({ ...one, missing: one.secrets })),
})
