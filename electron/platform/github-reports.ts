import { type Failure, type FailureCode, SlipwayError, toFailure } from '../../shared/domain/failure.ts'
import { type ReportSetting, toPublicUrl } from '../../shared/domain/github-report.ts'
import type { Deployment } from '../../shared/domain/records.ts'
import { hasAddress } from '../../shared/domain/worker.ts'
import type { GitHubReportRecords } from '../database/github-reports.ts'
import type { Reader } from '../database/reader.ts'
import type { Writer } from '../database/writer.ts'
import { decideReport, type ReportAction, type ReportFacts } from '../pipeline/decide-report.ts'
import { type Asker, requirePresent } from '../pipeline/intents/asking.ts'
import { createQueue, type Next } from '../pipeline/queue.ts'
import { toPlaceName, toTokensUrl } from '../sources/github/addresses.ts'
import { announceDeployment, tellDeployment } from '../sources/github/deployments.ts'
import type { createAccounts } from './accounts.ts'
import type { createChanges } from './changes.ts'
import { createGitHubPlaces, type GitHubPlace } from './github-place.ts'

/** What somebody has to do something about; it is kept, and asked again an hour later. */
const lasting: readonly FailureCode[] = [
  ...(['source_denied', 'source_not_found', 'sign_in_required', 'invalid_input'] as const),
]
const pausesMs = { lasting: 3_600_000, passing: 60_000 }
const lookMs = 60_000

