import { Button, Modal, TextInput } from '@mantine/core'
import { type ReactNode, useState } from 'react'
import type { Failure } from '../../shared/domain/failure.ts'
import { FailurePanel } from './FailurePanel.tsx'
import classes from './NameDialog.module.css'

/** Before what cannot be undone: says what is lost and what is kept, and asks for the name. */
export function NameDialog(props: {
  name: string
  title: string
  /** As on the button: `Remove`, `Forget`. */
  verb: 'Remove' | 'Forget' | 'Restore'
  /** What the other button says. */
  otherwise: string
  isOpen: boolean
  close: () => void
  act: (typed: string) => void
  isPending: boolean
  failure: Failure | null
  /** What is lost and what is kept. */
  about: ReactNode
  children?: ReactNode
}) {
  const { name, verb } = props
  const [typed, setTyped] = useState('')
  return (
    <Modal
      opened={props.isOpen}
      onClose={props.close}
      title={props.title}
      closeButtonProps={{ 'aria-label': 'Close' }}
      // A <header> in a dialog would be a second banner of the page.
      attributes={{ header: { role: 'presentation' } }}
    >
      <form
        className={classes.form}
        onSubmit={event => {
          event.preventDefault()
          if (typed === name) props.act(typed)
        }}
      >
        <p>{props.about}</p>
        <TextInput
          label={`Type ${name} to ${verb.toLowerCase()} it`}
          value={typed}
          data-autofocus
          spellCheck={false}
          autoComplete="off"
          onChange={event => setTyped(event.currentTarget.value)}
        />
        {props.children}
        {props.failure !== null && <FailurePanel failure={props.failure} />}
        <div className={classes.buttons}>
          <Button variant="default" onClick={props.close}>
            {props.otherwise}
          </Button>
          <Button type="submit" className={classes.act} disabled={typed !== name} loading={props.isPending}>
            {verb} {name}
          </Button>
        </div>
      </form>
    </Modal>
  )
}
