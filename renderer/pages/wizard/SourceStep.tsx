import { Button, TextInput } from '@mantine/core'
import { useState } from 'react'
import type { Source } from '../../../shared/domain/records.ts'
import { Step } from './Step.tsx'
import { toSource } from './to-source.ts'
import classes from './Wizard.module.css'

export function SourceStep({
  source,
  isOpen,
  accept,
  change,
}: {
  source: Source | null
  isOpen: boolean
  accept: (source: Source) => void
  change: () => void
}) {
  const [text, setText] = useState(source?.address ?? '')
  const [isRefused, setRefused] = useState(false)
  if (!isOpen && source !== null) {
    return <Step title="Source" answer={<span className="mono">{source.address}</span>} change={change} />
  }
  return (
    <Step title="Where is the code?">
      <form
        className={classes.form}
        onSubmit={event => {
          event.preventDefault()
          const next = toSource(text)
          setRefused(next === null)
          if (next !== null) accept(next)
        }}
      >
        <TextInput
          className={classes.wide}
          aria-label="Address of a git repository, or path of a folder"
          placeholder="https://github.com/ana/blog.git or /home/ana/blog"
          value={text}
          error={isRefused ? 'Enter a repository’s address, or the full path of a folder.' : null}
          data-autofocus
          autoFocus
          spellCheck={false}
          autoComplete="off"
          onChange={event => {
            setText(event.currentTarget.value)
            setRefused(false)
          }}
        />
        <Button type="submit">Continue</Button>
      </form>
      <p className={classes.help}>
        Any git address that git on this computer can fetch, or a folder on this computer.
      </p>
    </Step>
  )
}
