import { Button, Select } from '@mantine/core'
import { useState } from 'react'
import type { Account, Repository } from '../../../shared/domain/github.ts'
import { publicGitHub, toHostName } from '../../../shared/domain/github-address.ts'
import { AccountMark } from '../../github/AccountMark.tsx'
import { SignIn } from '../../github/SignIn.tsx'
import { useRepositories } from '../../github/use-repositories.ts'
import { FailurePanel } from '../../ui/FailurePanel.tsx'
import classes from './Repositories.module.css'
import { RepositoryPicker } from './RepositoryPicker.tsx'

/** A sign-in, then the repositories of who is signed in. */
export function GitHubSource({
  accounts,
  pick,
}: {
  accounts: readonly Account[]
  pick: (repository: Repository, account: Account) => void
}) {
  const [chosen, setChosen] = useState<string | null>(null)
  const [isSigningIn, setSigningIn] = useState(false)
  const account = accounts.find(({ id }) => id === chosen) ?? accounts[0]
  const done = (next: Account) => {
    setChosen(next.id)
    setSigningIn(false)
  }
  if (account === undefined || isSigningIn) return <SignIn done={done} />
  return (
    <>
      <div className={classes.accounts}>
        <AccountMark name={account.login} login={account.login} accountId={account.id} />
        {accounts.length === 1 ? (
          <span>Signed in as {toLabel(account)}</span>
        ) : (
          <Select
            aria-label="Account"
            data={accounts.map(one => ({ value: one.id, label: toLabel(one) }))}
            value={account.id}
            allowDeselect={false}
            onChange={setChosen}
          />
        )}
        <Button variant="subtle" color="gray" onClick={() => setSigningIn(true)}>
          Add account
        </Button>
      </div>
      {account.failure === null ? (
        <Picker key={account.id} account={account} pick={repository => pick(repository, account)} />
      ) : (
        <>
          <FailurePanel failure={account.failure} />
          <div className={classes.again}>
            <SignIn given={account.baseUrl} done={done} />
          </div>
        </>
      )}
    </>
  )
}

function Picker({ account, pick }: { account: Account; pick: (repository: Repository) => void }) {
  return <RepositoryPicker given={useRepositories(account.id)} pick={pick} />
}

const toLabel = ({ login, baseUrl }: Account): string =>
  baseUrl === publicGitHub ? login : `${login} at ${toHostName(baseUrl)}`
