import { Button } from '@mantine/core'
import { useNavigate, useRouter, useSearch } from '@tanstack/react-router'
import { useVirtualizer } from '@tanstack/react-virtual'
import { useMemo, useRef } from 'react'
import type { Deployment } from '../../../shared/domain/records.ts'
import { hasAddress } from '../../../shared/domain/worker.ts'
import { deploymentActions, openInBrowser } from '../../actions/deployment-actions.ts'
import { useShortcuts } from '../../keyboard/shortcuts.ts'
import { EmptyNote } from '../../ui/EmptyNote.tsx'
import { LoadingNote } from '../../ui/QueryView.tsx'
import { SkeletonRows } from '../../ui/SkeletonRows.tsx'
import { useUsers } from '../../users/use-users.ts'
import classes from './Board.module.css'
import { BoardRow } from './BoardRow.tsx'
import { BoardToolbar } from './BoardToolbar.tsx'
import { type BoardView, toBoardItems, toPlaces, toSorted, withText } from './board-view.ts'
import { useTypedText } from './use-typed-text.ts'

const rowHeight = 44
const drawnAhead = 12

export function Board({
  deployments: all,
  isWhole,
}: {
  deployments: readonly Deployment[]
  /** Not while only those that changed last are there. */
  isWhole: boolean
}) {
  const address = useSearch({ from: '/' })
  const deployments = useMemo(
    () => (address.owner === undefined ? all : all.filter(each => each.owner.id === address.owner)),
    [all, address.owner],
  )
  const navigate = useNavigate()
  const setView = (next: BoardView) => void navigate({ to: '/', search: next, replace: true })
  const router = useRouter()
  const { text, type, left } = useTypedText(address.text ?? '', next => {
    if (router.latestLocation.pathname === '/') setView(withText(address, next))
  })
  const view = useMemo(() => withText(address, text), [address, text])
  const { areSeveral } = useUsers()
  const toPlace = useMemo(() => toPlaces(all, areSeveral), [all, areSeveral])
  const sorted = useMemo(() => toSorted(deployments, view.sort), [deployments, view.sort])
  const items = useMemo(() => toBoardItems(sorted, view), [sorted, view])
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
    o: withFocused(deployment => {
      if (hasAddress(deployment)) openInBrowser(deployment.url)
    }),
  })

  return (
    <>
      <BoardToolbar
        deployments={isWhole ? deployments : undefined}
        view={view}
        setView={setView}
        type={type}
        left={left}
        searchRef={search}
      />
      {!isWhole && (items.length === 0 || !isByChange(view)) ? (
        <BoardSkeleton />
      ) : items.length === 0 ? (
        <EmptyNote
          title="No deployment matches."
          actions={
            <Button
              variant="default"
              onClick={() => {
                type('')
                setView({})
              }}
            >
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
            aria-busy={!isWhole}
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

/** Whether the rows that changed last are at the top of all, where they stay when the others come. */
const isByChange = ({ sort, group }: BoardView) => sort === undefined && group === undefined

export const BoardSkeleton = () => (
  <LoadingNote>
    <SkeletonRows count={8} widths={[8, 14, 22, 30, 6]} />
  </LoadingNote>
)
