import { ActionIcon, Tooltip } from '@mantine/core'
import { IconRefresh, IconX } from '@tabler/icons-react'
import { Link } from '@tanstack/react-router'
import type { BuildSummary } from '../../shared/domain/records.ts'
import { deploymentActions } from '../actions/deployment-actions.ts'
import { Ago, Elapsed } from '../format/clock.tsx'
import { formatDuration } from '../format/time.ts'
import { isActive, progressOf, shortSha, toSentence, waitFacts } from '../status/facts.ts'
import { StatusMark } from '../status/StatusMark.tsx'
import { buildLooks } from '../status/status-map.ts'
import { BuildBar } from './BuildBar.tsx'
import classes from './BuildRow.module.css'

/** One line a build, which opens its log. `isNamed` where the builds of several deployments stand together. */
export function BuildRow({
  build,
  deployment: name,
  isNamed = false,
}: {
  build: BuildSummary
  deployment: string
  isNamed?: boolean
}) {
  const sha = shortSha(build.commit.sha)
  return (
    <li className={classes.row} data-named={isNamed}>
      <StatusMark look={buildLooks[build.status]} />
      {isNamed && <span className={`truncate ${classes.name}`}>{name}</span>}
      <Link
        className={`truncate ${classes.link}`}
        to="/deployments/$id/builds/$buildId"
        params={{ id: build.deploymentId, buildId: build.id }}
        aria-label={`Build of ${sha}${isNamed ? ` for ${name}` : ''}`}
        data-row-link
      >
        <span className="mono">{sha}</span> {build.commit.subject}
      </Link>
      <span className={`truncate ${classes.note}`} title={build.failure?.message}>
        {build.status === 'running' && <BuildBar build={build} label={`Build of ${name}`} />}
        {noteOf(build)}
      </span>
      <span className={classes.time}>
        {build.startedAt === null ? null : build.finishedAt === null ? (
          <>
            <Elapsed from={build.startedAt} />
            {build.usualMs !== null && (
              <span className={classes.usual}> of about {formatDuration(build.usualMs)}</span>
            )}
          </>
        ) : (
          formatDuration(build.finishedAt - build.startedAt)
        )}
      </span>
      <span className={classes.when}>
        <Ago at={build.createdAt} />
      </span>
      <span className={classes.act}>
        {(build.status === 'failed' || build.status === 'cancelled') && (
          <Tooltip label="Deploy again">
            <ActionIcon
              size={28}
              aria-label={`Deploy ${name} again, after the build of ${sha}`}
              onClick={() => void deploymentActions.deploy({ id: build.deploymentId, name })}
            >
              <IconRefresh size={16} />
            </ActionIcon>
          </Tooltip>
        )}
        {isActive(build) && (
          <Tooltip label="Cancel the build">
            <ActionIcon
              size={28}
              aria-label={`Cancel the build of ${sha}`}
              onClick={() => void deploymentActions.cancelBuild(build.id)}
            >
              <IconX size={16} />
            </ActionIcon>
          </Tooltip>
        )}
      </span>
    </li>
  )
}

function noteOf(build: BuildSummary): string {
  if (build.failure !== null && build.status === 'failed') return build.failure.message
  if (build.status === 'queued') return toSentence(waitFacts(build))
  if (build.reusedBuildId !== null) return `by ${build.requestedBy} · took what was built before`
  if (build.status !== 'running') return `by ${build.requestedBy}`
  const { word, number, count } = progressOf(build)
  return `${word} · step ${Math.max(number, 1)} of ${count}`
}
