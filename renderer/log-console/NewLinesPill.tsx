import { IconArrowDown } from '@tabler/icons-react'
import classes from './LogConsole.module.css'

/** While lines come that a paused console does not show. */
export function NewLinesPill({ count, show }: { count: number; show: () => void }) {
  return (
    <button type="button" className={classes.pill} onClick={show}>
      <IconArrowDown size={14} aria-hidden />
      {count === 1 ? '1 new line' : `${count} new lines`}
    </button>
  )
}
