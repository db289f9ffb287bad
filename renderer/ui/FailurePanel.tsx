import { IconAlertTriangle } from '@tabler/icons-react'
import type { ReactNode } from 'react'
import type { Failure } from '../../shared/domain/failure.ts'
import classes from './ui.module.css'

/** What failed, the likely cause with what to do next, the lines that show it, and the next step as buttons. */
export function FailurePanel({ failure, actions }: { failure: Failure; actions?: ReactNode }) {
  return (
    <section className={classes.failure} role="alert">
      <IconAlertTriangle className={classes.failureIcon} size={18} aria-hidden />
      <div className={classes.failureBody}>
        <p className={classes.failureMessage}>{failure.message}</p>
        {failure.hint !== '' && <p className={classes.failureHint}>{failure.hint}</p>}
        {failure.lines !== undefined && failure.lines.length > 0 && (
          // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard
          <pre className={classes.failureLines} tabIndex={0}>
            {failure.lines.join('\n')}
          </pre>
        )}
        {actions !== undefined && <div className={classes.actions}>{actions}</div>}
      </div>
    </section>
  )
}
