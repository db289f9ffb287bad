import { setTimeout as delay } from 'node:timers/promises'
import type { V1Secret } from '@kubernetes/client-node'
import { defaultLimits } from '../../../../shared/domain/cluster-limits.ts'
import { type Failure, toFailure } from '../../../../shared/domain/failure.ts'
import type { Plan } from '../../../../shared/domain/plan.ts'
import type { Commit, Step } from '../../../../shared/domain/records.ts'
import type { BuildKey, BuildObservation, BuildOrder } from '../../driver.ts'
import type { KubernetesContext } from '../kubernetes-deps.ts'
import { readDockerConfig } from '../registry/access.ts'
import { containerOf, type FailureFacts, isOver, toPodEnd, toThrownFailure } from './build-failure.ts'
import { createBuildFollower } from './build-follower.ts'
import { buildNames, objectNames } from './build-job.ts'
import { createBuildJournal } from './build-journal.ts'
import type { BuildPlace, BuildPlaces } from './build-places.ts'
import type { BuildRecord } from './build-record.ts'
import { toBuildkitSteps } from './build-steps.ts'
import { toGitAccess } from './git-access.ts'
import { type BuildScene, type NamespaceWatch, watchNamespace } from './namespace-watch.ts'
import type { PreparedBuild } from './prepare-build.ts'
import { prepareOrder } from './prepare-order.ts'
import { sendFolder } from './send-folder.ts'
import { findObstacle } from './stuck.ts'
import { type BuildTier, type Try, toNextTry } from './tiers.ts'

/** One build under way: looked at and ordered by us, done by the cluster. */
export interface BuildTask {
  readonly key: BuildKey
  observe(): BuildObservation
  /** Resolves when it has ended and its log is closed, or when it was cancelled or disposed of. */
  readonly done: Promise<void>
  cancel(): Promise<void>
  /** Stops looking. The build goes on. */
  dispose(): Promise<void>
}

/** `isOfState`: what is kept of earlier builds is in the way. */
type End =
  | { readonly artifact: string }
  | { readonly failure: Failure; readonly isOfState?: boolean | undefined }

