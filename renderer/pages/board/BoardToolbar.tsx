import { Button, CloseButton, Menu, TextInput } from '@mantine/core'
import { IconChevronDown, IconSearch } from '@tabler/icons-react'
import type { RefObject } from 'react'
import type { Deployment } from '../../../shared/domain/records.ts'
import { Keys } from '../../keyboard/Keys.tsx'
import type { StatusGroup } from '../../status/facts.ts'
import classes from './Board.module.css'
import { type BoardView, countTabs, tabWords } from './board-view.ts'

const groupWords = { none: 'none', project: 'project', status: 'status' } as const
const sortWords = { activity: 'activity', name: 'name', age: 'age' } as const

export function BoardToolbar({
  deployments,
  view,
  setView,
  searchRef,
}: {
  deployments: readonly Deployment[]
  view: BoardView
  setView: (view: BoardView) => void
  searchRef: RefObject<HTMLInputElement | null>
}) {
  const counts = countTabs(deployments)
  const { tab: _tab, ...withoutTab } = view
  const { text: _text, ...withoutText } = view
  const tabs: { key: StatusGroup | undefined; word: string; count: number }[] = [
    { key: undefined, word: 'All', count: deployments.length },
    ...(Object.keys(tabWords) as StatusGroup[])
      .filter(key => counts[key] > 0 || key === view.tab)
      .map(key => ({ key, word: tabWords[key], count: counts[key] })),
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
            {word} <span className={classes.tabCount}>{count}</span>
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
            <CloseButton size="xs" aria-label="Clear the filter" onClick={() => setView(withoutText)} />
          )
        }
        onChange={event => {
          const text = event.currentTarget.value
          setView(text === '' ? withoutText : { ...view, text })
        }}
        onKeyDown={event => {
          if (event.key !== 'Escape') return
          setView(withoutText)
          event.currentTarget.blur()
        }}
      />
      <Choice
        label="Group"
        value={view.group ?? 'none'}
        words={groupWords}
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
  )
}

function Choice<K extends string>({
  label,
  value,
  words,
  choose,
}: {
  label: string
  value: K
  words: Record<K, string>
  choose: (key: K) => void
}) {
  return (
    <Menu>
      <Menu.Target>
        <Button
          className={classes.choice}
          variant="subtle"
          color="gray"
          rightSection={<IconChevronDown size={14} aria-hidden />}
        >
          {label}: {words[value]}
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        {(Object.keys(words) as K[]).map(key => (
          <Menu.Item key={key} onClick={() => choose(key)} aria-current={key === value}>
            {words[key]}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  )
}
