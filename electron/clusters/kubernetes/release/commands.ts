import type { V1Job, V1Pod } from '@kubernetes/client-node'
import type { Failure } from '../../../../shared/domain/failure.ts'
import { toCommandFailure } from '../../command-failure.ts'
import type { CommandKey, CommandObservation, CommandOrder } from '../../driver.ts'
import { isForbidden } from '../closed-addresses.ts'
import type { KubernetesContext } from '../kubernetes-deps.ts'
import { deploymentSelector, labels } from '../names.ts'
import { toApplyFailure } from './apply-failure.ts'
import { createLooks } from './looks.ts'
import { containerName, type ReleaseFacts, toDeployment, toLabels } from './manifests.ts'
import { appStatus, isActive, toMs } from './pods.ts'
import { findTrouble, type RolloutLimits } from './trouble.ts'
import type { TroubleReport } from './trouble-report.ts'

const jobName = (releaseId: string) => `command-${releaseId}`
/** The second one comes first, while pods are ended. */
const isFailure = new Set(['Failed', 'FailureTarget'])
const podSelector = ({ releaseId }: CommandKey) => `${labels.commandOf},${labels.release}=${releaseId}`
/** Pods tell of themselves; that a Job has counted one, which comes a moment later, nobody does. */
const againMs = 2000
/** What the cluster takes for the end of a Job's pod, which has its grace. */
const endMs = 60_000

/** Commands of releases, each a Job of one pod that is tried once. */
export function createCommands(
  context: Pick<KubernetesContext, 'api' | 'settings' | 'now' | 'changed'>,
  deps: {
    limits: RolloutLimits
    placeOf: (deploymentId: string) => string
    report: TroubleReport
    /** Resolves when all that the pod printed is kept. */
    settleLog: (pod: V1Pod) => Promise<void>
    /** Resolves when no pod of the namespace is so any more, or with false when that takes longer. */
    untilNoPod: (namespace: string, is: (pod: V1Pod) => boolean, limitMs: number) => Promise<boolean>
  },
) {
  const { api, settings, now } = context
  const { limits, placeOf, report } = deps
  const looks = createLooks(context)

  /** None where we may not look: then none was made. */
  const listJobs = (deploymentId: string, namespace: string): Promise<V1Job[]> =>
    api
      .list<V1Job>('Job', { namespace }, { labels: `${deploymentSelector(deploymentId)},${labels.release}` })
      .catch(error => {
        if (isForbidden(error)) return []
        throw error
      })

  const cancel = async (deploymentId: string): Promise<void> => {
    looks.set(deploymentId, undefined)
    const namespace = placeOf(deploymentId)
    const jobs = await listJobs(deploymentId, namespace)
    if (jobs.length === 0) return
    // What it printed goes with it.
    const pods = await api.list<V1Pod>(
      'Pod',
      { namespace },
      { labels: `${labels.commandOf}=${deploymentId}` },
    )
    await Promise.all(pods.filter(pod => !isActive(pod)).map(deps.settleLog))
    await Promise.all(jobs.map(job => api.remove('Job', { namespace, name: job.metadata?.name ?? '' })))
    const isOurs = (pod: V1Pod) => pod.metadata?.labels?.[labels.commandOf] === deploymentId
    await deps.untilNoPod(namespace, isOurs, endMs)
  }

  /** Why the pod of a Job that has failed ended. */
  const explain = async (job: V1Job, pod: V1Pod | undefined): Promise<Failure> => {
    const ended = pod && appStatus(pod)?.state?.terminated
    const reasons = [pod?.status?.reason, ...(job.status?.conditions ?? []).map(one => one.reason)]
    const isLate = reasons.includes('DeadlineExceeded')
    const end = isLate
      ? 'late'
      : ended?.reason === 'OOMKilled'
        ? 'memory'
        : ended === undefined
          ? 'interrupted'
          : 'exited'
    return toCommandFailure({
      end,
      exitCode: ended?.exitCode ?? null,
      signal: null,
      timeLimitMs: (job.spec?.template.spec?.activeDeadlineSeconds ?? 0) * 1000,
      lines: pod === undefined ? [] : await report.readLines(pod, false),
    })
  }

  return {
    async start(order: CommandOrder, facts: ReleaseFacts): Promise<void> {
      const { namespace } = facts
      const name = jobName(order.releaseId)
      if ((await api.get<V1Job>('Job', { namespace, name })) !== undefined) return
      await cancel(order.deploymentId)
      const job = toCommandJob(order, facts)
      await api.apply(job).catch(error => {
        throw toApplyFailure(error, job, settings.context)
      })
    },

    async observe(command: CommandKey): Promise<CommandObservation> {
      const namespace = placeOf(command.deploymentId)
      const job = await api.get<V1Job>('Job', { namespace, name: jobName(command.releaseId) })
      if (job === undefined || job.metadata?.deletionTimestamp !== undefined) return { state: 'absent' }
      if ((job.status?.succeeded ?? 0) > 0) return { state: 'succeeded' }
      const pods = await api.list<V1Pod>('Pod', { namespace }, { labels: podSelector(command) })
      const isFailed = job.status?.conditions?.some(one => isFailure.has(one.type) && one.status === 'True')
      if (isFailed) return { state: 'failed', failure: await explain(job, pods[0]) }
      const failure = await findObstacle(job, pods)
      if (failure !== undefined) return { state: 'failed', failure }
      looks.set(command.deploymentId, now() + againMs)
      return { state: 'running' }
    },

    cancel,
    dispose: looks.dispose,
  }

  /** What keeps it from beginning, and does not pass by itself. */
  async function findObstacle(job: V1Job, pods: readonly V1Pod[]): Promise<Failure | undefined> {
    const trouble = findTrouble({
      now: now(),
      deployment: { kind: 'Job' },
      pods: pods.filter(isWaiting),
      limits,
    })
    if (trouble?.isDefinite) return report(trouble)
    const since = toMs(job.metadata?.creationTimestamp) ?? now()
    return pods.length > 0 || now() - since < limits.placeMs ? undefined : noPod
  }
}

