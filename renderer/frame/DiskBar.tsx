import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { formatBytes } from '../../shared/domain/bytes.ts'
import { api } from '../connection/api.ts'
import { useNow } from '../format/clock.tsx'
import { formatAgo } from '../format/time.ts'
import classes from './Frame.module.css'

const stepMs = 60_000

/** While the disk has no room for logs, and after lines were dropped for it until that was read. */
export function DiskBar() {
  const disk = useQuery(api.logs.disk.queryOptions()).data
  const now = useNow(stepMs)
  const [readAt, setReadAt] = useState(0)
  if (disk === undefined || disk.state === 'roomy' || disk.at <= readAt) return null
  return (
    <div className={classes.bar}>
      <span role="status">
        {disk.state === 'full'
          ? 'The disk is full, and there are no old log lines left to drop. Apps keep running; what they print waits. Free some space on the disk.'
          : `The disk is full: ${formatBytes(disk.bytes)} of the oldest log lines were dropped, the last ${formatAgo(now - disk.at)}. Free some space on the disk.`}
      </span>
      {disk.state === 'dropped' && (
        <button type="button" className={classes.barAction} onClick={() => setReadAt(disk.at)}>
          Understood
        </button>
      )}
    </div>
  )
}
