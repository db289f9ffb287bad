import classes from './StatusMark.module.css'
import type { StatusLook } from './status-map.ts'

/** The word may be longer ("Live for 3 days"), never absent: without room it is read out only. */
export function StatusMark({
  look,
  word,
  iconOnly,
}: {
  look: StatusLook
  word?: string
  iconOnly?: boolean
}) {
  const Icon = look.icon
  const isSmall = look.word === 'Live' || look.word === 'Succeeded' || look.word === 'Stopped'
  return (
    <span className={classes.mark} style={{ color: look.colour }}>
      <span className={classes.icon} data-motion={look.motion} aria-hidden>
        <Icon size={isSmall ? 10 : 15} stroke={2} />
      </span>
      <span className={iconOnly ? 'visually-hidden' : classes.word}>{word ?? look.word}</span>
    </span>
  )
}
