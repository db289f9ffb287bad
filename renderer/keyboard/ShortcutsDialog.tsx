import { Modal } from '@mantine/core'
import { Keys } from './Keys.tsx'
import classes from './ShortcutsDialog.module.css'
import { shortcutTable } from './shortcuts.ts'

export function ShortcutsDialog({ isOpen, close }: { isOpen: boolean; close: () => void }) {
  return (
    <Modal
      opened={isOpen}
      onClose={close}
      title="Keyboard shortcuts"
      closeButtonProps={{ 'aria-label': 'Close' }}
      // A <header> in a dialog would be a second banner of the page.
      attributes={{ header: { role: 'presentation' } }}
    >
      <dl className={classes.list}>
        {shortcutTable.map(({ keys, does }) => (
          <div key={keys} className={classes.row}>
            <dt>{does}</dt>
            <dd>
              <Keys keys={keys} />
            </dd>
          </div>
        ))}
      </dl>
    </Modal>
  )
}
