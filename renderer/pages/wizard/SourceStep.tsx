import { Button, SegmentedControl, TextInput } from '@mantine/core'
import { useState } from 'react'
import { toImageText } from '../../../shared/domain/image.ts'
import type { Source } from '../../../shared/domain/records.ts'
import { Step } from './Step.tsx'
import { type TypedSource, toImageSource, toSource } from './to-source.ts'
import classes from './Wizard.module.css'

const kinds = {
  code: {
    title: 'Where is the code?',
    label: 'Address of a git repository, or path of a folder',
    placeholder: 'https://github.com/ana/blog.git or /home/ana/blog',
    refusal: 'Enter a repository’s address, or the full path of a folder.',
    help: 'Any git address that git on this computer can fetch, or a folder on this computer.',
    read: toSource,
  },
  image: {
    title: 'Which image?',
    label: 'Name of an image',
    placeholder: 'nginxinc/nginx-unprivileged:stable',
    refusal: 'Enter an image as docker names it, such as ghcr.io/ana/blog:1.2.',
    help: 'One that is in a registry already. Nothing is built: it runs as it is, pinned to what its tag names now.',
    read: toImageSource,
  },
} as const
type Kind = keyof typeof kinds

export function SourceStep({
  given,
  isOpen,
  accept,
  change,
}: {
  given: TypedSource | null
  isOpen: boolean
  accept: (typed: TypedSource) => void
  change: () => void
}) {
  const shown = given === null ? '' : toText(given)
  const [kind, setKind] = useState<Kind>(given?.source.kind === 'image' ? 'image' : 'code')
  const [text, setText] = useState(shown)
  const [isRefused, setRefused] = useState(false)
  if (!isOpen && given !== null)
    return <Step title="Source" answer={<span className="mono">{shown}</span>} change={change} />

  const { title, label, placeholder, refusal, help, read } = kinds[kind]
  return (
    <Step title={title}>
      <SegmentedControl
        className={classes.kinds}
        size="xs"
        aria-label="What is deployed"
        value={kind}
        onChange={value => {
          setKind(value as Kind)
          setRefused(false)
        }}
        data={[
          { value: 'code', label: 'A repository or folder' },
          { value: 'image', label: 'An image' },
        ]}
      />
      <form
        className={classes.form}
        onSubmit={event => {
          event.preventDefault()
          const next = read(text)
          setRefused(next === null)
          if (next !== null) accept(next)
        }}
      >
        <TextInput
          key={kind}
          className={classes.wide}
          aria-label={label}
          placeholder={placeholder}
          value={text}
          error={isRefused ? refusal : null}
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
      <p className={classes.help}>{help}</p>
    </Step>
  )
}

const toText = ({ source, branch }: { source: Source; branch: string | null }): string =>
  source.kind === 'image' ? toImageText(source.address, branch ?? '') : source.address
