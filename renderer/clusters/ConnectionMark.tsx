import type { Connection } from '../../shared/domain/cluster.ts'
import classes from './ConnectionMark.module.css'

const words = {
  unknown: 'Not asked yet',
  connected: 'Connected',
  unreachable: 'Unreachable',
} as const satisfies Record<Connection['state'], string>

export function ConnectionMark({
  state,
  dotOnly = false,
}: {
  state: Connection['state']
  dotOnly?: boolean
}) {
  return (
    <span className={classes.mark} data-state={state}>
      <span className={classes.dot} aria-hidden />
      <span className={dotOnly ? 'visually-hidden' : undefined}>{words[state]}</span>
    </span>
  )
}
