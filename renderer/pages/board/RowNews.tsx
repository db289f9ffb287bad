import { ActionIcon, Button, Tooltip } from '@mantine/core'
import { IconX } from '@tabler/icons-react'
import { engines } from '../../../shared/domain/add-on.ts'
import type { BuildSummary, Deployment } from '../../../shared/domain/records.ts'
import { deploymentActions } from '../../actions/deployment-actions.ts'
import { Elapsed } from '../../format/clock.tsx'
import {
  failureFacts,
  progressOf,
  shortSha,
  shortUrl,
  shownStatus,
  toSentence,
  waitFacts,
} from '../../status/facts.ts'
import { BuildBar } from '../../ui/BuildBar.tsx'
import classes from './Board.module.css'

/** The one thing to know about a deployment now. */
export function RowNews({ deployment }: { deployment: Deployment }) {
  const { url, health, latestBuild, serving, addOn } = deployment
  const status = shownStatus(deployment)
  switch (status) {
    case 'live':
      if (addOn !== null) return <span className="truncate">{engines[addOn.engine].label}</span>
      if (deployment.isWorker) return <span className="truncate">Worker</span>
      return (
        <a className={`truncate ${classes.url}`} href={url} target="_blank" rel="noopener noreferrer">
          {shortUrl(url)}
        </a>
      )
    case 'degraded':
      return <Line text={toDegradedText(health)} />
    case 'building':
      return latestBuild === null ? null : <BuildProgress build={latestBuild} name={deployment.name} />
    case 'queued':
      return (
        <Line
          text={
            serving === null
              ? toSentence(waitFacts(latestBuild))
              : `live ${shortSha(serving.commit.sha)} · ${waitFacts(latestBuild)}`
          }
        />
      )
    case 'releasing':
      return <Line text={toReleasingText(deployment)} />
    case 'failed':
      return <Line text={failureFacts(deployment)} />
    case 'stopped':
      return (
        <Button
          className={classes.start}
          size="compact-xs"
          variant="default"
          onClick={() => void deploymentActions.start(deployment)}
          aria-label={`Start ${deployment.name}`}
        >
          Start
        </Button>
      )
    case 'idle':
      return (
        <Button
          className={classes.start}
          size="compact-xs"
          variant="default"
          onClick={() => void deploymentActions.deploy(deployment)}
          aria-label={`Deploy ${deployment.name} now`}
        >
          Deploy
        </Button>
      )
    case 'removing':
      return deployment.failure === null ? null : <Line text={deployment.failure.message} />
  }
}

function toReleasingText({ serving, isWorker, runsCommand }: Deployment): string {
  if (serving !== null)
    return `live ${shortSha(serving.commit.sha)} · ${runsCommand ? 'runs the release command' : 'waits for its successor'}`
  if (runsCommand) return 'Runs the release command'
  return isWorker ? 'Waits until it has run for a while' : 'Waits until it answers'
}

const toDegradedText = ({ ready, wanted, reason }: Deployment['health']): string => {
  const count = `${ready} of ${wanted} ready`
  if (reason === null) return count
  return wanted === 1 ? reason : `${count} · ${reason}`
}

function BuildProgress({ build, name }: { build: BuildSummary; name: string }) {
  const { word, number, count } = progressOf(build)
  return (
    <span className={classes.progress}>
      <BuildBar build={build} label={`Build of ${name}`} />
      <span className="truncate">
        {word} · step {Math.max(number, 1)} of {count} · <Elapsed from={build.startedAt ?? build.createdAt} />
      </span>
      <Tooltip label="Cancel the build">
        <ActionIcon
          className={classes.cancel}
          size={24}
          aria-label={`Cancel the build of ${name}`}
          onClick={() => void deploymentActions.cancelBuild(build.id)}
        >
          <IconX size={14} />
        </ActionIcon>
      </Tooltip>
    </span>
  )
}

const Line = ({ text }: { text: string }) => (
  <span className="truncate" title={text}>
    {text}
  </span>
)