/** Goes on with the build: from the start with an order, with its Job when there is one. */
export function createBuildTask(
  context: KubernetesContext,
  build: {
    key: BuildKey
    /** Where to begin, kept for later builds. */
    tier: { current: BuildTier }
    places: BuildPlaces
  } & ({ order: BuildOrder } | { record: BuildRecord; place: BuildPlace }),
): BuildTask {
  const { api, logs } = context
  const { key } = build
  const { buildId, deploymentId } = key
  const names = objectNames(buildId)
  let namespace = 'order' in build ? '' : build.place.namespace
  const leaving = new AbortController()
  let plan: Plan | undefined
  let commit: Commit | undefined
  let clusterSteps: () => readonly Step[] = () => []
  let end: End | undefined
  let code: Pick<PreparedBuild, 'folder' | 'dispose'> | undefined

  const changed = () => context.changed(deploymentId)
  const warn = (error: unknown) => context.log.warn({ err: error, buildId }, 'a build could not be followed')
  const journal = createBuildJournal(context, { buildId, signal: leaving.signal, changed })
  const { log, print } = journal

  const readSecrets = async (secretNames: readonly string[]): Promise<string[]> => {
    const read = async (name: string, keys: readonly string[]) => {
      const secret = keys.length === 0 ? undefined : await api.get<V1Secret>('Secret', { namespace, name })
      return keys.map(key => Buffer.from(secret?.data?.[key] ?? '', 'base64').toString())
    }
    const [variables, git, registry] = await Promise.all([
      read(names.variables, secretNames),
      read(names.git, ['password']),
      read(names.registry, ['.dockerconfigjson']),
    ])
    return [...variables, ...git, ...registry.flatMap(readDockerConfig)]
  }

  /** Looks at one pod of the build until it has ended. */
  const follow = async (record: BuildRecord, secrets: readonly string[]): Promise<End> => {
    const looking = new AbortController()
    const signal = AbortSignal.any([leaving.signal, looking.signal])
    const watch = watchNamespace({ api, namespace, buildId, signal, onError: warn })
    const follower = createBuildFollower({
      ...{ api, logs, log, namespace, watch, secrets, signal, onError: warn },
      mostLogMebibytes: context.settings.buildLog,
      plan: record.plan,
      attempt: record.tier,
      onProgress: changed,
    })
    const fetchSeq = (await journal.lastSeq()) + 1
    let buildEnd: 'succeeded' | 'failed' | null = null
    clusterSteps = () => [
      ...toFetchStep(watch.scene(), fetchSeq),
      ...toBuildkitSteps({
        vertexes: follower.vertexes(),
        plan: record.plan,
        logSeqs: follower.logSeqs(),
        end: buildEnd,
      }),
    ]
    const toEnd = async (): Promise<End> => {
      if (record.gitUrl === '') await send(watch)
      await follower.fetch()
      await follower.build()
      const { lines } = await logs.read(log, { limit: 60 })
      const facts: FailureFacts = {
        limits: context.settings,
        timeLimitMs: record.timeLimitMs,
        sha: record.commit.sha,
        gitUrl: record.gitUrl,
        registry: context.settings.registry?.address ?? '',
        trust: { context: context.settings.context, hasBuildCa: context.settings.buildCa !== null },
        registryUser: context.settings.registryUser,
        lines: lines.filter(line => line.stream !== 'platform').map(line => line.text),
        errors: follower.errors(),
      }
      const found = await watch.until(scene => toPodEnd(scene, facts))
      return 'digest' in found ? { artifact: `${record.image}@${found.digest}` } : found
    }
    try {
      const reached = await Promise.race([toEnd(), untilStuck(watch, signal)])
      buildEnd = 'artifact' in reached ? 'succeeded' : 'failed'
      return reached
    } finally {
      looking.abort(new Error('the build has ended'))
    }
  }

  /** Hands over the code that the cluster cannot fetch itself, unless it has it. */
  const send = async (watch: NamespaceWatch): Promise<void> => {
    const state = ({ pod }: BuildScene) => pod && containerOf(pod, buildNames.fetch)?.state
    await watch.until(scene => state(scene)?.running ?? state(scene)?.terminated ?? toPodEnd(scene, noFacts))
    const pod = watch.scene().pod?.metadata?.name
    if (code === undefined || pod === undefined || state(watch.scene())?.running === undefined) return
    const needless = new AbortController()
    const signal = AbortSignal.any([leaving.signal, needless.signal])
    watch
      .until(scene => isOver(scene) || state(scene)?.terminated !== undefined || undefined)
      .then(() => needless.abort())
      .catch(() => undefined)
    await sendFolder(api.config, {
      ...{ namespace, pod, folder: code.folder, signal },
      bounds: context.settings,
    }).catch(error => {
      // It has arrived, or nobody waits for it: why is told by what became of the pod.
      if (!needless.signal.aborted) throw error
    })
  }

  /** Settles when the build will not get on by itself. */
  const untilStuck = async (watch: NamespaceWatch, signal: AbortSignal): Promise<End> => {
    const look = (scene: BuildScene) => findObstacle(scene, context.settings)
    for (;;) {
      const { failure, isPatient, isOfState } = await watch.until(look)
      if (!isPatient) return { failure }
      await print(failure.message)
      const isFree = watch.until(scene => (look(scene) === undefined ? true : undefined))
      const gaveUp = delay(isOfState ? statePatienceMs : patienceMs, false, { signal, ref: false })
      if (!(await Promise.race([isFree, gaveUp]))) return { failure, isOfState }
    }
  }

  const take = (record: BuildRecord) => {
    plan = record.plan
    commit = record.commit
    journal.take(record.steps)
    changed()
  }

  /** Begins with the least rights that the cluster was found to let a build begin with; with more when it does not. */
  const order = async (wish: BuildOrder): Promise<End> => {
    const prepared = await prepareOrder(context, {
      order: wish,
      places: build.places,
      journal,
      signal: leaving.signal,
    })
    code = prepared.code
    const password = (await context.registry?.login())?.password
    const takesState = wish.isFresh !== true
    if (!takesState) await build.places.dropState(deploymentId, leaving.signal)
    for (let current: Try = { tier: build.tier.current, takesState, why: '' }; ; ) {
      const { record, place } = await prepared.begin(current)
      namespace = place.namespace
      take(record)
      const reached = await follow(record, [
        ...toSecrets(wish),
        ...(password === undefined ? [] : [password]),
      ])
      const next =
        'failure' in reached
          ? toNextTry({ ...current, ...reached, usesState: place.state !== undefined }, context.settings)
          : undefined
      if (next === undefined) return reached
      await print(next.why)
      await build.places.remove(key, AbortSignal.any([leaving.signal, AbortSignal.timeout(removeMs)]))
      if (!next.takesState) await build.places.dropState(deploymentId, leaving.signal)
      current = next
      build.tier.current = next.tier
    }
  }

  const run = async (): Promise<void> => {
    try {
      if ('order' in build) return await finish(await order(build.order))
      take(build.record)
      await finish(await follow(build.record, await readSecrets(build.record.secretNames)))
    } catch (error) {
      if (leaving.signal.aborted) return
      const failure = toFailure(toThrownFailure(error, context.settings.context))
      if (failure.code === 'internal') context.log.warn({ err: error, buildId }, 'a build failed')
      await finish({ failure })
    }
  }

  /** The log first: whoever sees that the build has ended finds all of it. */
  const finish = async (result: End): Promise<void> => {
    await journal.close('failure' in result ? result.failure.message : undefined).catch(warn)
    end = result
    changed()
  }

  const done = run()
    .catch(warn)
    .finally(() => code?.dispose())
    .catch(warn)

  return {
    key,
    done,
    observe() {
      const steps = [...journal.steps(), ...clusterSteps()]
      const progress = { steps, ...(plan && { plan }), ...(commit && { commit }) }
      if (end === undefined) return { state: 'running', ...progress }
      if ('failure' in end) return { state: 'failed', failure: end.failure, ...progress }
      if (plan === undefined || commit === undefined) return { state: 'absent' }
      return { state: 'succeeded', artifact: end.artifact, plan, commit, steps }
    },
    async cancel() {
      leaving.abort(new Error('the build was cancelled'))
      await done
      await build.places.remove(key, AbortSignal.timeout(removeMs))
      await journal.close('Cancelled').catch(() => undefined)
    },
    async dispose() {
      leaving.abort(new Error('Slipway closes'))
      await done
    },
  }
}

