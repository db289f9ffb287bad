import { Button, Select, Switch, Textarea, TextInput } from '@mantine/core'
import { type ReactNode, useState } from 'react'
import type { VariableEdit, VariableScope } from '../../shared/domain/variable.ts'
import {
  suggestScope,
  suggestSecret,
  whyNameIsRefused,
  whyValueIsRefused,
} from '../../shared/domain/variable-rules.ts'
import classes from './Variables.module.css'
import { scopeWords } from './words.ts'

/** What is edited. `value` null: a secret that is set, which stays as it is unless another value is typed. */
export interface FormVariable {
  readonly name: string
  readonly value: string | null
  readonly scope: VariableScope
  readonly isSecret: boolean
}

const scopes = Object.entries(scopeWords).map(([value, label]) => ({ value, label }))

/** One variable. While its name is typed, when it is there and whether it is secret are suggested. */
export function VariableForm({
  given,
  taken,
  isSaving,
  failure,
  save,
  cancel,
}: {
  given: FormVariable | null
  /** Names of the others. */
  taken: readonly string[]
  isSaving: boolean
  failure?: ReactNode
  save: (edit: VariableEdit) => void
  cancel: () => void
}) {
  const [name, setName] = useState(given?.name ?? '')
  const [value, setValue] = useState(given?.value ?? '')
  const [isTyped, setTyped] = useState(given === null || given.value !== null)
  const [scope, setScope] = useState<VariableScope | null>(given?.scope ?? null)
  const [isSecret, setSecret] = useState<boolean | null>(given?.isSecret ?? null)

  const shownScope = scope ?? suggestScope(name)
  const shownSecret = isSecret ?? suggestSecret(name)
  const isKept = !isTyped && shownSecret
  const nameProblem = taken.includes(name) ? `${name} is there already` : whyNameIsRefused(name)
  const valueProblem = isKept ? undefined : whyValueIsRefused(value)

  return (
    <form
      className={classes.form}
      aria-label={given === null ? 'New variable' : `Variable ${given.name}`}
      onSubmit={event => {
        event.preventDefault()
        if (nameProblem !== undefined || valueProblem !== undefined) return
        save({ name, scope: shownScope, isSecret: shownSecret, ...(isKept ? {} : { value }) })
      }}
    >
      <TextInput
        label="Name"
        value={name}
        error={name === '' ? null : nameProblem}
        disabled={given !== null}
        autoFocus={given === null}
        spellCheck={false}
        autoComplete="off"
        onChange={event => setName(event.currentTarget.value)}
      />
      <Textarea
        label="Value"
        value={value}
        placeholder={isKept ? 'Set. Type to replace it.' : ''}
        error={valueProblem}
        autosize
        minRows={1}
        maxRows={8}
        autoFocus={given !== null}
        spellCheck={false}
        autoComplete="off"
        onChange={event => {
          setValue(event.currentTarget.value)
          setTyped(true)
        }}
      />
      <div className={classes.formOptions}>
        <Select
          aria-label="When it is there"
          data={scopes}
          value={shownScope}
          allowDeselect={false}
          onChange={next => setScope(next as VariableScope)}
        />
        <Switch
          label="Secret: never shown again, masked in logs"
          checked={shownSecret}
          onChange={event => setSecret(event.currentTarget.checked)}
        />
      </div>
      {failure}
      <div className={classes.formButtons}>
        <Button
          type="submit"
          loading={isSaving}
          disabled={nameProblem !== undefined || valueProblem !== undefined}
        >
          {given === null ? 'Add' : 'Save'}
        </Button>
        <Button variant="default" onClick={cancel}>
          Cancel
        </Button>
      </div>
    </form>
  )
}
