import { ActionIcon, Tooltip } from '@mantine/core'
import { IconLock, IconPencil, IconTrash } from '@tabler/icons-react'
import type { ReactNode } from 'react'
import type { FormVariable } from './VariableForm.tsx'
import classes from './Variables.module.css'
import { scopeWords } from './words.ts'

/** One line a variable; the one that is edited is drawn by `editor`. */
export function VariableList<V extends FormVariable>({
  variables,
  edited,
  editor,
  noteOf,
  edit,
  remove,
}: {
  variables: readonly V[]
  edited: string | null
  editor: (variable: V) => ReactNode
  noteOf?: (variable: V) => ReactNode
  edit: (variable: V) => void
  remove: (variable: V) => void
}) {
  return (
    <ul className={classes.list} aria-label="Variables">
      {variables.map(one =>
        one.name === edited ? (
          <li key={one.name}>{editor(one)}</li>
        ) : (
          <li key={one.name} className={classes.row}>
            <span className="truncate mono" title={one.name}>
              {one.name}
            </span>
            <span
              className={`truncate mono ${classes.value}`}
              title={one.isSecret ? undefined : (one.value ?? '')}
            >
              {one.isSecret ? (
                <>
                  <IconLock size={13} aria-hidden /> set
                </>
              ) : (
                one.value
              )}
            </span>
            <span className={classes.scope}>{scopeWords[one.scope]}</span>
            <span className={classes.when}>{noteOf?.(one)}</span>
            <span className={classes.buttons}>
              <Tooltip label="Change">
                <ActionIcon size={28} aria-label={`Change ${one.name}`} onClick={() => edit(one)}>
                  <IconPencil size={15} />
                </ActionIcon>
              </Tooltip>
              <Tooltip label="Remove">
                <ActionIcon size={28} aria-label={`Remove ${one.name}`} onClick={() => remove(one)}>
                  <IconTrash size={15} />
                </ActionIcon>
              </Tooltip>
            </span>
          </li>
        ),
      )}
    </ul>
  )
}
