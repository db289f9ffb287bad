import { ActionIcon, Menu, Tooltip } from '@mantine/core'
import { useFocusWithin, useHover, useMergedRef } from '@mantine/hooks'
import {
  type Icon,
  IconAlertTriangle,
  IconArrowBackUp,
  IconDatabase,
  IconDots,
  IconEngine,
  IconExternalLink,
  IconFileText,
  IconGitPullRequest,
  IconPlayerPlay,
  IconPlayerStop,
  IconRefresh,
  IconRocket,
  IconSettings,
  IconTrash,
  IconX,
} from '@tabler/icons-react'
import { Link } from '@tanstack/react-router'
import { memo, useRef } from 'react'
import { engines } from '../../../shared/domain/add-on.ts'
import type { Deployment } from '../../../shared/domain/records.ts'
import { toRefText } from '../../../shared/domain/ref.ts'
import { hasAddress } from '../../../shared/domain/worker.ts'
import { deploymentActions, openInBrowser } from '../../actions/deployment-actions.ts'
import { Ago } from '../../format/clock.tsx'
import { isActive, shownStatus } from '../../status/facts.ts'
import { StatusMark } from '../../status/StatusMark.tsx'
import { deploymentLooks } from '../../status/status-map.ts'
import { CommitText } from '../../ui/CommitText.tsx'
import { LinkIcon, LinkItem } from '../../ui/LinkButton.tsx'
import classes from './Board.module.css'
import { RowNews } from './RowNews.tsx'

/** One line: what it is, which commit, what there is to say about it, when. Actions float over the end of the line. */
export const BoardRow = memo(function BoardRow({
  deployment,
  place,
}: {
  deployment: Deployment
  /** Where it runs and whose it is, where that differs between rows. */
  place?: string | undefined
}) {
  const { id, name, branch, changedAt, latestBuild, serving, preview } = deployment
  const isTried = isActive(latestBuild) || deployment.status === 'failed'
  const commit = isTried ? latestBuild?.commit : (serving?.commit ?? latestBuild?.commit)
  // Menus and hints are most of what a row costs to draw, and a list that is scrolled draws many.
  const { hovered, ref: pointed } = useHover<HTMLDivElement>()
  const { focused, ref: reached } = useFocusWithin<HTMLDivElement>()
  const wasNear = useRef(false)
  wasNear.current ||= hovered || focused
  return (
    <div ref={useMergedRef(pointed, reached)} className={classes.row}>
      <span className={classes.status}>
        <StatusMark look={deploymentLooks[shownStatus(deployment)]} />
      </span>
      <RowLink deployment={deployment} />
      <span className={`truncate ${classes.branch}`}>
        {preview === null ? (
          toRefText(branch)
        ) : (
          <a
            className={classes.url}
            href={preview.url}
            target="_blank"
            rel="noopener noreferrer"
            title={`Preview of #${preview.number} ${preview.title}`}
          >
            #{preview.number}
          </a>
        )}
      </span>
      <span className={`truncate ${classes.commit}`}>
        {commit !== undefined && (
          <CommitText commit={preview === null ? commit : { ...commit, subject: preview.title }} />
        )}
      </span>
      <span className={classes.news}>
        <RowNews deployment={deployment} />
        {deployment.differences > 0 && <DriftMark count={deployment.differences} />}
      </span>
      {place !== undefined && (
        <span className={`truncate ${classes.place}`} title={place}>
          {place}
        </span>
      )}
      <Ago at={changedAt} className={classes.when} />
      {wasNear.current && <RowActions key={id} deployment={deployment} name={name} />}
    </div>
  )
})

/** The whole line opens the deployment; one whose build failed opens at the end of that log, which says why. */
function RowLink({ deployment }: { deployment: Deployment }) {
  const { id, name, latestBuild, status, addOn, preview, isWorker } = deployment
  const mark =
    preview !== null
      ? { Icon: IconGitPullRequest, label: `Preview of #${preview.number}` }
      : addOn !== null
        ? { Icon: IconDatabase, label: engines[addOn.engine].label }
        : isWorker && { Icon: IconEngine, label: 'Worker' }
  const content = (
    <>
      {mark && (
        <>
          <mark.Icon size={14} className={classes.kind} role="img" aria-label={mark.label} />{' '}
        </>
      )}
      {name}
    </>
  )
  if (status === 'failed' && latestBuild?.status === 'failed') {
    return (
      <Link
        to="/deployments/$id/builds/$buildId"
        params={{ id, buildId: latestBuild.id }}
        className={`truncate ${classes.name}`}
        data-row-link
      >
        {content}
      </Link>
    )
  }
  return (
    <Link to="/deployments/$id" params={{ id }} className={`truncate ${classes.name}`} data-row-link>
      {content}
    </Link>
  )
}

