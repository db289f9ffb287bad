import { ActionIcon, Tooltip } from '@mantine/core'
import { IconCopy } from '@tabler/icons-react'
import type { PreflightEvent } from '../../shared/domain/cluster.ts'
import { copyText } from '../actions/copy.ts'
import { CheckMark } from './CheckMark.tsx'
import classes from './Checks.module.css'

/** Every check with what it found, what to do, and the command that does it. */
export function CheckList({ events }: { events: readonly PreflightEvent[] }) {
  return (
    <ul className={classes.list}>
      {events.map(({ name, title, check }) => (
        <li key={name} className={classes.check}>
          <CheckMark result={check?.result ?? 'running'} />
          <h3 className={classes.title}>{title}</h3>
          <div className={classes.found}>
            <p className={classes.detail}>{check?.detail ?? 'Under way…'}</p>
            {check !== null && check.action !== null && <p className={classes.action}>{check.action}</p>}
            {check !== null && check.command !== null && <Command text={check.command} />}
          </div>
        </li>
      ))}
    </ul>
  )
}

function Command({ text }: { text: string }) {
  return (
    <div className={classes.command}>
      <code className={classes.code}>{text}</code>
      <Tooltip label="Copy">
        <ActionIcon size={24} aria-label={`Copy ${text}`} onClick={() => void copyText(text, 'the command')}>
          <IconCopy size={14} />
        </ActionIcon>
      </Tooltip>
    </div>
  )
}
