import { Button } from '@mantine/core'
import { useState } from 'react'
import { ExportDialog } from './ExportDialog.tsx'
import { ImportDialog } from './ImportDialog.tsx'
import { SettingsRow } from './SettingsRow.tsx'
import classes from './Transfer.module.css'

/** The platform as one file, and back. A dialog forgets what was typed when it closes. */
export function Transfer() {
  const [open, setOpen] = useState<'export' | 'import' | null>(null)
  const close = () => setOpen(null)
  return (
    <SettingsRow title="Export and import" about="Users, projects and deployments in one file.">
      <div className={classes.buttons}>
        <Button variant="default" onClick={() => setOpen('export')}>
          Export…
        </Button>
        <Button variant="default" onClick={() => setOpen('import')}>
          Import…
        </Button>
      </div>
      {open === 'export' && <ExportDialog close={close} />}
      {open === 'import' && <ImportDialog close={close} />}
    </SettingsRow>
  )
}
