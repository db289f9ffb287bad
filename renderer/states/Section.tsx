import type { ReactNode } from 'react'
import classes from './States.module.css'

export function Section({
  title,
  isWide = false,
  children,
}: {
  title: string
  isWide?: boolean
  children: ReactNode
}) {
  return (
    <section className={classes.section} data-wide={isWide || undefined} aria-label={title}>
      <h2 className={classes.title}>{title}</h2>
      {children}
    </section>
  )
}
