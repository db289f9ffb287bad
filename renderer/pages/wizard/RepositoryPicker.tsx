import { Button, TextInput } from '@mantine/core'
import { IconLock, IconSearch } from '@tabler/icons-react'
import { useVirtualizer } from '@tanstack/react-virtual'
import { type KeyboardEvent, useDeferredValue, useMemo, useRef, useState } from 'react'
import type { Repository } from '../../../shared/domain/github.ts'
import { Ago } from '../../format/clock.tsx'
import type { Repositories } from '../../github/use-repositories.ts'
import { Choice } from '../../ui/Choice.tsx'
import { FailurePanel } from '../../ui/FailurePanel.tsx'
import { SkeletonRows } from '../../ui/SkeletonRows.tsx'
import classes from './Repositories.module.css'
import { findRepositories, type OriginFilter, originWords } from './repository-view.ts'

const rowHeight = 44
const drawnAhead = 8

/** All repositories of an account, found by typing. Arrows move, Enter picks. */
export function RepositoryPicker({
  given,
  pick,
}: {
  given: Repositories
  pick: (repository: Repository) => void
}) {
  const { repositories, isLoading, failure, again } = given
  const [text, setText] = useState('')
  const [origin, setOrigin] = useState<OriginFilter>('all')
  const [active, setActive] = useState(0)
  const shownText = useDeferredValue(text)
  const found = useMemo(
    () => findRepositories(repositories, { text: shownText, origin }),
    [repositories, shownText, origin],
  )
  const scroller = useRef<HTMLDivElement>(null)
  const virtual = useVirtualizer({
    count: found.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowHeight,
    overscan: drawnAhead,
    getItemKey: index => found[index]?.fullName ?? index,
  })
  const current = Math.min(active, Math.max(0, found.length - 1))
  const move = (to: number) => {
    const next = Math.max(0, Math.min(found.length - 1, to))
    setActive(next)
    virtual.scrollToIndex(next)
  }
  const onKeyDown = (event: KeyboardEvent) => {
    const step = { ArrowDown: 1, ArrowUp: -1, PageDown: 6, PageUp: -6 }[event.key]
    if (step !== undefined) {
      event.preventDefault()
      move(current + step)
    }
    const chosen = found[current]
    if (event.key === 'Enter' && chosen !== undefined) {
      event.preventDefault()
      pick(chosen)
    }
  }

  return (
    <div>
      <div className={classes.toolbar}>
        <TextInput
          className={classes.search}
          role="combobox"
          aria-label="Search repositories"
          aria-expanded
          aria-controls="repositories"
          aria-activedescendant={found[current] === undefined ? undefined : `repository-${current}`}
          placeholder="Search repositories"
          leftSection={<IconSearch size={16} aria-hidden />}
          value={text}
          autoFocus
          spellCheck={false}
          autoComplete="off"
          onKeyDown={onKeyDown}
          onChange={event => {
            setText(event.currentTarget.value)
            setActive(0)
          }}
        />
        <Choice label="Show" value={origin} words={originWords} choose={setOrigin} />
        <span className={classes.count} role="status">
          {toCount(found.length, repositories.length)}
          {isLoading && ' · loading more'}
        </span>
      </div>
      {failure !== null && (
        <div className={classes.failure}>
          <FailurePanel
            failure={failure}
            actions={
              <>
                {failure.link !== undefined && (
                  <Button
                    component="a"
                    href={failure.link.url}
                    target="_blank"
                    rel="noopener noreferrer"
                    variant="default"
                  >
                    {failure.link.word}
                  </Button>
                )}
                <Button variant="default" onClick={again}>
                  Try again
                </Button>
              </>
            }
          />
        </div>
      )}
      {repositories.length === 0 && isLoading ? (
        <SkeletonRows count={6} widths={[32, 20, 12]} />
      ) : (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard
        <div ref={scroller} className={classes.scroller} tabIndex={0} hidden={found.length === 0}>
          <div
            id="repositories"
            role="listbox"
            aria-label="Repositories"
            tabIndex={-1}
            className={classes.rows}
            style={{ height: virtual.getTotalSize() }}
          >
            {virtual.getVirtualItems().map(({ key, index, start }) => {
              const repository = found[index]
              if (repository === undefined) return null
              return (
                // biome-ignore lint/a11y/useKeyWithClickEvents: the search field has the keys
                <div
                  key={key}
                  id={`repository-${index}`}
                  role="option"
                  tabIndex={-1}
                  aria-selected={index === current}
                  className={classes.row}
                  style={{ transform: `translateY(${start}px)` }}
                  onMouseMove={() => setActive(index)}
                  onClick={() => pick(repository)}
                >
                  <RepositoryRow repository={repository} />
                </div>
              )
            })}
          </div>
        </div>
      )}
      {found.length === 0 && !isLoading && failure === null && (
        <p className={classes.none}>
          {repositories.length === 0
            ? 'This account sees no repository. A fine-grained token sees those that it was made for.'
            : 'No repository matches.'}
        </p>
      )}
    </div>
  )
}

function RepositoryRow({ repository }: { repository: Repository }) {
  const [owner, name] = repository.fullName.split('/')
  return (
    <>
      <span className={`truncate ${classes.name}`} title={repository.fullName}>
        <span className="second">{owner}/</span>
        {name}
      </span>
      <span className={classes.marks}>
        {repository.isPrivate && (
          <span className={classes.flag}>
            <IconLock size={12} aria-hidden /> private
          </span>
        )}
        {repository.isArchived && <span className={classes.flag}>archived</span>}
      </span>
      <span className={`truncate ${classes.description}`}>{repository.description}</span>
      <span className={classes.when}>
        {repository.pushedAt === 0 ? 'empty' : <Ago at={repository.pushedAt} />}
      </span>
    </>
  )
}

const toCount = (found: number, all: number): string =>
  found === all
    ? `${all.toLocaleString('en')} ${all === 1 ? 'repository' : 'repositories'}`
    : `${found.toLocaleString('en')} of ${all.toLocaleString('en')}`
