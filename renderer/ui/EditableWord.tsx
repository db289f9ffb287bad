import { Tooltip } from '@mantine/core'
import { useRef, useState } from 'react'
import classes from './PlanSentence.module.css'

/** A part of a sentence that becomes a field when it is pressed. Enter keeps, Escape takes back. */
export function EditableWord({
  label,
  value,
  origin,
  none,
  isValid = () => true,
  set,
}: {
  label: string
  value: string
  origin: string | undefined
  none: string
  isValid?: (value: string) => boolean
  set: (value: string) => void
}) {
  const [draft, setDraft] = useState<string | null>(null)
  const word = useRef<HTMLButtonElement>(null)

  const finish = (next: string | null) => {
    if (next !== null && isValid(next.trim())) set(next.trim())
    setDraft(null)
    requestAnimationFrame(() => word.current?.focus())
  }

  if (draft !== null) {
    return (
      <input
        className={classes.field}
        aria-label={label}
        aria-invalid={!isValid(draft.trim())}
        value={draft}
        placeholder={none}
        size={Math.max(draft.length, none.length, 4)}
        // biome-ignore lint/a11y/noAutofocus: the field replaces the button that was pressed
        autoFocus
        spellCheck={false}
        onFocus={event => event.currentTarget.select()}
        onChange={event => setDraft(event.currentTarget.value)}
        onBlur={() => finish(draft)}
        onKeyDown={event => {
          if (event.key === 'Enter') {
            event.preventDefault()
            finish(draft)
          }
          if (event.key === 'Escape') finish(null)
        }}
      />
    )
  }
  const from = origin ?? 'not found in the repository'
  return (
    <Tooltip label={`${from} · press to change`}>
      <button
        ref={word}
        type="button"
        className={classes.word}
        data-empty={value === ''}
        aria-label={`${label}: ${value === '' ? none : value}, ${from}. Change`}
        onClick={() => setDraft(value)}
      >
        {value === '' ? none : value}
      </button>
    </Tooltip>
  )
}
