import { Choice } from '../ui/Choice.tsx'
import { useUsers } from './use-users.ts'

/** Whose deployments a list shows. Drawn where there is somebody to choose, or a choice to take back. */
export function OwnerFilter({
  owner,
  choose,
}: {
  owner: string | undefined
  choose: (owner: string | undefined) => void
}) {
  const { users, areSeveral } = useUsers()
  if (!areSeveral && owner === undefined) return null
  const words: Record<string, string> = {
    all: 'all',
    ...Object.fromEntries(users.map(({ id, name }) => [id, name])),
  }
  if (owner !== undefined) words[owner] ??= 'removed'
  return (
    <Choice
      label="Owner"
      value={owner ?? 'all'}
      words={words}
      choose={key => choose(key === 'all' ? undefined : key)}
    />
  )
}
