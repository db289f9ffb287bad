import { Link } from '@tanstack/react-router'
import { memo } from 'react'
import type { FoundLogLine, LogLine } from '../../../shared/domain/log.ts'
import { toPlainText } from '../../../shared/domain/log-text.ts'
import { formatClock, formatExact } from '../../format/time.ts'
import classes from './Logs.module.css'

/** Before the match, so that it is in view in a long line. */
const lead = 80
const shownLength = 400

/** One result among its neighbours, as a link to its place in the log. */
export const FoundLine = memo(function FoundLine({ found }: { found: FoundLogLine }) {
  const { log, deploymentId, deployment, line } = found
  const content = (
    <>
      <span className={classes.head}>
        <time dateTime={new Date(line.at).toISOString()} title={formatExact(line.at)}>
          {formatClock(line.at)}
        </time>
        <span className={classes.name}>{deployment}</span>
        {log.kind === 'build' && <span className={classes.kind}>build</span>}
      </span>
      <span className={classes.lines}>
        <Neighbours lines={found.before} />
        <Match found={found} />
        <Neighbours lines={found.after} />
      </span>
    </>
  )
  const search = { seq: line.seq }
  return (
    <li>
      {log.kind === 'build' ? (
        <Link
          className={classes.found}
          to="/deployments/$id/builds/$buildId"
          params={{ id: deploymentId, buildId: log.id }}
          search={search}
          data-row-link
        >
          {content}
        </Link>
      ) : (
        <Link
          className={classes.found}
          to="/deployments/$id/log"
          params={{ id: deploymentId }}
          search={search}
          data-row-link
        >
          {content}
        </Link>
      )}
    </li>
  )
})

function Neighbours({ lines }: { lines: readonly LogLine[] }) {
  return lines.map(each => (
    <span key={each.seq} className={classes.near}>
      {toPlainText(each.text.slice(0, shownLength))}
    </span>
  ))
}

function Match({ found: { line, span } }: { found: FoundLogLine }) {
  const from = Math.max(0, span.start - lead)
  return (
    <span className={classes.match} data-stream={line.stream}>
      {from > 0 && '…'}
      {toPlainText(line.text.slice(from, span.start))}
      <mark>{toPlainText(line.text.slice(span.start, span.end))}</mark>
      {toPlainText(line.text.slice(span.end, span.end + shownLength))}
    </span>
  )
}
