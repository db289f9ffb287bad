import { IconCheck } from '@tabler/icons-react'
import type { ReactNode } from 'react'
import classes from './Wizard.module.css'

/** A question; once answered, one line that says the answer. */
export function Step({
  title,
  answer,
  change,
  children,
}: {
  title: string
  answer?: ReactNode
  change?: () => void
  children?: ReactNode
}) {
  if (answer !== undefined) {
    return (
      <section className={classes.answered} aria-label={title}>
        <IconCheck size={16} className={classes.check} aria-hidden />
        <h2 className={classes.answeredTitle}>{title}</h2>
        <div className={`truncate ${classes.answer}`}>{answer}</div>
        {change !== undefined && (
          <button type="button" className={classes.change} onClick={change} aria-label={`Change: ${title}`}>
            Change
          </button>
        )}
      </section>
    )
  }
  return (
    <section className={classes.step} aria-label={title}>
      <h2 className={classes.title}>{title}</h2>
      {children}
    </section>
  )
}
