import type { V1ContainerStatus, V1Job, V1Pod } from '@kubernetes/client-node'
import { type Failure, SlipwayError } from '../../../../shared/domain/failure.ts'
import { parseGitAddress } from '../../../sources/address.ts'
import { commitNotFound, toSourceError } from '../../../sources/git-failure.ts'
import { ApiError, toClusterFailure } from '../api-failure.ts'
import { buildNames } from './build-job.ts'
import type { BuildLimits } from './build-namespace.ts'
import { explainBuildkit } from './buildkit-failure.ts'
import { withoutProxy } from './fetch-script.ts'
import { diskFull, outOfMemory, timedOut, toSentence } from './limit-failures.ts'
import type { BuildScene } from './namespace-watch.ts'
import { isUntrusted, type TrustFacts, toTrustHint } from './trust.ts'

/** How the pod of a build ended. */
export type PodEnd = { readonly digest: string } | { readonly failure: Failure }

export interface FailureFacts {
  readonly timeLimitMs: number
  readonly limits: BuildLimits
  readonly sha: string
  /** Without credentials. */
  readonly gitUrl: string
  readonly registry: string
  readonly trust: TrustFacts
  /** Who pushes there; null: nobody in particular. */
  readonly registryUser: string | null
  /** The last lines that the fetching or the build printed, masked. */
  readonly lines: readonly string[]
  /** What BuildKit said was wrong, masked. */
  readonly errors: readonly string[]
}

const shownLines = 20

/** The digest, or why there is none. Undefined: it goes on. */
export function toPodEnd(scene: BuildScene, facts: FailureFacts): PodEnd | undefined {
  const { pod, job } = scene
  if (scene.isGone) return { failure: interrupted }
  if (pod === undefined) {
    const reason = giveUpReason(job)
    if (reason === undefined) return undefined
    return { failure: reason === 'DeadlineExceeded' ? timedOut(facts.timeLimitMs) : endedFromOutside('') }
  }
  const build = containerOf(pod, buildNames.build)?.state?.terminated
  const digest = build?.message?.trim()
  // The pod is told to have succeeded a second later.
  if (build?.exitCode === 0 && digest?.startsWith('sha256:')) return { digest }
  if (!isOver(scene)) return undefined
  const lines = facts.lines.slice(-shownLines)
  const failure = explain(pod, facts)
  return { failure: lines.length === 0 || failure.lines !== undefined ? failure : { ...failure, lines } }
}

/** No container of the build runs any more. Of a pod that is deleted, its Job says so. */
export const isOver = ({ pod, job, isGone }: BuildScene): boolean =>
  isGone ||
  pod?.status?.phase === 'Succeeded' ||
  pod?.status?.phase === 'Failed' ||
  (giveUpReason(job) !== undefined && (pod === undefined || pod.metadata?.deletionTimestamp !== undefined))

const giveUpReason = (job: V1Job | undefined): string | undefined => {
  const failed = job?.status?.conditions?.find(one => one.type === 'Failed' && one.status === 'True')
  return failed === undefined ? undefined : (failed.reason ?? '')
}

/** Order is the specification: the first that applies. */
function explain(pod: V1Pod, facts: FailureFacts): Failure {
  const { reason = '', message = '' } = pod.status ?? {}
  const fetch = containerOf(pod, buildNames.fetch)?.state?.terminated
  const build = containerOf(pod, buildNames.build)?.state?.terminated
  if (reason === 'DeadlineExceeded') return timedOut(facts.timeLimitMs)
  if (/ephemeral|emptydir/i.test(message)) return diskFull(facts.limits)
  if (reason === 'Evicted') {
    return {
      code: 'build_interrupted',
      message: `The node had to make room and ended the build: ${toSentence(message)}.`,
      hint: 'Deploy again. If it happens again, the nodes of the cluster are too full.',
    }
  }
  if (fetch?.reason === 'OOMKilled' || build?.reason === 'OOMKilled') return outOfMemory(facts.limits)
  if (pod.metadata?.deletionTimestamp !== undefined) return endedFromOutside(message)
  if (fetch !== undefined && fetch.exitCode !== 0) return explainFetch(fetch.message ?? '', facts)
  if (build === undefined) {
    return endedFromOutside(message)
  }
  const said = explainBuildkit(facts) ?? {
    code: 'build_failed',
    message: `The build exited with code ${build.exitCode}.`,
    hint: 'Its last lines tell why. Mend it, then deploy again.',
  }
  const mayBeTrust = said.code === 'build_failed' || said.code === 'image_unavailable'
  return mayBeTrust && isUntrusted([...facts.errors, ...facts.lines.slice(-shownLines)].join('\n'))
    ? { ...said, hint: `A certificate is not trusted. ${toTrustHint(facts.trust)}` }
    : said
}

function explainFetch(problem: string, facts: FailureFacts): Failure {
  if (problem === 'commit_not_found') return commitNotFound(facts.sha).failure
  if (problem === 'lfs_missing') {
    return {
      code: 'tool_missing',
      message: 'The repository keeps large files with Git LFS, and the image that fetches it has no git-lfs.',
      hint: 'Set an image that has it as the git image of the cluster.',
    }
  }
  const address = parseGitAddress(facts.gitUrl)
  // What a proxy said before is not why it failed.
  const stderr = facts.lines.slice(facts.lines.lastIndexOf(withoutProxy) + 1).join('\n')
  const { failure } = toSourceError(address, { exitCode: 1, stdout: '', stderr })
  if (failure.code !== 'source_unreachable') return failure
  if (isUntrusted(stderr)) {
    return {
      ...failure,
      message: `From inside of the cluster: builds do not trust the certificate of ${address.host}.`,
      hint: toTrustHint(facts.trust),
    }
  }
  return {
    ...failure,
    message: `From inside of the cluster: ${failure.message}`,
    hint: 'The repository has to be reachable from the cluster, not only from this computer.',
  }
}

/** What the API server said while the build was made. */
export function toThrownFailure(error: unknown, context: string): unknown {
  if (!(error instanceof ApiError)) return error
  const isRemoved = error.status === 403 && /being terminated/.test(error.message)
  return isRemoved ? new SlipwayError(interrupted, error) : toClusterFailure(error, context)
}

const endedFromOutside = (message: string): Failure => ({
  code: 'build_interrupted',
  message: `The build was ended from outside${message === '' ? '' : `: ${toSentence(message)}`}.`,
  hint: 'Deploy again.',
})

const interrupted: Failure = {
  code: 'build_interrupted',
  message: 'The build was removed from the cluster by somebody else.',
  hint: 'Deploy again.',
}

export function containerOf(pod: V1Pod, name: string): V1ContainerStatus | undefined {
  const { initContainerStatuses = [], containerStatuses = [] } = pod.status ?? {}
  return [...initContainerStatuses, ...containerStatuses].find(one => one.name === name)
}
