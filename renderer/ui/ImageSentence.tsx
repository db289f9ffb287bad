import type { ReactNode } from 'react'
import type { Plan } from '../../shared/domain/plan.ts'
import classes from './PlanSentence.module.css'

/** "`docker.io/library/nginx:1.27` runs as it is (sha256:4f1…), in a container, listening on 80." */
export function ImageSentence({ plan, ending }: { plan: Plan; ending: ReactNode }) {
  return (
    <p className={classes.sentence}>
      <strong className={classes.image}>{plan.runtime?.value}</strong> runs as it is
      {plan.runtime !== null && (
        <span className="second">
          {' '}
          (<span className="mono">{plan.runtime.origin.slice(0, 'sha256:'.length + 12)}</span>)
        </span>
      )}
      , in a container, {ending}.
    </p>
  )
}
