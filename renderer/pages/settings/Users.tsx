import { Button, TextInput } from '@mantine/core'
import { useMutation, useQuery } from '@tanstack/react-query'
import { type ReactNode, useState } from 'react'
import type { UserList } from '../../../shared/domain/records.ts'
import { isSameUserName, whyUserNameIsRefused } from '../../../shared/domain/user.ts'
import { toast } from '../../actions/toasts.tsx'
import { api, client } from '../../connection/api.ts'
import { toShownFailure } from '../../connection/failures.ts'
import { FailurePanel } from '../../ui/FailurePanel.tsx'
import { QueryView } from '../../ui/QueryView.tsx'
import { SkeletonRows } from '../../ui/SkeletonRows.tsx'
import { actAs, refreshUsers } from '../../users/user-actions.ts'
import classes from './Users.module.css'

type ListedUser = UserList[number]

/** Who owns projects, and who acts. */
export function Users() {
  const users = useQuery(api.users.list.queryOptions())
  const [isAdding, setAdding] = useState(false)
  return (
    <section className={classes.users} aria-label="Users">
      <div className={classes.top}>
        <div>
          <h2 className={classes.title}>Users</h2>
          <p className={classes.about}>Each project belongs to one of them. History says who did what.</p>
        </div>
        {!isAdding && (
          <Button variant="default" onClick={() => setAdding(true)}>
            Add user
          </Button>
        )}
      </div>
      <QueryView query={users} loading={<SkeletonRows count={1} widths={[16, 24]} />}>
        {listed => (
          <>
            {isAdding && (
              <NameForm
                word="Add"
                taken={listed.map(({ name }) => name)}
                save={async name => {
                  await client.users.add({ name })
                  toast(`Added ${name}.`)
                }}
                close={() => setAdding(false)}
              />
            )}
            <ul className={classes.list}>
              {listed.map(user => (
                <UserRow key={user.id} user={user} users={listed} />
              ))}
            </ul>
          </>
        )}
      </QueryView>
    </section>
  )
}

function UserRow({ user, users }: { user: ListedUser; users: UserList }) {
  const [isRenaming, setRenaming] = useState(false)
  const remove = useMutation({
    mutationFn: async () => {
      await client.users.remove({ id: user.id })
      await refreshUsers()
      toast(`Removed ${user.name}.`, {
        word: 'Add again',
        act: () => void client.users.add({ name: user.name }).then(refreshUsers),
      })
    },
  })
  if (isRenaming) {
    return (
      <li>
        <NameForm
          word="Rename"
          given={user.name}
          taken={users.filter(one => one !== user).map(({ name }) => name)}
          save={async name => {
            await client.users.rename({ id: user.id, name })
            toast(`${user.name} is called ${name} now. History keeps the old name.`)
          }}
          close={() => setRenaming(false)}
        />
      </li>
    )
  }
  return (
    <li>
      <div className={classes.user}>
        <span className={`truncate ${classes.name}`}>
          {user.name}
          {user.isCurrent && users.length > 1 && <span className={classes.mark}>acts now</span>}
        </span>
        <span className={`truncate ${classes.owns}`} title={user.projects.join(', ')}>
          {ownsWord(user.projects)}
        </span>
        <span className={classes.buttons}>
          {!user.isCurrent && (
            <Button
              variant="subtle"
              color="gray"
              aria-label={`Act as ${user.name}`}
              onClick={() => void actAs(user)}
            >
              Act as
            </Button>
          )}
          <Button
            variant="subtle"
            color="gray"
            aria-label={`Rename ${user.name}`}
            onClick={() => setRenaming(true)}
          >
            Rename
          </Button>
          {!user.isCurrent && (
            <Button
              variant="subtle"
              color="gray"
              aria-label={`Remove ${user.name}`}
              loading={remove.isPending}
              onClick={() => remove.mutate()}
            >
              Remove
            </Button>
          )}
        </span>
      </div>
      {remove.error !== null && (
        <div className={classes.failure}>
          <FailurePanel failure={toShownFailure(remove.error)} />
        </div>
      )}
    </li>
  )
}

function NameForm({
  word,
  given = '',
  taken,
  save,
  close,
}: {
  word: string
  given?: string
  taken: readonly string[]
  save: (name: string) => Promise<void>
  close: () => void
}) {
  const [typed, setTyped] = useState(given)
  const name = typed.trim().normalize('NFC')
  const same = taken.find(one => isSameUserName(one, name))
  const refused = same === undefined ? whyUserNameIsRefused(name) : `There is a user called ${same} already`
  const saving = useMutation({
    mutationFn: async () => {
      await save(name)
      await refreshUsers()
    },
    onSuccess: close,
  })
  const failure: ReactNode = saving.error === null ? null : toShownFailure(saving.error).message
  return (
    <form
      className={classes.form}
      onSubmit={event => {
        event.preventDefault()
        if (name === given) close()
        else if (refused === undefined) saving.mutate()
      }}
      onKeyDown={event => {
        if (event.key === 'Escape') close()
      }}
    >
      <TextInput
        className={classes.field}
        aria-label={given === '' ? 'Name of the new user' : `New name of ${given}`}
        value={typed}
        error={failure ?? (name === '' || name === given ? null : refused && `${refused}.`)}
        autoFocus
        spellCheck={false}
        autoComplete="off"
        onFocus={event => event.currentTarget.select()}
        onChange={event => {
          setTyped(event.currentTarget.value)
          saving.reset()
        }}
      />
      <Button type="submit" loading={saving.isPending} disabled={refused !== undefined && name !== given}>
        {word}
      </Button>
      <Button variant="default" onClick={close}>
        Cancel
      </Button>
    </form>
  )
}

function ownsWord(projects: readonly string[]): string {
  if (projects.length === 0) return 'no projects'
  const count = projects.length === 1 ? '1 project' : `${projects.length} projects`
  return `${count}: ${projects.join(', ')}`
}