function RowActions({ deployment, name }: { deployment: Deployment; name: string }) {
  const { id, url, wanted, status } = deployment
  if (status === 'removing') return null
  const isStopped = wanted === 'stopped'
  return (
    <span className={classes.actions}>
      <FirstAction deployment={deployment} />
      {hasAddress(deployment) && (
        <Tooltip label="Open">
          <ActionIcon size={28} aria-label={`Open ${name}`} onClick={() => openInBrowser(url)}>
            <IconExternalLink size={16} />
          </ActionIcon>
        </Tooltip>
      )}
      <Tooltip label="Log">
        <LinkIcon
          variant="subtle"
          color="gray"
          size={28}
          to="/deployments/$id/log"
          params={{ id }}
          aria-label={`Log of ${name}`}
        >
          <IconFileText size={16} />
        </LinkIcon>
      </Tooltip>
      <Menu>
        <Menu.Target>
          <ActionIcon size={28} className={classes.more} aria-label={`More for ${name}`}>
            <IconDots size={16} />
          </ActionIcon>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item
            leftSection={<IconRocket size={15} />}
            onClick={() => void deploymentActions.deploy(deployment)}
          >
            Deploy
          </Menu.Item>
          {isStopped ? (
            <Menu.Item
              leftSection={<IconPlayerPlay size={15} />}
              onClick={() => void deploymentActions.start(deployment)}
            >
              Start
            </Menu.Item>
          ) : (
            <>
              <Menu.Item
                leftSection={<IconRefresh size={15} />}
                onClick={() => void deploymentActions.restart(deployment)}
              >
                Restart
              </Menu.Item>
              <Menu.Item
                leftSection={<IconPlayerStop size={15} />}
                onClick={() => void deploymentActions.stop(deployment)}
              >
                Stop
              </Menu.Item>
            </>
          )}
          {deployment.serving !== null && deployment.serving.number > 1 && (
            <Menu.Item
              leftSection={<IconArrowBackUp size={15} />}
              onClick={() => void deploymentActions.rollbackToPrevious(deployment)}
            >
              Roll back
            </Menu.Item>
          )}
          <Menu.Divider />
          <LinkItem to="/deployments/$id/settings" params={{ id }} leftSection={<IconSettings size={15} />}>
            Settings
          </LinkItem>
          <LinkItem to="/deployments/$id/settings" params={{ id }} leftSection={<IconTrash size={15} />}>
            Remove…
          </LinkItem>
        </Menu.Dropdown>
      </Menu>
    </span>
  )
}

/** Others have changed it in the cluster; the page of the deployment says what. */
function DriftMark({ count }: { count: number }) {
  return (
    <span className={classes.drift} title="Others have changed it in the cluster">
      <IconAlertTriangle size={14} aria-hidden />
      {count === 1 ? '1 change' : `${count} changes`}
    </span>
  )
}

/** What a person most likely wants of this row now. */
function FirstAction({ deployment }: { deployment: Deployment }) {
  const { name, wanted, latestBuild } = deployment
  if (isActive(latestBuild)) {
    return (
      <IconAction
        label="Cancel the build"
        of={`Cancel the build of ${name} now`}
        icon={IconX}
        act={() => void deploymentActions.cancelBuild(latestBuild.id)}
      />
    )
  }
  if (wanted === 'stopped') {
    return (
      <IconAction
        label="Start"
        of={`Start ${name} now`}
        icon={IconPlayerPlay}
        act={() => void deploymentActions.start(deployment)}
      />
    )
  }
  return (
    <IconAction
      label="Deploy"
      of={`Deploy ${name}`}
      icon={IconRocket}
      act={() => void deploymentActions.deploy(deployment)}
    />
  )
}

function IconAction({
  label,
  of,
  icon: ActIcon,
  act,
}: {
  label: string
  of: string
  icon: Icon
  act: () => void
}) {
  return (
    <Tooltip label={label}>
      <ActionIcon size={28} aria-label={of} onClick={act}>
        <ActIcon size={16} />
      </ActionIcon>
    </Tooltip>
  )
}
