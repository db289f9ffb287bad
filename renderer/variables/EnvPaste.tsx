import { Button, Modal, Textarea } from '@mantine/core'
import { type ReactNode, useState } from 'react'
import type { VariableEdit } from '../../shared/domain/variable.ts'
import { toChanges } from './to-changes.ts'
import type { FormVariable } from './VariableForm.tsx'
import classes from './Variables.module.css'

const kindWords = { added: 'Added', changed: 'Changed', unchanged: 'As it is', refused: 'Not taken' } as const

/** The text of a `.env` file, and what it would change, before it does. */
export function EnvPaste({
  known,
  isSaving,
  failure,
  save,
  close,
}: {
  known: readonly FormVariable[]
  isSaving: boolean
  failure?: ReactNode
  save: (set: VariableEdit[]) => void
  close: () => void
}) {
  const [text, setText] = useState('')
  const { set, lines } = toChanges(text, known)
  return (
    <Modal
      opened
      onClose={close}
      title="Paste a .env file"
      size="lg"
      closeButtonProps={{ 'aria-label': 'Close' }}
      attributes={{ header: { role: 'presentation' } }}
    >
      <form
        className={classes.paste}
        onSubmit={event => {
          event.preventDefault()
          if (set.length > 0) save(set)
        }}
      >
        <Textarea
          aria-label="Text of the file"
          placeholder={'API_URL=https://api.example.com\nSESSION_SECRET="..."'}
          value={text}
          autosize
          minRows={6}
          maxRows={12}
          data-autofocus
          spellCheck={false}
          onChange={event => setText(event.currentTarget.value)}
        />
        {lines.length > 0 && (
          // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard
          <ul className={classes.preview} aria-label="What changes" tabIndex={0}>
            {lines.map(line => (
              <li key={`${line.kind} ${line.text}`} className={classes.previewRow} data-kind={line.kind}>
                <span className={classes.previewKind}>{kindWords[line.kind]}</span>
                <span className={`truncate ${line.kind === 'refused' ? '' : 'mono'}`}>{line.text}</span>
                <span className={classes.previewNote}>{line.note}</span>
              </li>
            ))}
          </ul>
        )}
        {failure}
        <div className={classes.dialogButtons}>
          <Button variant="default" onClick={close}>
            Cancel
          </Button>
          <Button type="submit" disabled={set.length === 0} loading={isSaving}>
            {set.length === 0 ? 'Save' : `Save ${set.length} ${set.length === 1 ? 'variable' : 'variables'}`}
          </Button>
        </div>
      </form>
    </Modal>
  )
}