/** One that has begun tells by its end. */
const isWaiting = (pod: V1Pod): boolean => {
  const state = appStatus(pod)?.state
  return isActive(pod) && state?.running === undefined && state?.terminated === undefined
}

const noPod: Failure = {
  code: 'release_command_failed',
  message: 'The cluster starts no pod for the release command.',
  hint: 'Most often the quota of the namespace is used up: stop something, or raise the limits of the cluster. Then deploy again.',
}

/** In what the release will run in, but for its port: with its image, variables, size and rights. */
function toCommandJob(order: CommandOrder, facts: ReleaseFacts): V1Job {
  const { deploymentId, releaseId, command, timeLimitMs } = order
  const seconds = Math.ceil(timeLimitMs / 1000)
  const { template } = toDeployment({ ...facts, order: { ...order, isWorker: true } }).spec ?? {}
  const own = toLabels(deploymentId, facts.deployment)
  // Not of the deployment: its Service, its budget and its rollout choose pods by that.
  const { [labels.deployment]: _, ...others } = own
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: {
      name: jobName(releaseId),
      namespace: facts.namespace,
      labels: { ...own, [labels.release]: releaseId },
    },
    spec: {
      backoffLimit: 0,
      // The pod's own limit comes first, since its log outlives it then.
      activeDeadlineSeconds: seconds + 600,
      template: {
        metadata: { labels: { ...others, [labels.release]: releaseId, [labels.commandOf]: deploymentId } },
        spec: {
          ...template?.spec,
          restartPolicy: 'Never',
          activeDeadlineSeconds: seconds,
          containers: (template?.spec?.containers ?? []).map(container => ({
            ...container,
            name: containerName,
            command: ['/bin/sh', '-c', command],
          })),
        },
      },
    },
  }
}
