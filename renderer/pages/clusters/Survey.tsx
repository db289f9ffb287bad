import { Button } from '@mantine/core'
import type { ReactNode } from 'react'
import type { Survey as SurveyData } from '../../../shared/domain/survey.ts'
import { toShownFailure } from '../../connection/failures.ts'
import { useNow } from '../../format/clock.tsx'
import { formatAgo, formatExact } from '../../format/time.ts'
import { SkeletonRows } from '../../ui/SkeletonRows.tsx'
import classes from './Clusters.module.css'
import survey from './Survey.module.css'
import { ClusterRoom, ComputerRoom } from './SurveyRoom.tsx'
import { SurveyThings } from './SurveyThings.tsx'
import { useSurvey } from './use-survey.ts'

/** What there is room for and what Slipway has there. What was seen before stays, with its age, while it cannot be seen anew. */
export function Survey({ id, isReached }: { id: string; isReached: boolean }) {
  const { data, error, isFetching, refetch } = useSurvey(id)
  const again = (
    <span className={survey.again}>
      {data !== undefined && <Age at={data.at} />}
      <Button variant="default" loading={isFetching && data !== undefined} onClick={() => void refetch()}>
        Look again
      </Button>
    </span>
  )
  if (data === undefined) {
    return (
      <Section title="Room" actions={error === null ? null : again}>
        {error === null ? (
          <div aria-busy="true">
            <span className="visually-hidden" role="status">
              Asking what room there is
            </span>
            <SkeletonRows count={4} widths={[20, 16, 24]} />
          </div>
        ) : (
          <p className={classes.note}>
            {isReached ? toShownFailure(error).message : 'Not known while the cluster does not answer.'}
          </p>
        )}
      </Section>
    )
  }
  return (
    <>
      <Section title="Room" actions={again}>
        {error !== null && (
          <p className={survey.stale} role="status">
            It could not be looked at again: {toShownFailure(error).message}
          </p>
        )}
        {data.kind === 'local' ? <ComputerRoom survey={data} /> : <ClusterRoom nodes={data.nodes} />}
      </Section>
      <Things data={data} />
    </>
  )
}

function Things({ data }: { data: SurveyData }) {
  const title = data.kind === 'local' ? 'What runs here' : 'What Slipway has there'
  return (
    <Section title={title}>
      {'missing' in data.there ? (
        <p className={classes.note}>
          {data.there.missing.message} {data.there.missing.hint}
        </p>
      ) : (
        <SurveyThings things={data.there.found} isHere={data.kind === 'local'} />
      )}
    </Section>
  )
}

function Section({ title, actions, children }: { title: string; actions?: ReactNode; children: ReactNode }) {
  return (
    <section className={classes.section} aria-label={title}>
      <div className={classes.top}>
        <h2 className={classes.title}>{title}</h2>
        {actions}
      </div>
      {children}
    </section>
  )
}

function Age({ at }: { at: number }) {
  const now = useNow(10_000)
  return (
    <span className={classes.about} title={formatExact(at)}>
      {formatAgo(now - at)}
    </span>
  )
}
