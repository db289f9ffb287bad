import type { ReactNode } from 'react'
import classes from './Settings.module.css'

export function SettingsRow({
  title,
  about,
  children,
}: {
  title: string
  about?: string
  children: ReactNode
}) {
  return (
    <section className={classes.row} aria-label={title}>
      <div className={classes.words}>
        <h2 className={classes.title}>{title}</h2>
        {about !== undefined && <p className={classes.about}>{about}</p>}
      </div>
      <div className={classes.value}>{children}</div>
    </section>
  )
}
