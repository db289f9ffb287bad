import { Button } from '@mantine/core'
import { Link } from '@tanstack/react-router'
import type { Build, PastRelease } from '../../../shared/domain/records.ts'
import { deploymentActions } from '../../actions/deployment-actions.ts'
import { Ago } from '../../format/clock.tsx'
import { formatDuration } from '../../format/time.ts'
import { shortSha } from '../../status/facts.ts'
import { StatusMark } from '../../status/StatusMark.tsx'
import { buildLooks, releaseLooks } from '../../status/status-map.ts'
import { CommitText } from '../../ui/CommitText.tsx'
import { EmptyNote } from '../../ui/EmptyNote.tsx'
import classes from './Deployment.module.css'
import type { DeploymentDetail } from './deployment-context.ts'
import { type TimelineEntry, toTimeline } from './timeline-entries.ts'

/** Newest first: every release, and between them the builds that came to nothing. */
export function Timeline({ deployment }: { deployment: DeploymentDetail }) {
  const entries = toTimeline(deployment)
  return (
    <section className={classes.timeline} aria-label="Releases">
      <h2 className={classes.heading}>Releases</h2>
      {entries.length === 0 ? (
        <EmptyNote title="No release yet">Every finished build becomes one and is listed here.</EmptyNote>
      ) : (
        <ol className={classes.entries}>
          {entries.map(entry => (
            <Entry key={entry.id} entry={entry} deployment={deployment} />
          ))}
        </ol>
      )}
    </section>
  )
}

function Entry({ entry, deployment }: { entry: TimelineEntry; deployment: DeploymentDetail }) {
  const { build } = entry
  const look = entry.kind === 'release' ? releaseLooks[entry.release.status] : buildLooks[entry.build.status]
  const commit = entry.kind === 'release' ? entry.release.commit : entry.build.commit
  const buildId = build?.id
  const who = entry.kind === 'release' ? entry.release.requestedBy : entry.build.requestedBy
  const line = (
    <>
      {entry.kind === 'release' && `#${entry.release.number} `}
      <CommitText commit={commit} />
    </>
  )
  return (
    <li className={classes.entry}>
      <StatusMark look={look} iconOnly />
      <div className={classes.entryBody}>
        <div className="truncate">
          {buildId === undefined ? (
            line
          ) : (
            <Link
              className={classes.entryLink}
              to="/deployments/$id/builds/$buildId"
              params={{ id: deployment.id, buildId }}
            >
              {line}
            </Link>
          )}
        </div>
        <div className={`truncate ${classes.entryNote}`} title={describe(entry).slice(3)}>
          <Ago at={entry.at} /> · {who}
          {describe(entry)}
        </div>
      </div>
      {entry.kind === 'release' && entry.canRollBack && (
        <Button
          variant="default"
          className={classes.rollback}
          onClick={() => void deploymentActions.rollback(deployment, entry.release)}
          aria-label={`${toRollbackWord(entry.release)}, release ${entry.release.number}`}
          title={
            entry.release.startsAtOnce
              ? 'Starts at once: what it ran is kept.'
              : 'What it ran was deleted to save space. Its commit is built again as it was, then goes live.'
          }
        >
          {entry.release.startsAtOnce ? 'Roll back' : `Build ${shortSha(commit.sha)} again`}
        </Button>
      )}
      {entry.kind === 'release' && entry.release.status === 'live' && (
        <span className={classes.liveWord}>Live</span>
      )}
    </li>
  )
}

const toRollbackWord = ({ commit, startsAtOnce }: PastRelease) =>
  startsAtOnce ? `Roll back to ${shortSha(commit.sha)}` : `Build ${shortSha(commit.sha)} again`

function describe(entry: TimelineEntry): string {
  if (entry.kind === 'build') {
    const reason = entry.build.failure?.message
    if (entry.build.status === 'cancelled') return ' · cancelled'
    return reason === undefined ? '' : ` · ${reason}`
  }
  const { rollbackTo, failure, changes, commandState } = entry.release
  const what = changes.map(change => ` · ${change}`).join('')
  if (failure !== null) return ` · ${failure.message}`
  if (commandState === 'started') return ' · runs its release command'
  if (rollbackTo !== null) return ` · rolled back to #${rollbackTo}${what}`
  return `${durationOf(entry.build)}${what}`
}

function durationOf(build: Build | undefined): string {
  if (build === undefined || build.startedAt === null || build.finishedAt === null) return ''
  return ` · built in ${formatDuration(build.finishedAt - build.startedAt)}`
}
