import { Button, PasswordInput } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import type { Account } from '../../shared/domain/github.ts'
import { client } from '../connection/api.ts'
import { toShownFailure } from '../connection/failures.ts'
import { FailurePanel } from '../ui/FailurePanel.tsx'
import classes from './GitHub.module.css'

/** A token that was made at GitHub. Leaves this page at once, and never comes back to it. */
export function TokenSignIn({
  baseUrl,
  tokenUrl,
  done,
}: {
  baseUrl: string
  tokenUrl: string
  done: (account: Account) => void
}) {
  const [token, setToken] = useState('')
  const signIn = useMutation({
    mutationFn: (given: string) => client.accounts.signInWithToken({ baseUrl, token: given }),
    gcTime: 0,
    onSuccess: account => {
      setToken('')
      done(account)
    },
  })
  return (
    <form
      className={classes.way}
      onSubmit={event => {
        event.preventDefault()
        if (token.trim() !== '') signIn.mutate(token.trim())
      }}
    >
      <p className={classes.note}>
        <a className="text-link" href={tokenUrl} target="_blank" rel="noopener noreferrer">
          Make a fine-grained token
        </a>{' '}
        that reads the contents of your repositories, and paste it here.
      </p>
      <div className={classes.line}>
        <PasswordInput
          className={classes.field}
          aria-label="Token"
          placeholder="github_pat_…"
          value={token}
          spellCheck={false}
          autoComplete="off"
          onChange={event => {
            setToken(event.currentTarget.value)
            signIn.reset()
          }}
        />
        <Button type="submit" loading={signIn.isPending} disabled={token.trim() === ''}>
          Sign in
        </Button>
      </div>
      {signIn.error !== null && <FailurePanel failure={toShownFailure(signIn.error)} />}
    </form>
  )
}
