import type { Commit } from '../../shared/domain/records.ts'
import { shortSha } from '../status/facts.ts'

export function CommitText({ commit }: { commit: Commit }) {
  return (
    <span className="truncate" title={commit.subject === '' ? commit.sha : `${commit.sha} ${commit.subject}`}>
      <span className="mono">{shortSha(commit.sha)}</span>
      {commit.subject !== '' && <span> {commit.subject}</span>}
    </span>
  )
}
