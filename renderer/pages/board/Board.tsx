import { Button } from '@mantine/core'
import { useNavigate, useSearch } from '@tanstack/react-router'
import { useVirtualizer } from '@tanstack/react-virtual'
import { useDeferredValue, useMemo, useRef } from 'react'
import type { Deployment } from '../../../shared/domain/records.ts'
import { deploymentActions, openInBrowser } from '../../actions/deployment-actions.ts'
import { useShortcuts } from '../../keyboard/shortcuts.ts'
import { EmptyNote } from '../../ui/EmptyNote.tsx'
import { useUsers } from '../../users/use-users.ts'
import classes from './Board.module.css'
import { BoardRow } from './BoardRow.tsx'
import { BoardToolbar } from './BoardToolbar.tsx'
import { type BoardView, toBoardItems, toPlaces } from './board-view.ts'

const rowHeight = 44
const drawnAhead = 12

export function Board({ deployments: all }: { deployments: readonly Deployment[] }) {
  const view = useSearch({ from: '/' })
  const deployments = useMemo(
    () => (view.owner === undefined ? all : all.filter(each => each.owner.id === view.owner)),
    [all, view.owner],
  )
  const navigate = useNavigate()
  const setView = (next: BoardView) => void navigate({ to: '/', search: next, replace: true })
  const shownView = useDeferredValue(view)
  const { areSeveral } = useUsers()
  const toPlace = useMemo(() => toPlaces(all, areSeveral), [all, areSeveral])
  const items = useMemo(() => toBoardItems(deployments, shownView), [deployments, shownView])
  const scroller = useRef<HTMLDivElement>(null)
  const search = useRef<HTMLInputElement>(null)
  const virtual = useVirtualizer({
    count: items.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowHeight,
    overscan: drawnAhead,
    getItemKey: index => {
      const item = items[index]
      return item?.kind === 'row' ? item.deployment.id : `# ${item?.title}`
    },
  })

  const focusedIndex = () => {
    const row = document.activeElement?.closest<HTMLElement>('[data-index]')
    return row === null || row === undefined ? -1 : Number(row.dataset.index)
  }
  const move = (step: 1 | -1) => {
    let index = focusedIndex() + step
    while (items[index]?.kind === 'heading') index += step
    if (items[index] === undefined) return
    virtual.scrollToIndex(index)
    requestAnimationFrame(() => {
      scroller.current?.querySelector<HTMLElement>(`[data-index="${index}"] [data-row-link]`)?.focus()
    })
  }
  const withFocused = (act: (deployment: Deployment) => void) => () => {
    const item = items[focusedIndex()]
    if (item?.kind === 'row') act(item.deployment)
  }
  useShortcuts({
    '/': () => search.current?.focus(),
    j: () => move(1),
    k: () => move(-1),
    d: withFocused(deployment => void deploymentActions.deploy(deployment)),
    l: withFocused(({ id }) => void navigate({ to: '/deployments/$id/log', params: { id } })),
    o: withFocused(({ url, addOn }) => {
      if (addOn === null) openInBrowser(url)
    }),
  })

  return (
    <>
      <BoardToolbar deployments={deployments} view={view} setView={setView} searchRef={search} />
      {items.length === 0 ? (
        <EmptyNote
          title="No deployment matches."
          actions={
            <Button variant="default" onClick={() => setView({})}>
              Show all deployments
            </Button>
          }
        />
      ) : (
        <div ref={scroller} className={classes.scroller}>
          <ul
            className={classes.rows}
            style={{ height: virtual.getTotalSize() }}
            aria-label="Deployments"
            data-places={toPlace !== undefined}
          >
            {virtual.getVirtualItems().map(({ key, index, start }) => {
              const item = items[index]
              if (item === undefined) return null
              return (
                <li
                  key={key}
                  className={classes.item}
                  data-index={index}
                  style={{ transform: `translateY(${start}px)` }}
                >
                  {item.kind === 'heading' ? (
                    <h2 className={classes.heading}>
                      {item.title} <span className={classes.headingCount}>{item.count}</span>
                    </h2>
                  ) : (
                    <BoardRow deployment={item.deployment} place={toPlace?.(item.deployment)} />
                  )}
                </li>
              )
            })}
          </ul>
        </div>
      )}
    </>
  )
}
