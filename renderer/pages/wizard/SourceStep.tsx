import { Button, SegmentedControl, TextInput } from '@mantine/core'
import { useState } from 'react'
import type { Account } from '../../../shared/domain/github.ts'
import { toImageText } from '../../../shared/domain/image.ts'
import type { Source } from '../../../shared/domain/records.ts'
import { GitHubSource } from './GitHubSource.tsx'
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
type Kind = keyof typeof kinds | 'github'

export function SourceStep({
  given,
  accounts,
  isOpen,
  accept,
  change,
}: {
  given: TypedSource | null
  /** Who is signed in at GitHub. */
  accounts: readonly Account[]
  isOpen: boolean
  accept: (typed: TypedSource) => void
  change: () => void
}) {
  const shown = given === null ? '' : toText(given)
  const [kind, setKind] = useState<Kind>(toKind(given, accounts))
  const [text, setText] = useState(shown)
  const [isRefused, setRefused] = useState(false)
  if (!isOpen && given !== null)
    return <Step title="Source" answer={<span className="mono">{shown}</span>} change={change} />

  return (
    <Step title={kind === 'github' ? 'Which repository?' : kinds[kind].title}>
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
          { value: 'github', label: 'From GitHub' },
          { value: 'code', label: 'A repository or folder' },
          { value: 'image', label: 'An image' },
        ]}
      />
      {kind === 'github' ? (
        <GitHubSource
          accounts={accounts}
          pick={({ address }, { id, userId }) =>
            accept({ source: { kind: 'git', address }, branch: null, account: { id, userId } })
          }
        />
      ) : (
        <TypedForm
          kind={kind}
          text={text}
          isRefused={isRefused}
          type={next => {
            setText(next)
            setRefused(false)
          }}
          submit={() => {
            const next = kinds[kind].read(text)
            setRefused(next === null)
            if (next !== null) accept(next)
          }}
        />
      )}
    </Step>
  )
}

function TypedForm(props: {
  kind: keyof typeof kinds
  text: string
  isRefused: boolean
  type: (text: string) => void
  submit: () => void
}) {
  const { label, placeholder, refusal, help } = kinds[props.kind]
  return (
    <>
      <form
        className={classes.form}
        onSubmit={event => {
          event.preventDefault()
          props.submit()
        }}
      >
        <TextInput
          key={props.kind}
          className={classes.wide}
          aria-label={label}
          placeholder={placeholder}
          value={props.text}
          error={props.isRefused ? refusal : null}
          data-autofocus
          autoFocus
          spellCheck={false}
          autoComplete="off"
          onChange={event => props.type(event.currentTarget.value)}
        />
        <Button type="submit">Continue</Button>
      </form>
      <p className={classes.help}>{help}</p>
    </>
  )
}

function toKind(given: TypedSource | null, accounts: readonly Account[]): Kind {
  if (given === null) return accounts.length > 0 ? 'github' : 'code'
  if (given.account !== undefined) return 'github'
  return given.source.kind === 'image' ? 'image' : 'code'
}

const toText = ({ source, branch }: { source: Source; branch: string | null }): string =>
  source.kind === 'image' ? toImageText(source.address, branch ?? '') : source.address
