import { IconCheck, IconCircleDashed, IconLoader2, IconMinus } from '@tabler/icons-react'
import type { InstalledRegistry } from '../../../shared/domain/cluster-registry.ts'
import { Elapsed } from '../../format/clock.tsx'
import { formatDuration } from '../../format/time.ts'
import classes from './Registry.module.css'
import type { ShownStep } from './use-registry-steps.ts'

const looks = {
  waiting: { icon: IconCircleDashed, word: 'waiting' },
  running: { icon: IconLoader2, word: 'running' },
  done: { icon: IconCheck, word: 'done' },
} as const

/** What is made, object by object, before and after it is. */
export function RegistryObjects({ registry }: { registry: InstalledRegistry }) {
  return (
    <ul className={classes.list} aria-label="Objects">
      {registry.objects.map(({ kind, name, why, isThere }) => (
        <li key={`${kind} ${name}`} className={classes.object}>
          {registry.state !== 'absent' && (
            <span className={classes.mark} data-status={isThere ? 'done' : 'missing'}>
              {isThere ? <IconCheck size={16} aria-hidden /> : <IconMinus size={16} aria-hidden />}
              <span className="visually-hidden">{isThere ? 'there' : 'missing'}</span>
            </span>
          )}
          <span className={classes.kind}>{kind}</span>
          <span className={`mono ${classes.name}`}>{name}</span>
          <span className={classes.why}>{why}</span>
        </li>
      ))}
    </ul>
  )
}

export function RegistrySteps({ steps }: { steps: readonly ShownStep[] }) {
  return (
    <ol className={classes.list} aria-label="Steps">
      {steps.map(({ name, title, status, detail, startedAt, finishedAt }) => {
        const { icon: Mark, word } = looks[status]
        return (
          <li key={name} className={classes.step}>
            <span className={classes.mark} data-status={status}>
              <Mark size={16} aria-hidden />
              <span className="visually-hidden">{word}</span>
            </span>
            <span>{title}</span>
            <span className={classes.why}>{detail}</span>
            {startedAt !== null && (
              <span className={classes.time}>
                {finishedAt === null ? <Elapsed from={startedAt} /> : formatDuration(finishedAt - startedAt)}
              </span>
            )}
          </li>
        )
      })}
    </ol>
  )
}
