import { Button } from '@mantine/core'
import { useState } from 'react'
import type { VariableEdit } from '../../../shared/domain/variable.ts'
import { EnvPaste } from '../../variables/EnvPaste.tsx'
import { type FormVariable, VariableForm } from '../../variables/VariableForm.tsx'
import { VariableList } from '../../variables/VariableList.tsx'
import { Step } from './Step.tsx'
import classes from './Wizard.module.css'

type Open = { readonly what: 'nothing' | 'new' | 'paste' } | { readonly what: 'edit'; readonly name: string }

/** Most apps need none at first: Enter goes on. */
export function VariablesStep({
  variables,
  isOpen,
  set,
  accept,
  change,
}: {
  variables: readonly VariableEdit[]
  isOpen: boolean
  set: (variables: readonly VariableEdit[]) => void
  accept: () => void
  change: () => void
}) {
  const [open, setOpen] = useState<Open>({ what: 'nothing' })
  const close = () => setOpen({ what: 'nothing' })
  const shown: FormVariable[] = variables.map(one => ({ ...one, value: one.value ?? '' }))

  if (!isOpen) {
    const names = variables.map(({ name }) => name).join(', ')
    return (
      <Step
        title="Variables"
        answer={names === '' ? 'None' : <span className="mono">{names}</span>}
        change={change}
      />
    )
  }
  const put = (edits: readonly VariableEdit[]) => {
    const names = new Set(edits.map(({ name }) => name))
    set([...variables.filter(one => !names.has(one.name)), ...edits])
    close()
  }
  const form = (given: FormVariable | null) => (
    <VariableForm
      given={given}
      taken={shown.filter(one => one.name !== given?.name).map(({ name }) => name)}
      isSaving={false}
      save={edit => put([edit])}
      cancel={close}
    />
  )
  return (
    <Step title="Which variables does it need?">
      {variables.length === 0 && open.what !== 'new' && (
        <p className={classes.help}>
          What the app or its build reads from its environment. They can be added later too.
        </p>
      )}
      <VariableList
        variables={shown}
        edited={open.what === 'edit' ? open.name : null}
        editor={form}
        edit={({ name }) => setOpen({ what: 'edit', name })}
        remove={({ name }) => set(variables.filter(one => one.name !== name))}
      />
      {open.what === 'new' && form(null)}
      {open.what === 'paste' && <EnvPaste known={shown} isSaving={false} save={put} close={close} />}
      {(open.what === 'nothing' || open.what === 'paste') && (
        <div className={classes.buttons}>
          <Button autoFocus onClick={accept}>
            {variables.length === 0 ? 'Continue without' : 'Continue'}
          </Button>
          <Button variant="default" onClick={() => setOpen({ what: 'new' })}>
            Add variable
          </Button>
          <Button variant="default" onClick={() => setOpen({ what: 'paste' })}>
            Paste .env
          </Button>
        </div>
      )}
    </Step>
  )
}
