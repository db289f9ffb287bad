import { ActionIcon, Button, Menu } from '@mantine/core'
import {
  IconCopy,
  IconDots,
  IconExternalLink,
  IconHammer,
  IconPlayerPlay,
  IconPlayerStop,
  IconRefresh,
  IconRocket,
} from '@tabler/icons-react'
import { engines } from '../../../shared/domain/add-on.ts'
import type { Deployment } from '../../../shared/domain/records.ts'
import { toRefText } from '../../../shared/domain/ref.ts'
import { hasAddress } from '../../../shared/domain/worker.ts'
import { copyText } from '../../actions/copy.ts'
import { deploymentActions, openInBrowser } from '../../actions/deployment-actions.ts'
import { useNow } from '../../format/clock.tsx'
import { formatAge } from '../../format/time.ts'
import { shortSha, shownStatus } from '../../status/facts.ts'
import { StatusMark } from '../../status/StatusMark.tsx'
import { deploymentLooks } from '../../status/status-map.ts'
import { CommitText } from '../../ui/CommitText.tsx'
import classes from './Deployment.module.css'

export function DeploymentHeader({ deployment }: { deployment: Deployment }) {
  const { name, branch, cluster, url, localUrl, serving, latestBuild, wanted, addOn, preview, isWorker } =
    deployment
  const commit = serving?.commit ?? latestBuild?.commit
  const isStopped = wanted === 'stopped'
  return (
    <div className={classes.header}>
      <h1 className={`truncate ${classes.name}`} title={name}>
        {name}
      </h1>
      <StatusSince deployment={deployment} />
      <p className={`truncate ${classes.commit}`}>
        {preview === null ? toRefText(branch) : `Preview of #${preview.number} ${preview.title}`}
        {commit !== undefined && (
          <>
            {' · '}
            <CommitText commit={commit} />
            {commit.author !== '' && ` · by ${commit.author}`}
          </>
        )}
        {isWorker && ' · worker'}
        {addOn !== null && ` · ${engines[addOn.engine].label}, ${addOn.volumeGib} GiB`}
        {cluster.kind === 'kubernetes' && ` · on ${cluster.name}`}
      </p>
      {hasAddress(deployment) && (
        <Button
          className={classes.headerAction}
          variant="default"
          rightSection={<IconExternalLink size={15} aria-hidden />}
          onClick={() => openInBrowser(url)}
          disabled={serving === null}
        >
          Open
        </Button>
      )}
      <Button
        className={classes.headerAction}
        variant={deployment.failure === null ? 'filled' : 'default'}
        leftSection={<IconRocket size={15} aria-hidden />}
        onClick={() => void deploymentActions.deploy(deployment)}
      >
        Deploy
      </Button>
      <Menu>
        <Menu.Target>
          <ActionIcon className={classes.headerAction} variant="default" aria-label={`More for ${name}`}>
            <IconDots size={16} />
          </ActionIcon>
        </Menu.Target>
        <Menu.Dropdown>
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
          <Menu.Item
            leftSection={<IconHammer size={15} />}
            onClick={() => void deploymentActions.deploy(deployment, { isFresh: true })}
          >
            Build again without cache
          </Menu.Item>
          {hasAddress(deployment) && (
            <Menu.Item leftSection={<IconCopy size={15} />} onClick={() => void copyText(url, 'the URL')}>
              Copy the URL
            </Menu.Item>
          )}
          {hasAddress(deployment) && url !== localUrl && (
            <Menu.Item
              leftSection={<IconExternalLink size={15} />}
              disabled={serving === null}
              onClick={() => openInBrowser(localUrl)}
            >
              Open through Slipway
            </Menu.Item>
          )}
        </Menu.Dropdown>
      </Menu>
    </div>
  )
}

function StatusSince({ deployment }: { deployment: Deployment }) {
  const now = useNow(10_000)
  const status = shownStatus(deployment)
  const look = deploymentLooks[status]
  if (status === 'failed' && deployment.serving !== null && deployment.health.ready > 0) {
    return (
      <StatusMark look={look} word={`Deploy failed · ${shortSha(deployment.serving.commit.sha)} is live`} />
    )
  }
  const since = status === 'live' ? (deployment.health.since ?? deployment.serving?.liveAt ?? null) : null
  return (
    <StatusMark
      look={look}
      word={since === null ? look.word : `${look.word} for ${formatAge(now - since)}`}
    />
  )
}
