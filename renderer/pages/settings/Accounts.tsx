import { Button } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import type { Account, SignInWay } from '../../../shared/domain/github.ts'
import { findLack, publicGitHub, toHostName } from '../../../shared/domain/github-address.ts'
import { toast } from '../../actions/toasts.tsx'
import { client } from '../../connection/api.ts'
import { toShownFailure } from '../../connection/failures.ts'
import { AccountMark } from '../../github/AccountMark.tsx'
import { SignIn } from '../../github/SignIn.tsx'
import { refreshAccounts, useAccounts } from '../../github/use-accounts.ts'
import { FailurePanel } from '../../ui/FailurePanel.tsx'
import { QueryView } from '../../ui/QueryView.tsx'
import { SkeletonRows } from '../../ui/SkeletonRows.tsx'
import classes from './Accounts.module.css'

/** Who is signed in at GitHub. */
export function Accounts() {
  const accounts = useAccounts()
  const [signingInAt, setSigningInAt] = useState<string | null>(null)
  return (
    <section className={classes.accounts} aria-label="GitHub">
      <div className={classes.top}>
        <div>
          <h2 className={classes.title}>GitHub</h2>
          <p className={classes.about}>
            Lists your repositories and reads private ones. Public ones need no sign-in.
          </p>
        </div>
        {signingInAt === null ? (
          <Button variant="default" onClick={() => setSigningInAt(publicGitHub)}>
            {accounts.data?.length ? 'Add account' : 'Sign in'}
          </Button>
        ) : (
          <Button variant="subtle" color="gray" onClick={() => setSigningInAt(null)}>
            Close
          </Button>
        )}
      </div>
      {signingInAt !== null && (
        <div className={classes.signIn}>
          <SignIn key={signingInAt} given={signingInAt} done={() => setSigningInAt(null)} />
        </div>
      )}
      <QueryView query={accounts} loading={<SkeletonRows count={1} widths={[16, 24]} />}>
        {listed => (
          <ul className={classes.list}>
            {listed.map(account => (
              <AccountRow
                key={account.id}
                account={account}
                signInAgain={() => setSigningInAt(account.baseUrl)}
              />
            ))}
          </ul>
        )}
      </QueryView>
    </section>
  )
}

const wayWords = {
  device: 'by a code',
  token: 'with a token',
  cli: 'by the GitHub CLI',
} as const satisfies Record<SignInWay, string>

function AccountRow({ account, signInAgain }: { account: Account; signInAgain: () => void }) {
  const { id, login, name, baseUrl, way, failure } = account
  const lack = findLack(account)
  const signOut = useMutation({
    mutationFn: async () => {
      await client.accounts.signOut({ id })
      await refreshAccounts()
      toast(`Signed out of ${toHostName(baseUrl)} as ${login}. Its token was deleted.`)
    },
  })
  return (
    <li>
      <div className={classes.account}>
        <AccountMark name={login} login={login} accountId={id} />
        <span className={`truncate ${classes.login}`}>
          {login} <span className={classes.name}>{name}</span>
        </span>
        <span className={`truncate ${classes.where}`}>
          <span className="mono">{toHostName(baseUrl)}</span> {wayWords[way]}
        </span>
        <Button
          variant="subtle"
          color="gray"
          aria-label={`Sign out ${login}`}
          loading={signOut.isPending}
          onClick={() => signOut.mutate()}
        >
          Sign out
        </Button>
      </div>
      {failure !== null && (
        <div className={classes.failure}>
          <FailurePanel
            failure={failure}
            actions={
              <Button variant="default" onClick={signInAgain}>
                Sign in again
              </Button>
            }
          />
        </div>
      )}
      {failure === null && lack !== undefined && (
        <p className={classes.lack}>
          {lack.message}{' '}
          <a className="text-link" href={lack.url} target="_blank" rel="noopener noreferrer">
            Give it at GitHub
          </a>
          , or sign in again.
        </p>
      )}
      {signOut.error !== null && (
        <div className={classes.failure}>
          <FailurePanel failure={toShownFailure(signOut.error)} />
        </div>
      )}
    </li>
  )
}
