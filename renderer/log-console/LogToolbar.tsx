import { ActionIcon, CloseButton, TextInput, Tooltip } from '@mantine/core'
import {
  type Icon,
  IconAlertCircle,
  IconChevronDown,
  IconChevronsDown,
  IconChevronUp,
  IconClock,
  IconCopy,
  IconDownload,
  IconRegex,
  IconSearch,
  IconTextWrap,
  IconX,
} from '@tabler/icons-react'
import type { ReactNode, RefObject } from 'react'
import { toShownFailure } from '../connection/failures.ts'
import { Keys } from '../keyboard/Keys.tsx'
import classes from './LogConsole.module.css'
import { type FilterWish, LogFilter } from './LogFilter.tsx'
import type { Download } from './use-download.ts'
import type { LogSearch } from './use-log-search.ts'

interface LogToolbarProps {
  readonly search: LogSearch
  readonly searchRef: RefObject<HTMLInputElement | null>
  readonly isFollowing: boolean
  readonly follow: () => void
  readonly hasTime: boolean
  readonly toggleTime: () => void
  readonly wraps: boolean
  readonly toggleWrap: () => void
  readonly filter: FilterWish
  readonly showOnly: (wish: FilterWish) => void
  readonly instances: readonly string[]
  readonly copy: () => void
  readonly earlierError: () => void
  readonly laterError: () => void
  readonly download: Download
  readonly tools?: ReactNode
}

export function LogToolbar(props: LogToolbarProps) {
  const { search, searchRef } = props
  return (
    <div className={classes.toolbar} role="toolbar" aria-label="Log">
      {props.tools}
      <TextInput
        ref={searchRef}
        className={classes.search}
        size="xs"
        aria-label="Search the log"
        placeholder="Search the log"
        value={search.text}
        leftSection={<IconSearch size={14} aria-hidden />}
        rightSection={
          search.text === '' ? (
            <Keys keys="/" />
          ) : (
            <CloseButton size="xs" aria-label="Clear the search" onClick={() => search.setText('')} />
          )
        }
        onChange={event => search.setText(event.currentTarget.value)}
        onKeyDown={event => {
          if (event.key === 'Enter') (event.shiftKey ? search.newer : search.older)()
          if (event.key === 'Escape') {
            search.setText('')
            event.currentTarget.blur()
          }
        }}
      />
      <Tool icon={IconRegex} label="Regular expression" act={search.toggleRegex} isOn={search.isRegex} />
      <span className={classes.count} role="status" title={describeCount(search)}>
        {describeCount(search)}
      </span>
      {search.count !== null && search.count > 0 && (
        <>
          <Tool icon={IconChevronUp} label="Earlier match" act={search.older} />
          <Tool icon={IconChevronDown} label="Later match" act={search.newer} />
        </>
      )}
      <span className={classes.gap} />
      <LogFilter wish={props.filter} choose={props.showOnly} instances={props.instances} />
      <IconAlertCircle size={16} className={classes.errors} aria-hidden />
      <Tool icon={IconChevronUp} label="Earlier error" act={props.earlierError} />
      <Tool icon={IconChevronDown} label="Later error" act={props.laterError} />
      <Tool icon={IconChevronsDown} label="Follow" act={props.follow} isOn={props.isFollowing} />
      <Tool icon={IconClock} label="Times" act={props.toggleTime} isOn={props.hasTime} />
      <Tool icon={IconTextWrap} label="Wrap long lines" act={props.toggleWrap} isOn={props.wraps} />
      <Tool icon={IconCopy} label="Copy" act={props.copy} />
      {props.download.percent === null ? (
        <Tool icon={IconDownload} label="Download as text" act={props.download.start} />
      ) : (
        <Tool
          icon={IconX}
          label={`Downloading, ${props.download.percent} %: cancel`}
          act={props.download.cancel}
          isOn
        />
      )}
    </div>
  )
}

function describeCount(search: LogSearch): string {
  if (search.count === null) return ''
  if (search.error !== null) return toShownFailure(search.error).message
  if (search.count === 0) return search.isSearching ? 'Searching' : 'No match'
  return `${search.position} of ${search.count}${search.isComplete ? '' : '+'}`
}

function Tool({
  icon: ToolIcon,
  label,
  act,
  isOn,
}: {
  icon: Icon
  label: string
  act: () => void
  isOn?: boolean
}) {
  return (
    <Tooltip label={label}>
      <ActionIcon
        aria-label={label}
        onClick={act}
        className={classes.tool}
        {...(isOn === undefined ? {} : { 'aria-pressed': isOn })}
      >
        <ToolIcon size={16} />
      </ActionIcon>
    </Tooltip>
  )
}