/** Tells GitHub where its commits run. Nothing waits for it, and a failure of it is none of the deployment's. */
export function createGitHubReports(deps: {
  records: GitHubReportRecords
  reader: Reader
  writer: Pick<Writer, 'transaction' | 'activity'>
  accounts: Pick<ReturnType<typeof createAccounts>, 'accountFor' | 'client' | 'noteFailure' | 'list'>
  deploymentOf: (id: string) => Deployment | undefined
  changes: ReturnType<typeof createChanges>
  /** Tells only of what is touched. */
  isQuiet: boolean
  onError: (deploymentId: string, error: unknown) => void
  now: () => number
}) {
  const { records, reader, writer, accounts, changes, now } = deps
  const places = createGitHubPlaces(accounts)
  const stop = new AbortController()
  const quietUntil = new Map<string, number>()

  const gather = (id: string): ReportFacts => {
    const deployment = deps.deploymentOf(id)
    const { serving = null, latestBuild: latest = null } = deployment ?? {}
    const isServing = latest !== null && serving?.buildId === latest.id
    const release =
      latest?.status === 'succeeded' && !isServing
        ? reader.releasesOf(id).find(({ buildId }) => buildId === latest.id)?.status
        : undefined
    return {
      isOn: records.setting(id).isOn,
      wanted: deployment?.wanted,
      url:
        deployment && deployment.cluster.kind !== 'local' && hasAddress(deployment)
          ? toPublicUrl(deployment.url)
          : undefined,
      serving: serving === null ? undefined : { id: serving.buildId, sha: serving.commit.sha },
      latest: latest === null ? undefined : { ...latest, sha: latest.commit.sha, release },
      told: records.of(id),
    }
  }

  const act = async (
    id: string,
    action: Exclude<ReportAction, { do: 'nothing' }>,
    signal: AbortSignal,
  ): Promise<boolean> => {
    if (action.do === 'forget') {
      records.remove(action.buildId)
      return true
    }
    const deployment = deps.deploymentOf(id)
    const row = records.of(id).find(({ buildId }) => buildId === action.buildId)
    const ownerId = deployment?.owner.id ?? row?.ownerId ?? ''
    const address = row?.address ?? deployment?.project.source.address ?? ''
    const kind = row === undefined ? (deployment?.project.source.kind ?? 'folder') : 'git'
    const place = places.find({ kind, address }, ownerId)
    if (place === undefined) {
      // Nobody can tell of what is gone.
      if (deployment === undefined && row !== undefined) records.remove(row.buildId)
      return false
    }
    const client = await accounts.client(place.account.id)
    const where = { client, fullName: place.fullName, signal }
    try {
      if (action.do === 'announce') {
        const environment = `slipway/${deployment?.name ?? ''}`
        const gitHubId = await announceDeployment(where, { ...action, environment })
        records.add({ buildId: action.buildId, deploymentId: id, address, ownerId, gitHubId })
      } else {
        const { state, url } = action
        await tellDeployment(where, { id: row?.gitHubId ?? 0, state, url })
        records.change(action.buildId, { state, url })
      }
    } catch (error) {
      const failure = toFailure(error)
      accounts.noteFailure(place.account.id, failure)
      throw mayNot(failure, place) ?? error
    }
    return true
  }

  const noteTrouble = (id: string, trouble: Failure | null) => {
    const before = records.setting(id)
    if (before.trouble?.message === trouble?.message || reader.deploymentRow(id) === undefined) return
    records.keepSetting({ deploymentId: id, isOn: before.isOn, trouble })
    changes.touch(id)
  }

  /** Tells one thing after the other, until GitHub knows all. */
  const look = async (id: string): Promise<Next> => {
    const wait = (quietUntil.get(id) ?? 0) - now()
    if (wait > 0) return { afterMs: wait }
    const signal = AbortSignal.any([stop.signal, AbortSignal.timeout(lookMs)])
    let hasTold = false
    try {
      for (; !stop.signal.aborted; hasTold = true) {
        const action = decideReport(gather(id))
        const isDone = action.do === 'nothing' || !(await act(id, action, signal))
        if (hasTold) noteTrouble(id, null)
        if (isDone) break
      }
      quietUntil.delete(id)
      return {}
    } catch (error) {
      if (stop.signal.aborted) return {}
      const failure = signal.aborted ? tooSlow : toFailure(error)
      if (failure.code === 'internal') deps.onError(id, error)
      const isLasting = lasting.includes(failure.code)
      if (isLasting) noteTrouble(id, failure)
      const asked = failure.until === undefined ? 0 : failure.until - now()
      const afterMs = Math.max(asked, isLasting ? pausesMs.lasting : pausesMs.passing)
      quietUntil.set(id, now() + afterMs)
      return { afterMs }
    } finally {
      // Whoever looks at the deployment sees what GitHub shows.
      if (hasTold && !stop.signal.aborted) changes.touch(id)
    }
  }
  const queue = createQueue({ look, onError: deps.onError, limit: 2 })

  const addAll = () => {
    for (const id of [...reader.deploymentIds(), ...records.deploymentIds()]) queue.add(id)
  }
  const signedIn = () =>
    accounts
      .list()
      .map(({ id, failure }) => `${id} ${failure === null}`)
      .join()
  const follow = async () => {
    let before = signedIn()
    for await (const { deployments } of changes.watch(stop.signal)) {
      for (const id of deployments) queue.add(id)
      const after = signedIn()
      if (after === before) continue
      before = after
      // Somebody else may tell, or may again.
      quietUntil.clear()
      addAll()
    }
  }
  const following = follow()
  if (!deps.isQuiet) addAll()

  const find = (id: string): Deployment => requirePresent(deps.deploymentOf(id))

  const get = (id: string): ReportSetting => {
    const deployment = find(id)
    const { serving, latestBuild } = deployment
    const rows = records.of(id)
    const toldOf = (build: { id: string; sha: string } | undefined) => {
      const state = rows.find(({ buildId }) => buildId === build?.id)?.state
      return build === undefined || state == null ? undefined : { sha: build.sha, state }
    }
    const told =
      toldOf(latestBuild ? { id: latestBuild.id, sha: latestBuild.commit.sha } : undefined) ??
      toldOf(serving ? { id: serving.buildId, sha: serving.commit.sha } : undefined)
    return {
      ...records.setting(id),
      place: places.kindOf(deployment.project.source, deployment.owner.id),
      told: told ?? null,
    }
  }

  return {
    get,
    /** Asks again at once, too, what GitHub refused before. */
    set(id: string, isOn: boolean, asker: Asker): ReportSetting {
      const { name } = find(id)
      const before = records.setting(id)
      writer.transaction(() => {
        records.keepSetting({ deploymentId: id, isOn, trouble: null })
        if (before.isOn === isOn) return
        const detail = isOn ? 'GitHub is told where it runs' : 'GitHub is no longer told where it runs'
        writer.activity({ user: asker.name, verb: 'changed', deploymentId: id, deployment: name, detail })
      })
      quietUntil.delete(id)
      queue.add(id)
      changes.touch(id)
      return get(id)
    },
    /** Resolves when GitHub was told all that it can be told now. */
    tellAll(): Promise<void> {
      addAll()
      return queue.idle()
    },
    async dispose(): Promise<void> {
      stop.abort()
      await following
      await queue.dispose()
    },
  }
}

/** GitHub answers what a token may not do like what is not there. */
function mayNot(failure: Failure, { account, fullName }: GitHubPlace): SlipwayError | undefined {
  const { code, message, link } = failure
  const isDenied = code === 'source_denied' || code === 'source_not_found'
  if (!isDenied || (link !== undefined && link.url !== toTokensUrl(account.baseUrl))) return undefined
  return new SlipwayError({
    code: 'source_denied',
    message:
      `The token of ${account.login} may not tell GitHub where ${fullName} runs. ${code === 'source_denied' ? message : ''}`.trim(),
    hint: 'It needs the permission "Deployments: read and write", or the scope repo_deployment. Give it that, then tell GitHub again.',
    link: link ?? {
      word: `Open tokens at ${toPlaceName(account.baseUrl)}`,
      url: toTokensUrl(account.baseUrl),
    },
  })
}

const tooSlow: Failure = {
  code: 'source_stalled',
  message: 'GitHub did not answer in time.',
  hint: 'It is asked again.',
}
