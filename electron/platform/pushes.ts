import { type Failure, type FailureCode, SlipwayError, toFailure } from '../../shared/domain/failure.ts'
import type { PushSetting } from '../../shared/domain/push.ts'
import type { Source } from '../../shared/domain/records.ts'
import type { PushWatchRecords } from '../database/push-watches.ts'
import type { Reader } from '../database/reader.ts'
import type { DeploymentRow } from '../database/rows.ts'
import type { Writer } from '../database/writer.ts'
import { decidePush } from '../pipeline/decide-push.ts'
import { type Asker, requirePresent } from '../pipeline/intents/asking.ts'
import type { PushedCommit, ReadPushedCommit } from '../sources/pushed-commit.ts'
import type { GitLogin } from '../sources/source-reader.ts'
import type { ReadHead } from './branch-head.ts'
import { type LookAtRepository, toRepositoryNotice } from './repository-notice.ts'

interface Head {
  readonly branch: string
  readonly sha: string
}

/** What somebody has to do something about; it is kept, and said once. Anything else is tried again without a word. */
const lasting: readonly FailureCode[] = [
  'source_branch_not_found',
  'source_denied',
  'source_not_found',
  'sign_in_required',
]

/** Which deployments a push deploys, and what is done about one. When to look is `push-watch.ts`'s. */
export function createPushes(deps: {
  records: PushWatchRecords
  reader: Reader
  writer: Pick<Writer, 'transaction' | 'activity'>
  readHead: ReadHead
  lookAtRepository: LookAtRepository
  readPushed: ReadPushedCommit
  loginFor: (source: Source, reader: { ownerId: string }) => Promise<GitLogin | undefined>
  /** Throws where it cannot be deployed now. `noteSeen` is part of its transaction; where it says no, nothing is deployed. */
  deploy: (id: string, head: Head, push: { asker: Asker; noteSeen: () => boolean }) => Promise<void>
  askConsent: (asker: Asker) => void
  /** Of the setting: what is to be looked at is another. */
  onSet: () => void
  changed: (deploymentId: string) => void
  log: (deploymentId: string, error: unknown) => void
  now: () => number
}) {
  const { records, reader, writer, now, changed } = deps
  const lookedAt = new Map<string, number>()
  const passing = new Map<string, Failure>()

  const find = (id: string): DeploymentRow => requirePresent(reader.deploymentRow(id))

  const placeOf = (row: DeploymentRow) => ({
    source: reader.sourceOf(row),
    branch: row.branch,
    ownerId: reader.ownerOf(row.id)?.id ?? '',
  })

  const say = (
    row: DeploymentRow,
    verb: 'changed' | 'push_skipped' | 'push_unknown',
    detail: string,
    user?: string,
  ) =>
    writer.activity({
      user: user ?? reader.ownerOf(row.id)?.name ?? '',
      ...{ verb, deploymentId: row.id, deployment: row.name, detail },
    })

  const toSetting = (id: string): PushSetting => {
    const watch = records.find(id)
    return {
      isOn: watch !== undefined,
      paths: watch?.paths ?? [],
      trouble: watch?.trouble ?? (watch && passing.get(id)) ?? null,
      notice: watch?.notice ?? null,
      lookedAt: lookedAt.get(id) ?? null,
    }
  }

  const noteTrouble = (row: DeploymentRow, failure: Failure) => {
    const before = records.find(row.id)?.trouble
    if (!lasting.includes(failure.code)) passing.set(row.id, failure)
    else if (before?.code !== failure.code)
      writer.transaction(() => {
        records.change(row.id, { trouble: failure })
        say(row, 'push_unknown', failure.message)
      })
    changed(row.id)
  }

  const noteAnswer = (id: string) => {
    const isBetter = passing.delete(id) || records.find(id)?.trouble != null
    if (isBetter) records.change(id, { trouble: null })
    lookedAt.set(id, now())
    if (isBetter) changed(id)
  }

  const noteRepository = async (row: DeploymentRow, signal: AbortSignal): Promise<void> => {
    const facts = await deps.lookAtRepository(row, signal)
    const watch = records.find(row.id)
    if (facts === undefined || watch === undefined) return
    const defaultBranch = watch.defaultBranch ?? facts.defaultBranch
    const notice = toRepositoryNotice({ facts, branch: row.branch, defaultBranch })
    if (notice === watch.notice && defaultBranch === watch.defaultBranch) return
    records.change(row.id, { defaultBranch, notice })
    if (notice !== watch.notice) changed(row.id)
  }

  /** One action after the other, until there is nothing to do. */
  const act = async (looked: DeploymentRow, head: Head, signal: AbortSignal): Promise<void> => {
    const { id, branch } = looked
    /** Undefined: since the look another branch was chosen, or nobody watches any more. */
    const findNow = () => {
      const row = reader.deploymentRow(id)
      const watch = records.find(id)
      return row?.branch === branch && watch !== undefined ? { row, watch } : undefined
    }
    let pushed: PushedCommit | undefined
    for (;;) {
      const current = findNow()
      if (current === undefined) return
      const { row, watch } = current
      const { wanted } = row
      const builtSha = reader.buildsOf(id, 1)[0]?.commit.sha
      const action = decidePush({ wanted, branch, watch, headSha: head.sha, builtSha, pushed })
      const noteSeen = () => records.change(id, { branch, seenSha: head.sha })
      if (action.do === 'nothing') return
      if (action.do === 'note')
        return writer.transaction(() => {
          noteSeen()
          if (action.why !== undefined) say(row, 'push_skipped', `${head.sha.slice(0, 7)}: ${action.why}`)
        })
      if (action.do === 'deploy') {
        const owner = reader.ownerOf(id)
        const asker = { userId: owner?.id ?? '', name: owner?.name ?? '', hasConsent: true }
        const noteDeployed = () => {
          const isWanted = findNow()?.row.wanted === wanted
          if (isWanted) noteSeen()
          return isWanted
        }
        return deps.deploy(id, head, { asker, noteSeen: noteDeployed })
      }
      const { source, ownerId } = placeOf(row)
      const login = await deps.loginFor(source, { ownerId })
      pushed = await deps.readPushed({ source, seenSha: watch.seenSha, sha: head.sha, login, signal })
    }
  }

  return {
    get: (id: string): PushSetting => {
      find(id)
      return toSetting(id)
    },

    /** What was pushed before is not deployed by it. */
    async set(
      id: string,
      { isOn, paths }: { isOn: boolean; paths?: string[] | undefined },
      asker: Asker,
    ): Promise<PushSetting> {
      const row = find(id)
      const watch = records.find(id)
      if (isOn && watch === undefined) {
        refuseOther(reader.sourceOf(row))
        refusePreview(reader.deployment(id)?.preview?.number)
        if (reader.clusterSettings(row.clusterId) === undefined) deps.askConsent(asker)
        const { sha } = await deps.readHead(placeOf(row), AbortSignal.timeout(lookMs))
        writer.transaction(() => {
          records.add({ deploymentId: id, paths: paths ?? [], branch: row.branch, seenSha: sha })
          say(find(id), 'changed', 'a push deploys', asker.name)
        })
        lookedAt.set(id, now())
      } else
        writer.transaction(() => {
          if (!isOn) records.remove(id)
          else if (paths !== undefined) records.change(id, { paths })
          if (!isOn && watch !== undefined) say(row, 'changed', 'a push no longer deploys', asker.name)
        })
      changed(id)
      deps.onSet()
      return toSetting(id)
    },

    watched: (): string[] => records.list().map(({ deploymentId }) => deploymentId),

    /** Looks where the branch is, and does what is to be done. The failure, where it is not known. */
    async look(id: string, stop: AbortSignal): Promise<Failure | undefined> {
      const row = reader.deploymentRow(id)
      if (row === undefined || records.find(id) === undefined) return undefined
      const signal = AbortSignal.any([stop, AbortSignal.timeout(lookMs)])
      try {
        const head = await deps.readHead(placeOf(row), signal)
        noteAnswer(id)
        await act(row, head, signal)
        await noteRepository(row, signal)
        return undefined
      } catch (error) {
        stop.throwIfAborted()
        const failure = signal.aborted ? tooSlow : toFailure(error)
        if (failure.code === 'internal') deps.log(id, error)
        noteTrouble(row, failure)
        return failure
      }
    },
  }
}

/** For one deployment, with all that is fetched to decide. */
const lookMs = 120_000

const tooSlow: Failure = {
  code: 'source_stalled',
  message: `The repository did not say within ${lookMs / 60_000} minutes where the branch is.`,
  hint: 'It is asked again.',
}

function refuseOther({ kind }: Source): void {
  if (kind === 'git') return
  throw new SlipwayError({
    code: 'conflict',
    message: `Nothing is pushed to ${kind === 'image' ? 'an image' : 'a folder'}.`,
    hint: 'Deploy on push is for a git repository.',
  })
}

function refusePreview(number: number | undefined): void {
  if (number === undefined) return
  throw new SlipwayError({
    code: 'conflict',
    message: `It is the preview of #${number}, and follows what is pushed to that already.`,
    hint: 'Leave it as it is.',
  })
}
