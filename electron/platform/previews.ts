import { type Failure, SlipwayError, toFailure } from '../../shared/domain/failure.ts'
import { mostPreviews, type PreviewSetting } from '../../shared/domain/preview.ts'
import type { Activity } from '../../shared/domain/records.ts'
import { isBranch } from '../../shared/domain/ref.ts'
import type { PreviewRecords, PreviewRow } from '../database/previews.ts'
import type { Reader } from '../database/reader.ts'
import type { DeploymentRow } from '../database/rows.ts'
import type { Writer } from '../database/writer.ts'
import { decidePreviews, type PreviewDecision } from '../pipeline/decide-previews.ts'
import { decidePush } from '../pipeline/decide-push.ts'
import { type Asker, requirePresent } from '../pipeline/intents/asking.ts'
import type { Intents } from '../pipeline/intents.ts'
import { listPulls, type PullRequest, readPull } from '../sources/github/pulls.ts'
import type { PushedCommit, ReadPushedCommit } from '../sources/pushed-commit.ts'
import type { createAccounts } from './accounts.ts'
import { createGitHubPlaces } from './github-place.ts'
import { createPreviewNotes } from './preview-notes.ts'
import type { LookAtRepository } from './repository-notice.ts'

const lookMs = 120_000
/** Who removes what a pull request no longer needs. */
const slipway: Asker = { userId: '', name: 'slipway', hasConsent: true }

