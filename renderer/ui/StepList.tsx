import { type Icon, IconCheck, IconCircleX, IconLoader2, IconMinus } from '@tabler/icons-react'
import type { Step, StepPart } from '../../shared/domain/records.ts'
import { Elapsed } from '../format/clock.tsx'
import { formatDuration } from '../format/time.ts'
import { stepWords } from '../status/facts.ts'
import classes from './StepList.module.css'

const looks = {
  running: { icon: IconLoader2, colour: 'var(--blue)', word: 'running' },
  succeeded: { icon: IconCheck, colour: 'var(--green)', word: 'done' },
  failed: { icon: IconCircleX, colour: 'var(--red)', word: 'failed' },
  skipped: { icon: IconMinus, colour: 'var(--grey)', word: 'skipped' },
} as const satisfies Record<Step['status'], { icon: Icon; colour: string; word: string }>

/** The steps of a build with their durations; each leads to its first line when there is a log beside it. */
export function StepList({ steps, choose }: { steps: readonly Step[]; choose?: (step: Step) => void }) {
  return (
    <ol className={classes.steps}>
      {steps.map(step => {
        const { icon: StepIcon, colour, word } = looks[step.status]
        const line = (
          <>
            <StepIcon
              size={16}
              style={{ color: colour }}
              className={step.status === 'running' ? classes.spin : undefined}
              aria-hidden
            />
            <span className={classes.word}>{stepWords[step.name]}</span>
            <span className="visually-hidden">{word}</span>
            <span className={classes.time}>
              {step.status === 'skipped' ? (
                'skipped'
              ) : step.finishedAt === null ? (
                <Elapsed from={step.startedAt} />
              ) : (
                formatDuration(step.finishedAt - step.startedAt)
              )}
            </span>
          </>
        )
        return (
          <li key={step.name}>
            {choose === undefined ? (
              <div className={classes.step}>{line}</div>
            ) : (
              <button type="button" className={classes.step} onClick={() => choose(step)}>
                {line}
              </button>
            )}
            {choose !== undefined && step.parts !== undefined && <PartList parts={step.parts} />}
          </li>
        )
      })}
    </ol>
  )
}

/** What a step consists of; what came from an earlier build says so. */
function PartList({ parts }: { parts: readonly StepPart[] }) {
  return (
    <ol className={classes.parts}>
      {parts.map(part => (
        <li key={`${part.title} ${part.startedAt}`} className={classes.part} data-failed={part.hasFailed}>
          <span className={classes.title} title={part.title}>
            {part.title}
          </span>
          <span className={classes.time}>
            {part.isCached ? (
              'cached'
            ) : part.finishedAt === null ? (
              <Elapsed from={part.startedAt} />
            ) : (
              formatDuration(part.finishedAt - part.startedAt)
            )}
          </span>
        </li>
      ))}
    </ol>
  )
}
