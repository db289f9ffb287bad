import type { ReactNode } from 'react'
import classes from './ui.module.css'

/** Says what will appear here, and offers the one action that makes it appear. */
export function EmptyNote({
  title,
  heading: Heading = 'h2',
  children,
  actions,
}: {
  title: string
  /** `h1` where it is all there is on the page. */
  heading?: 'h1' | 'h2'
  children?: ReactNode
  actions?: ReactNode
}) {
  return (
    <div className={classes.empty}>
      <Heading className={classes.emptyTitle}>{title}</Heading>
      {children !== undefined && <p className={classes.emptyText}>{children}</p>}
      {actions !== undefined && <div className={classes.actions}>{actions}</div>}
    </div>
  )
}
