import { Button, TextInput } from '@mantine/core'
import { IconBrandGithub, IconCopy, IconExternalLink } from '@tabler/icons-react'
import { useState } from 'react'
import type { Account } from '../../shared/domain/github.ts'
import { toHostName } from '../../shared/domain/github-address.ts'
import { copyText } from '../actions/copy.ts'
import { useNow } from '../format/clock.tsx'
import { formatElapsed } from '../format/time.ts'
import { FailurePanel } from '../ui/FailurePanel.tsx'
import classes from './GitHub.module.css'
import { useCodeSignIn } from './use-code-sign-in.ts'

/** A code, a browser tab, done. */
export function CodeSignIn({
  baseUrl,
  needsClientId,
  done,
}: {
  baseUrl: string
  needsClientId: boolean
  done: (account: Account) => void
}) {
  const { step, isBeginning, failure, begin, cancel } = useCodeSignIn(baseUrl, done)
  const [clientId, setClientId] = useState('')
  if (step !== null) {
    return (
      <div className={classes.codeBox} role="status">
        <p className={classes.say}>
          Type this code at <span className="mono">{toHostName(step.url)}</span>
        </p>
        <p className={classes.code}>{step.code}</p>
        <div className={classes.buttons}>
          <Button
            component="a"
            href={step.url}
            target="_blank"
            rel="noopener noreferrer"
            leftSection={<IconExternalLink size={16} aria-hidden />}
          >
            Open GitHub
          </Button>
          <Button
            variant="default"
            leftSection={<IconCopy size={16} aria-hidden />}
            onClick={() => void copyText(step.code, 'the code')}
          >
            Copy the code
          </Button>
          <Button variant="subtle" color="gray" onClick={cancel}>
            Cancel
          </Button>
        </div>
        <p className={classes.note}>
          Waiting until it is typed. <Left until={step.expiresAt} />
        </p>
      </div>
    )
  }
  return (
    <form
      className={classes.way}
      onSubmit={event => {
        event.preventDefault()
        begin(needsClientId ? clientId.trim() : undefined)
      }}
    >
      {needsClientId && (
        <TextInput
          className={classes.field}
          label="Client ID"
          description={`Of an OAuth app or GitHub App that is registered at ${toHostName(baseUrl)} and allows the device flow.`}
          value={clientId}
          spellCheck={false}
          autoComplete="off"
          onChange={event => setClientId(event.currentTarget.value)}
        />
      )}
      <div className={classes.buttons}>
        <Button
          type="submit"
          loading={isBeginning}
          disabled={needsClientId && clientId.trim() === ''}
          leftSection={<IconBrandGithub size={16} aria-hidden />}
        >
          Sign in with GitHub
        </Button>
      </div>
      {failure !== null && <FailurePanel failure={failure} />}
    </form>
  )
}

function Left({ until }: { until: number }) {
  const now = useNow()
  return <>It is good for {formatElapsed(Math.max(0, until - now))} more.</>
}