/** Deployments of pull requests, beside those that the requests want to change. When to look is `push-watch.ts`'s. */
export function createPreviews(deps: {
  records: PreviewRecords
  reader: Reader
  writer: Pick<Writer, 'transaction' | 'activity'>
  accounts: Pick<
    ReturnType<typeof createAccounts>,
    'accountFor' | 'list' | 'client' | 'noteFailure' | 'loginFor'
  >
  readPushed: ReadPushedCommit
  lookAtRepository: LookAtRepository
  intents: Pick<Intents, 'createPreview' | 'removePreview' | 'deployPush' | 'askConsent'>
  /** Throws where nothing can be deployed there now. */
  requireFit: (deploymentId: string) => Promise<void>
  /** Which files of a push are watched, of a deployment that a push deploys. */
  pathsOf: (deploymentId: string) => readonly string[]
  /** Of the setting: what is to be looked at is another. */
  onSet: () => void
  changed: (deploymentId: string) => void
  log: (deploymentId: string, error: unknown) => void
  now: () => number
}) {
  const { records, reader, writer, accounts, intents, now, changed } = deps
  const places = createGitHubPlaces(accounts)

  const find = (id: string): DeploymentRow => requirePresent(reader.deploymentRow(id))
  const ownerIdOf = ({ id }: DeploymentRow): string => reader.ownerOf(id)?.id ?? ''
  const say = (row: DeploymentRow, verb: Activity['verb'], detail: string, user?: string) =>
    writer.activity({
      user: user ?? reader.ownerOf(row.id)?.name ?? '',
      ...{ verb, deploymentId: row.id, deployment: row.name, detail },
    })
  const { toSetting, noteTrouble, noteAnswer } = createPreviewNotes({
    ...{ records, reader, writer, say, changed, now },
    placeOf: row => places.kindOf(reader.sourceOf(row), ownerIdOf(row)),
  })

  const findPlace = (row: DeploymentRow) => {
    const place = places.find(reader.sourceOf(row), ownerIdOf(row))
    if (place === undefined) throw new SlipwayError(signedOut)
    if (place.account.failure !== null) throw new SlipwayError(place.account.failure)
    return place
  }

  const gather = (row: DeploymentRow, open: readonly PullRequest[] | undefined) => {
    const rows = records.of(row.id)
    const known = rows.map(one => {
      const preview = one.previewId === null ? undefined : reader.deploymentRow(one.previewId)
      return { ...one, preview: preview && { isBeingRemoved: preview.wanted === 'removed' } }
    })
    const own = known.filter(({ preview }) => preview?.isBeingRemoved === false).length
    return decidePreviews({
      now: now(),
      clusterKind: reader.clusterSettings(row.clusterId) === undefined ? 'local' : 'kubernetes',
      open,
      known,
      elsewhere: records.countOf(row.projectId) - own,
    })
  }

  const rowOf = (parentId: string, number: number): PreviewRow | undefined =>
    records.of(parentId).find(one => one.number === number)

  const remove = (parentId: string, number: number, why: string) => {
    const { previewId = null } = rowOf(parentId, number) ?? {}
    if (previewId !== null && reader.deploymentRow(previewId)?.wanted !== 'removed')
      intents.removePreview(previewId, slipway, why)
    changed(parentId)
  }

  /** Until it is dealt with: what is pushed to it is read only when that is needed. */
  const deal = async (parent: DeploymentRow, pull: PullRequest, signal: AbortSignal): Promise<void> => {
    const branch = `refs/pull/${pull.number}/head`
    const source = reader.sourceOf(parent)
    let pushed: PushedCommit | undefined
    for (;;) {
      const known = rowOf(parent.id, pull.number)
      const preview = known?.previewId == null ? undefined : reader.deploymentRow(known.previewId)
      if (records.setting(parent.id) === undefined || preview?.wanted === 'removed') return
      const seenSha = known?.seenSha ?? ''
      const action = decidePush({
        wanted: preview?.wanted ?? 'running',
        branch,
        watch: { branch, seenSha, paths: deps.pathsOf(parent.id) },
        headSha: pull.sha,
        builtSha: preview === undefined ? '' : reader.buildsOf(preview.id, 1)[0]?.commit.sha,
        pushed,
      })
      const row = {
        ...{ parentId: parent.id, number: pull.number, title: pull.title, url: pull.url },
        ...{ isFork: known?.previewId == null ? pull.isFork : known.isFork },
        ...{ seenSha: pull.sha, pushedAt: now() },
      }
      const previewId = preview?.id ?? null
      const { name = '' } = reader.ownerOf(parent.id) ?? {}
      const asker = { userId: ownerIdOf(parent), name, hasConsent: true }
      if (action.do === 'nothing') return
      if (action.do === 'note')
        return writer.transaction(() => {
          records.save({ ...row, previewId })
          if (action.why !== undefined)
            say(preview ?? parent, 'push_skipped', `#${pull.number} ${pull.sha.slice(0, 7)}: ${action.why}`)
        })
      if (action.do === 'look') {
        const login = await accounts.loginFor(source, { ownerId: ownerIdOf(parent) })
        pushed = await deps.readPushed({
          source,
          seenSha: seenSha || pull.baseSha,
          sha: pull.sha,
          login,
          signal,
        })
        continue
      }
      await deps.requireFit(parent.id)
      if (previewId !== null) {
        const noteSeen = () => {
          records.save({ ...row, previewId })
          return true
        }
        return intents.deployPush(previewId, { branch, sha: pull.sha }, { asker, noteSeen })
      }
      const note = (madeId: string) => {
        const isWanted =
          records.setting(parent.id) !== undefined &&
          records.countOf(parent.projectId) < mostPreviews &&
          rowOf(parent.id, pull.number)?.previewId == null
        if (!isWanted) return false
        records.save({ ...row, previewId: madeId })
        records.takeReportSetting(parent.id, madeId)
        return true
      }
      intents.createPreview(parent.id, pull, { asker, note })
      return changed(parent.id)
    }
  }

  const act = async (
    parent: DeploymentRow,
    { open, decision }: { open: readonly PullRequest[]; decision: PreviewDecision },
    signal: AbortSignal,
  ): Promise<void> => {
    const failures: SlipwayError[] = []
    /** One that cannot be dealt with keeps no other from it. */
    const trying = (number: number, work: () => Promise<void>) =>
      work().catch(error => {
        signal.throwIfAborted()
        const failure = toFailure(error)
        if (failure.code === 'internal') deps.log(parent.id, error)
        failures.push(new SlipwayError({ ...failure, message: `#${number}: ${failure.message}` }, error))
      })
    const confirm = async (number: number) => {
      const { account, fullName } = findPlace(parent)
      const pull = await readPull(await accounts.client(account.id), { fullName, number }, signal)
      if (!pull.isOpen) remove(parent.id, number, `#${number} is ${pull.isMerged ? 'merged' : 'closed'}`)
      else if (pull.base !== parent.branch) remove(parent.id, number, `#${number} goes into ${pull.base} now`)
    }
    for (const number of decision.confirm) await trying(number, () => confirm(number))
    for (const number of decision.forget) records.forget(parent.id, number)
    for (const pull of open) {
      const known = rowOf(parent.id, pull.number)
      if (known !== undefined && known.title !== pull.title) {
        records.change(parent.id, pull.number, { title: pull.title })
        if (known.previewId !== null) changed(known.previewId)
      }
    }
    for (const number of [...decision.follow, ...decision.create]) {
      const pull = open.find(one => one.number === number)
      if (pull !== undefined) await trying(number, () => deal(parent, pull, signal))
    }
    if (failures[0] !== undefined) throw failures[0]
  }

  return {
    get: (id: string): PreviewSetting => toSetting(find(id)),

    /** Open requests get theirs at once. Off removes those that there are. */
    set(id: string, isOn: boolean, asker: Asker): PreviewSetting {
      const row = find(id)
      const wasOn = records.setting(id) !== undefined
      if (isOn && !wasOn) {
        refuseOther(row, toSetting(row).place, reader.deployment(id)?.preview != null)
        findPlace(row)
        if (reader.clusterSettings(row.clusterId) === undefined) intents.askConsent(asker)
      }
      writer.transaction(() => {
        if (isOn) records.turnOn(id)
        else {
          records.turnOff(id)
          for (const preview of reader.previewIdsOf(id))
            intents.removePreview(preview, asker, 'previews are off')
        }
        const detail = isOn ? 'pull requests have previews' : 'pull requests no longer have previews'
        if (isOn !== wasOn) say(row, 'changed', detail, asker.name)
      })
      changed(id)
      deps.onSet()
      return toSetting(row)
    },

    watched: (): string[] => records.parents(),

    /** The failure, where it is not known which requests there are. What is too old goes all the same. */
    async look(id: string, stop: AbortSignal): Promise<Failure | undefined> {
      const row = reader.deploymentRow(id)
      if (row === undefined || row.wanted === 'removed' || records.setting(id) === undefined) return undefined
      // Such as one that was imported: that it runs here is for a person to begin.
      if (reader.buildsOf(id, 1).length === 0) return undefined
      const signal = AbortSignal.any([stop, AbortSignal.timeout(lookMs)])
      try {
        const { account, fullName } = findPlace(row)
        const client = await accounts.client(account.id)
        const open = await listPulls(client, { fullName, base: row.branch }, signal).catch(error => {
          accounts.noteFailure(account.id, toFailure(error))
          throw error
        })
        const decision = gather(row, open)
        noteAnswer(id, open, decision)
        for (const { number, why } of decision.remove) remove(id, number, why)
        await act(row, { open, decision }, signal)
        await deps.lookAtRepository(row, signal)
        return undefined
      } catch (error) {
        stop.throwIfAborted()
        const failure = signal.aborted ? tooSlow : toFailure(error)
        if (failure.code === 'internal') deps.log(id, error)
        for (const { number, why } of gather(row, undefined).remove) remove(id, number, why)
        noteTrouble(row, failure)
        return failure
      }
    },
  }
}

const signedOut: Failure = {
  code: 'sign_in_required',
  message: 'Nobody is signed in at GitHub who could see the pull requests.',
  hint: 'Sign in, in the settings.',
}

const tooSlow: Failure = {
  code: 'source_stalled',
  message: `GitHub did not say within ${lookMs / 60_000} minutes which pull requests there are.`,
  hint: 'It is asked again.',
}

function refuseOther(row: DeploymentRow, place: PreviewSetting['place'], isPreview: boolean): void {
  const why = isPreview
    ? `${row.name} is a preview itself.`
    : place === 'elsewhere'
      ? 'Pull requests are seen at GitHub, or a GitHub Enterprise Server where somebody is signed in.'
      : isBranch(row.branch)
        ? undefined
        : `${row.name} follows no branch that a pull request could go into.`
  if (why === undefined) return
  throw new SlipwayError({
    code: 'conflict',
    message: why,
    hint: 'Previews are for a deployment of a branch at GitHub.',
  })
}
