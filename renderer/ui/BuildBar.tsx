import type { BuildSummary } from '../../shared/domain/records.ts'
import { useNow } from '../format/clock.tsx'
import { progressOf } from '../status/facts.ts'
import classes from './ui.module.css'

/** One that takes longer than usual is not drawn as done. */
const most = 0.95

/** How far a running build is: against what earlier ones took, or by its steps where there was none. */
export function BuildBar({ build, label }: { build: BuildSummary; label: string }) {
  const now = useNow()
  const { number, count } = progressOf(build)
  const elapsed = now - (build.startedAt ?? now)
  const share =
    build.usualMs === null ? Math.max(number - 0.5, 0) / count : elapsed / Math.max(build.usualMs, 1)
  return <progress className={classes.buildBar} max={1} value={Math.min(share, most)} aria-label={label} />
}
