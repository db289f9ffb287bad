import { spotlight } from '@mantine/spotlight'
import { IconPlus, IconSearch } from '@tabler/icons-react'
import { type ReactNode, useEffect } from 'react'
import { Keys } from '../keyboard/Keys.tsx'
import { floatingId } from '../theme.ts'
import { LinkButton } from '../ui/LinkButton.tsx'
import classes from './Frame.module.css'

/** The top row and the room below it. `crumbs` instead of `title` where the page has a heading of its own. */
export function Page({
  title,
  crumbs,
  documentTitle,
  scrolls = true,
  newButton = 'primary',
  children,
}: {
  title?: string
  crumbs?: ReactNode
  documentTitle?: string
  scrolls?: boolean
  /** `second` where the page has a primary action of its own. */
  newButton?: 'primary' | 'second' | 'none'
  children: ReactNode
}) {
  const name = documentTitle ?? title
  useEffect(() => {
    document.title = name === undefined ? 'Slipway' : `${name} · Slipway`
  }, [name])
  return (
    <main className={classes.page}>
      <header className={classes.top}>
        {title === undefined ? (
          <nav className={classes.crumbs} aria-label="Where you are">
            {crumbs}
          </nav>
        ) : (
          <h1 className={classes.title}>{title}</h1>
        )}
        <button type="button" className={classes.search} onClick={spotlight.open}>
          <IconSearch size={15} aria-hidden />
          <span className={classes.searchWord}>Search or jump to…</span>
          <Keys keys="mod+k" />
        </button>
        {newButton !== 'none' && (
          <LinkButton
            to="/new"
            variant={newButton === 'primary' ? 'filled' : 'default'}
            leftSection={<IconPlus size={15} aria-hidden />}
          >
            New deployment
          </LinkButton>
        )}
      </header>
      <div className={classes.main} data-scrolls={scrolls}>
        {children}
      </div>
      <div id={floatingId} />
    </main>
  )
}
