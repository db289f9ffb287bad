import type { Failure, FailureCode } from '../../shared/domain/failure.ts'
import type { PreviewSetting } from '../../shared/domain/preview.ts'
import type { PreviewRecords } from '../database/previews.ts'
import type { Reader } from '../database/reader.ts'
import type { DeploymentRow } from '../database/rows.ts'
import type { Writer } from '../database/writer.ts'
import type { PreviewDecision } from '../pipeline/decide-previews.ts'
import type { PullRequest } from '../sources/github/pulls.ts'

/** What somebody has to do something about; it is kept, and said once. Anything else is tried again without a word. */
const lasting: readonly FailureCode[] = ['source_denied', 'source_not_found', 'sign_in_required']

/** What is known of the pull requests of a deployment, for whoever looks at its setting. */
export function createPreviewNotes(deps: {
  records: PreviewRecords
  reader: Reader
  writer: Pick<Writer, 'transaction'>
  placeOf: (row: DeploymentRow) => PreviewSetting['place']
  /** An activity line. */
  say: (row: DeploymentRow, verb: 'push_unknown', detail: string) => void
  changed: (deploymentId: string) => void
  now: () => number
}) {
  const { records, reader, changed } = deps
  const lookedAt = new Map<string, number>()
  const passing = new Map<string, Failure>()
  const without = new Map<string, PreviewSetting['without']>()

  return {
    toSetting(row: DeploymentRow): PreviewSetting {
      const setting = records.setting(row.id)
      const previews = records.of(row.id).flatMap(({ previewId, number, title, url, isFork }) => {
        const preview = previewId === null ? undefined : reader.deploymentRow(previewId)
        return preview === undefined || preview.wanted === 'removed'
          ? []
          : [{ number, title, url, isFork, deploymentId: preview.id, deployment: preview.name }]
      })
      return {
        isOn: setting !== undefined,
        place: deps.placeOf(row),
        previews,
        without: setting === undefined ? [] : (without.get(row.id) ?? []),
        trouble: setting?.trouble ?? (setting && passing.get(row.id)) ?? null,
        lookedAt: lookedAt.get(row.id) ?? null,
      }
    },

    noteTrouble(row: DeploymentRow, failure: Failure): void {
      const before = records.setting(row.id)?.trouble
      if (!lasting.includes(failure.code)) passing.set(row.id, failure)
      else if (before?.code !== failure.code)
        deps.writer.transaction(() => {
          records.noteTrouble(row.id, failure)
          deps.say(row, 'push_unknown', `Pull requests: ${failure.message}`)
        })
      changed(row.id)
    },

    noteAnswer(id: string, open: readonly PullRequest[], decision: PreviewDecision): void {
      const isBetter = passing.delete(id) || records.setting(id)?.trouble != null
      if (isBetter) records.noteTrouble(id, null)
      const before = JSON.stringify(without.get(id) ?? [])
      const named = decision.without.flatMap(({ number, why }) => {
        const pull = open.find(one => one.number === number)
        return pull === undefined ? [] : [{ number, title: pull.title, url: pull.url, why }]
      })
      without.set(id, named)
      lookedAt.set(id, deps.now())
      if (isBetter || before !== JSON.stringify(named)) changed(id)
    },
  }
}
