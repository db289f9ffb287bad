import { CloseButton, TextInput } from '@mantine/core'
import { IconSearch } from '@tabler/icons-react'
import { type RefObject, useMemo } from 'react'
import type { Deployment } from '../../../shared/domain/records.ts'
import { Keys } from '../../keyboard/Keys.tsx'
import type { StatusGroup } from '../../status/facts.ts'
import { Choice } from '../../ui/Choice.tsx'
import { OwnerFilter } from '../../users/OwnerFilter.tsx'
import { useUsers } from '../../users/use-users.ts'
import classes from './Board.module.css'
import { type BoardView, countTabs, tabWords } from './board-view.ts'

const groupWords = {
  none: 'none',
  project: 'project',
  cluster: 'cluster',
  status: 'status',
  owner: 'owner',
} as const
const sortWords = { activity: 'activity', name: 'name', age: 'age' } as const

export function BoardToolbar({
  deployments,
  view,
  setView,
  type,
  left,
  searchRef,
}: {
  /** Undefined while not all are there: what is not counted is not said. */
  deployments: readonly Deployment[] | undefined
  view: BoardView
  setView: (view: BoardView) => void
  type: (text: string) => void
  /** The field lost the focus. */
  left: () => void
  searchRef: RefObject<HTMLInputElement | null>
}) {
  const { areSeveral } = useUsers()
  const { owner: _byOwner, ...fewerGroupWords } = groupWords
  const counts = useMemo(() => countTabs(deployments ?? []), [deployments])
  const { tab: _tab, ...withoutTab } = view
  const tabs: { key: StatusGroup | undefined; word: string; count: number | undefined }[] = [
    { key: undefined, word: 'All', count: deployments?.length },
    ...(Object.keys(tabWords) as StatusGroup[])
      .filter(key => counts[key] > 0 || key === view.tab)
      .map(key => ({ key, word: tabWords[key], count: deployments && counts[key] })),
  ]
  return (
    <div className={classes.toolbar}>
      <fieldset className={classes.tabs}>
        <legend className="visually-hidden">Which deployments</legend>
        {tabs.map(({ key, word, count }) => (
          <button
            type="button"
            key={word}
            className={classes.tab}
            aria-pressed={view.tab === key}
            onClick={() => setView(key === undefined ? withoutTab : { ...view, tab: key })}
          >
            {word}{' '}
            <span className={classes.tabCount} data-counting={count === undefined}>
              {count}
            </span>
          </button>
        ))}
      </fieldset>
      <TextInput
        ref={searchRef}
        className={classes.search}
        size="xs"
        aria-label="Filter deployments"
        placeholder="Filter"
        value={view.text ?? ''}
        leftSection={<IconSearch size={14} aria-hidden />}
        rightSection={
          view.text === undefined ? (
            <Keys keys="/" />
          ) : (
            <CloseButton size="xs" aria-label="Clear the filter" onClick={() => type('')} />
          )
        }
        onChange={event => type(event.currentTarget.value)}
        onBlur={left}
        onKeyDown={event => {
          if (event.key !== 'Escape') return
          type('')
          event.currentTarget.blur()
        }}
      />
      <div className={classes.choices}>
        <OwnerFilter
          owner={view.owner}
          choose={owner => {
            const { owner: _owner, ...rest } = view
            setView(owner === undefined ? rest : { ...rest, owner })
          }}
        />
        <Choice<keyof typeof groupWords>
          label="Group"
          value={view.group ?? 'none'}
          words={areSeveral || view.group === 'owner' ? groupWords : fewerGroupWords}
          choose={group => {
            const { group: _group, ...rest } = view
            setView(group === 'none' ? rest : { ...rest, group })
          }}
        />
        <Choice
          label="Sort"
          value={view.sort ?? 'activity'}
          words={sortWords}
          choose={sort => {
            const { sort: _sort, ...rest } = view
            setView(sort === 'activity' ? rest : { ...rest, sort })
          }}
        />
      </div>
    </div>
  )
}
