import { useQuery } from '@tanstack/react-query'
import { toRefText } from '../../../shared/domain/ref.ts'
import { api } from '../../connection/api.ts'
import { Ago } from '../../format/clock.tsx'
import { AccountMark } from '../../github/AccountMark.tsx'
import { shortSha } from '../../status/facts.ts'
import classes from './Deployment.module.css'
import type { DeploymentDetail } from './deployment-context.ts'

const mostShown = 5

/** What the next deploy would bring, where GitHub can be asked. Drawn when there is something. */
export function SourceChanges({ deployment: { id, branch } }: { deployment: DeploymentDetail }) {
  const changes = useQuery(
    api.github.changes.queryOptions({ input: { id }, staleTime: 0, refetchOnWindowFocus: true }),
  ).data
  if (!changes || (changes.ahead === 0 && changes.behind === 0)) return null
  const { accountId, ahead, behind, commits, url } = changes
  const more = ahead - Math.min(commits.length, mostShown)
  return (
    <section className={classes.changes} aria-label="Changed since the running release">
      <div className={classes.changesTop}>
        <h2 className={classes.heading}>
          {ahead === 0
            ? 'The branch went back'
            : `${ahead} ${ahead === 1 ? 'commit' : 'commits'} not deployed yet`}
        </h2>
        <a className="text-link" href={url} target="_blank" rel="noopener noreferrer">
          Compare at GitHub
        </a>
      </div>
      {behind > 0 && (
        <p className={classes.changesNote}>
          {behind} {behind === 1 ? 'commit that runs is' : 'commits that run are'} not in {toRefText(branch)}{' '}
          any more.
        </p>
      )}
      <ol className={classes.changeList}>
        {commits.slice(0, mostShown).map(commit => (
          <li key={commit.sha} className={classes.change}>
            <AccountMark name={commit.author} login={commit.login} accountId={accountId} />
            <a
              className={`truncate ${classes.changeSubject}`}
              href={commit.url}
              target="_blank"
              rel="noopener noreferrer"
            >
              {commit.subject}
            </a>
            <span className={`truncate ${classes.changeNote}`}>
              {commit.author} · <Ago at={commit.at} />
            </span>
            <span className="mono third">{shortSha(commit.sha)}</span>
          </li>
        ))}
      </ol>
      {more > 0 && <p className={classes.changesNote}>and {more} more</p>}
    </section>
  )
}
