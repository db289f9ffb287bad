import { ActionIcon, CloseButton, MultiSelect, TextInput, Tooltip } from '@mantine/core'
import { useDebouncedCallback } from '@mantine/hooks'
import { IconRegex, IconSearch } from '@tabler/icons-react'
import { type RefObject, useState } from 'react'
import type { Deployment } from '../../../shared/domain/records.ts'
import { Keys } from '../../keyboard/Keys.tsx'
import { Choice } from '../../ui/Choice.tsx'
import classes from './Logs.module.css'
import type { LogsView } from './logs-view.ts'

const typingPauseMs = 300
const longestQuery = 200
const rangeWords = {
  all: 'any time',
  '15m': 'the last 15 min',
  '1h': 'the last hour',
  '24h': 'the last 24 h',
  '7d': 'the last 7 days',
} as const
const kindWords = { all: 'apps and builds', runtime: 'apps', build: 'builds' } as const

export function LogsToolbar({
  view,
  setView,
  deployments,
  searchRef,
}: {
  view: LogsView
  setView: (view: LogsView) => void
  deployments: readonly Deployment[]
  searchRef: RefObject<HTMLInputElement | null>
}) {
  const [text, setText] = useState(view.q ?? '')
  const ask = (next: string) => {
    const { q: _q, ...rest } = view
    setView(next.trim() === '' ? rest : { ...rest, q: next.trim() })
  }
  const askSoon = useDebouncedCallback(ask, typingPauseMs)
  const { regex, deployments: chosen } = view
  return (
    <div className={classes.toolbar} role="toolbar" aria-label="Search">
      <TextInput
        ref={searchRef}
        className={classes.search}
        size="xs"
        aria-label="Search all logs"
        placeholder={regex ? 'Regular expression' : 'Search all logs'}
        maxLength={longestQuery}
        autoFocus
        value={text}
        leftSection={<IconSearch size={14} aria-hidden />}
        rightSection={
          text === '' ? (
            <Keys keys="/" />
          ) : (
            <CloseButton
              size="xs"
              aria-label="Clear the search"
              onClick={() => {
                setText('')
                ask('')
              }}
            />
          )
        }
        onChange={event => {
          setText(event.currentTarget.value)
          askSoon(event.currentTarget.value)
        }}
        onKeyDown={event => {
          if (event.key === 'Enter') askSoon.flush()
          if (event.key === 'Escape') event.currentTarget.blur()
        }}
      />
      <Tooltip label="Regular expression">
        <ActionIcon
          aria-label="Regular expression"
          aria-pressed={regex === true}
          className={classes.toggle}
          onClick={() => {
            const { regex: _regex, ...rest } = view
            setView(regex ? rest : { ...rest, regex: true })
          }}
        >
          <IconRegex size={16} />
        </ActionIcon>
      </Tooltip>
      <MultiSelect
        className={classes.deployments}
        size="xs"
        aria-label="Deployments"
        placeholder={chosen === undefined ? 'All deployments' : ''}
        data={deployments.map(({ id, name }) => ({ value: id, label: name }))}
        value={[...(chosen ?? [])]}
        searchable
        clearable
        nothingFoundMessage="No deployment has this name."
        onChange={ids => {
          const { deployments: _deployments, ...rest } = view
          setView(ids.length === 0 ? rest : { ...rest, deployments: ids })
        }}
      />
      <Choice
        label="In"
        value={view.in ?? 'all'}
        words={kindWords}
        choose={kind => {
          const { in: _kind, ...rest } = view
          setView(kind === 'all' ? rest : { ...rest, in: kind })
        }}
      />
      <Choice
        label="From"
        value={view.range ?? 'all'}
        words={rangeWords}
        choose={range => {
          const { range: _before, ...rest } = view
          setView(range === 'all' ? rest : { ...rest, range })
        }}
      />
    </div>
  )
}
