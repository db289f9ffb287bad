import { Button, Modal, TextInput } from '@mantine/core'
import { type ReactNode, useState } from 'react'
import type { Failure } from '../../shared/domain/failure.ts'
import { FailurePanel } from './FailurePanel.tsx'
import classes from './NameDialog.module.css'

interface NameFormProps {
  readonly name: string
  /** As on the button. */
  readonly verb: 'Remove' | 'Forget' | 'Restore'
  /** What the other button says. */
  readonly otherwise: string
  readonly close: () => void
  readonly act: (typed: string) => void
  readonly isPending: boolean
  readonly failure: Failure | null
  /** What is lost and what is kept. */
  readonly about: ReactNode
  readonly children?: ReactNode
}

/** Before what cannot be undone: says what is lost and what is kept, and asks for the name. */
export function NameDialog({
  title,
  isOpen,
  ...form
}: NameFormProps & { readonly title: string; readonly isOpen: boolean }) {
  return (
    <Modal
      opened={isOpen}
      onClose={form.close}
      title={title}
      closeButtonProps={{ 'aria-label': 'Close' }}
      // A <header> in a dialog would be a second banner of the page.
      attributes={{ header: { role: 'presentation' } }}
    >
      <NameForm {...form} />
    </Modal>
  )
}

export function NameForm(props: NameFormProps) {
  const { name, verb } = props
  const [typed, setTyped] = useState('')
  return (
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
  )
}