const removeMs = 120_000
/** For a node to get room, or a quota. */
const patienceMs = 180_000
/** For a volume, without which a build can do. */
const statePatienceMs = 45_000

const toSecrets = (order: BuildOrder): string[] => [
  ...order.secrets,
  ...[toGitAccess(order)?.login?.password ?? []].flat(),
]

function toFetchStep(
  { pod }: { pod: Parameters<typeof containerOf>[0] | undefined },
  logSeq: number,
): Step[] {
  const state = pod && containerOf(pod, buildNames.fetch)?.state
  const startedAt = state?.running?.startedAt ?? state?.terminated?.startedAt
  if (startedAt === undefined) return []
  const { terminated } = state ?? {}
  return [
    {
      name: 'fetch',
      status: terminated === undefined ? 'running' : terminated.exitCode === 0 ? 'succeeded' : 'failed',
      startedAt: Date.parse(String(startedAt)),
      finishedAt: terminated?.finishedAt === undefined ? null : Date.parse(String(terminated.finishedAt)),
      logSeq,
    },
  ]
}

const noFacts: FailureFacts = {
  limits: defaultLimits,
  timeLimitMs: 0,
  sha: '',
  gitUrl: '',
  registry: '',
  trust: { context: '', hasBuildCa: false },
  registryUser: null,
  lines: [],
  errors: [],
}
