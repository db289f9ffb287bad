import type { V1ContainerStatus, V1Pod } from '@kubernetes/client-node'
import type { Failure } from '../../../../shared/domain/failure.ts'
import { buildNames } from './build-job.ts'
import type { BuildScene } from './namespace-watch.ts'

/** How the pod of a build ended, or that it cannot get on. Undefined: it may still. */
export type PodEnd = { readonly digest: string } | { readonly failure: Failure }

export interface FailureFacts {
  readonly timeLimitMs: number
  readonly sha: string
  /** The last lines of the log. */
  readonly lines: readonly string[]
  /** What BuildKit said was wrong. */
  readonly error: string | undefined
}

const shownLines = 20

/** The digest, or why there is none. */
export function toPodEnd(scene: BuildScene, facts: FailureFacts): PodEnd | undefined {
  const { pod } = scene
  if (scene.isGone) return { failure: interrupted }
  if (pod === undefined) return undefined
  const digest = containerOf(pod, buildNames.build)?.state?.terminated?.message?.trim()
  if (pod.status?.phase === 'Succeeded' && digest?.startsWith('sha256:')) return { digest }
  if (pod.status?.phase !== 'Failed' && pod.status?.phase !== 'Succeeded') return undefined
  const lines = facts.lines.slice(-shownLines)
  const failure = explain(pod, facts)
  return { failure: lines.length === 0 ? failure : { ...failure, lines } }
}

function explain(pod: V1Pod, facts: FailureFacts): Failure {
  const fetch = containerOf(pod, buildNames.fetch)?.state?.terminated
  if (fetch !== undefined && fetch.exitCode !== 0) {
    return {
      code: 'source_unreachable',
      message: 'The cluster could not fetch the repository.',
      hint: 'The last lines say why. The repository has to be reachable from inside of the cluster.',
    }
  }
  return {
    code: 'build_failed',
    message: facts.error ?? 'The build failed.',
    hint: 'Its last lines tell why. Mend it in the repository, or change the plan, then deploy again.',
  }
}

const interrupted: Failure = {
  code: 'build_interrupted',
  message: 'The build was removed from the cluster by somebody else.',
  hint: 'Deploy again.',
}

export function containerOf(pod: V1Pod, name: string): V1ContainerStatus | undefined {
  const { initContainerStatuses = [], containerStatuses = [] } = pod.status ?? {}
  return [...initContainerStatuses, ...containerStatuses].find(one => one.name === name)
}
