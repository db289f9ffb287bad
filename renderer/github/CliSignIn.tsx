import { Button } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import type { Account } from '../../shared/domain/github.ts'
import { toHostName } from '../../shared/domain/github-address.ts'
import { client } from '../connection/api.ts'
import { toShownFailure } from '../connection/failures.ts'
import { FailurePanel } from '../ui/FailurePanel.tsx'
import classes from './GitHub.module.css'

/** The sign-in that the GitHub CLI of this computer has already. */
export function CliSignIn({
  baseUrl,
  missing,
  done,
}: {
  baseUrl: string
  missing: string | null
  done: (account: Account) => void
}) {
  const signIn = useMutation({
    mutationFn: () => client.accounts.signInByCli({ baseUrl }),
    onSuccess: done,
  })
  if (missing !== null) {
    return (
      <p className={classes.note}>
        It cannot be used: {missing}. In a terminal:{' '}
        <span className="mono">gh auth login --hostname {toHostName(baseUrl)}</span>
      </p>
    )
  }
  return (
    <div className={classes.way}>
      <p className={classes.note}>gh on this computer is signed in there. Its token is taken over.</p>
      <div className={classes.buttons}>
        <Button loading={signIn.isPending} onClick={() => signIn.mutate()}>
          Use the sign-in of gh
        </Button>
      </div>
      {signIn.error !== null && <FailurePanel failure={toShownFailure(signIn.error)} />}
    </div>
  )
}
