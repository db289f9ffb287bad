import type { ReportState } from '../../shared/domain/github-report.ts'
import type { Deployment } from '../../shared/domain/records.ts'
import type { BuildStatus, ReleaseStatus } from '../../shared/domain/status.ts'

interface ReportedBuild {
  readonly id: string
  readonly sha: string
}

export interface Told {
  readonly buildId: string
  /** Null: GitHub knows of it, and nothing more. */
  readonly state: ReportState | null
  readonly url: string | null
}

export interface ReportFacts {
  readonly isOn: boolean
  /** Undefined when it is gone. */
  readonly wanted: Deployment['wanted'] | undefined
  /** Where people reach it; undefined where only this computer does. */
  readonly url: string | undefined
  readonly serving: ReportedBuild | undefined
  /** `release`: of the newest release of it; undefined when there is none yet. */
  readonly latest:
    | (ReportedBuild & { readonly status: BuildStatus; readonly release: ReleaseStatus | undefined })
    | undefined
  readonly told: readonly Told[]
}

export type ReportAction =
  | { readonly do: 'nothing' }
  | { readonly do: 'announce'; readonly buildId: string; readonly sha: string }
  | {
      readonly do: 'tell'
      readonly buildId: string
      readonly state: ReportState
      readonly url: string | null
    }
  /** Nothing will change about it any more. */
  | { readonly do: 'forget'; readonly buildId: string }

const commit = /^[0-9a-f]{40}$/

/** One difference between what is and what GitHub was told, what serves first. */
export function decideReport(facts: ReportFacts): ReportAction {
  const { told, serving, latest } = facts
  const isReported = facts.isOn && facts.wanted !== undefined && facts.wanted !== 'removed'
  for (const build of isReported ? [serving, latest] : []) {
    if (build === undefined || !commit.test(build.sha) || toState(build.id, facts) === 'inactive') continue
    if (!told.some(one => one.buildId === build.id))
      return { do: 'announce', buildId: build.id, sha: build.sha }
  }
  const rank = ({ buildId }: Told) => (buildId === serving?.id ? 0 : buildId === latest?.id ? 1 : 2)
  for (const { buildId, state, url } of told.toSorted((a, b) => rank(a) - rank(b))) {
    const now = isReported ? toState(buildId, facts) : 'inactive'
    const nowUrl = now === 'success' ? (facts.url ?? null) : null
    // GitHub would count what failed as gone; it stays what it was.
    const isOver = state === 'failure' && now === 'inactive'
    if (!isOver && (state !== now || url !== nowUrl)) return { do: 'tell', buildId, state: now, url: nowUrl }
    if (now === 'inactive') return { do: 'forget', buildId }
  }
  return { do: 'nothing' }
}

function toState(buildId: string, { serving, latest, wanted }: ReportFacts): ReportState {
  if (buildId === serving?.id) return wanted === 'stopped' ? 'inactive' : 'success'
  if (buildId !== latest?.id) return 'inactive'
  if (latest.status === 'queued') return 'queued'
  if (latest.status === 'running') return 'in_progress'
  if (latest.status === 'failed') return 'failure'
  if (latest.status === 'cancelled' || wanted === 'stopped') return 'inactive'
  if (latest.release === undefined || latest.release === 'releasing') return 'in_progress'
  return latest.release === 'failed' ? 'failure' : 'inactive'
}
