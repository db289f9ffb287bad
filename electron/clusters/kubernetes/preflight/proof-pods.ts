import type {
  V1ContainerStatus,
  V1Namespace,
  V1Pod,
  V1Secret,
  V1ServiceAccount,
} from '@kubernetes/client-node'
import type { Registry } from '../../../../shared/domain/cluster.ts'
import type { KubernetesApi } from '../api.ts'
import { ApiError, isWithoutRight } from '../api-failure.ts'
import { removeNamespace } from '../build/remove-namespace.ts'
import { labels, managed } from '../names.ts'
import { type RegistryLogin, toDockerConfig } from '../registry/access.ts'
import { watchObjects } from '../watch-objects.ts'

/** How a throw-away pod ended. `message`: what it wrote, or why it never ran. */
export interface PodEnd {
  readonly isDone: boolean
  readonly message: string
}

export const proofLabels = { ...managed, [labels.name]: 'preflight' } as const
const selector = Object.entries(proofLabels)
  .map(([name, value]) => `${name}=${value}`)
  .join(',')

const cleanupMs = 60_000
/** Older ones are of a Slipway that ended in the middle. */
const leftoverMs = 10 * 60_000

export async function makeProofNamespace(
  api: KubernetesApi,
  name: string,
  level: 'restricted' | 'baseline' | 'privileged',
): Promise<void> {
  const namespace: V1Namespace = {
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: { name, labels: { ...proofLabels, 'pod-security.kubernetes.io/enforce': level } },
  }
  // Pods need it at once; the cluster would make it in a moment.
  const account: V1ServiceAccount = {
    apiVersion: 'v1',
    kind: 'ServiceAccount',
    metadata: { name: 'default', namespace: name },
    automountServiceAccountToken: false,
  }
  await api.apply(namespace)
  await api.apply(account)
}

export const proofLoginName = 'registry'

/** With what builds push and nodes pull; nothing where the registry asks for no login. */
export async function applyProofLogin(
  api: KubernetesApi,
  wish: { namespace: string; registry: Registry; login: RegistryLogin | undefined },
): Promise<void> {
  const { namespace, registry, login } = wish
  if (login === undefined) return
  const config = Buffer.from(toDockerConfig(registry, login)).toString('base64')
  await api.apply<V1Secret>({
    apiVersion: 'v1',
    kind: 'Secret',
    type: 'kubernetes.io/dockerconfigjson',
    metadata: { name: proofLoginName, namespace, labels: { ...proofLabels } },
    data: { '.dockerconfigjson': config },
  })
}

/** Also when the proofs were broken off. Resolves when nothing is left. */
export const removeProofNamespace = (api: KubernetesApi, name: string): Promise<void> =>
  removeNamespace(api, name, AbortSignal.timeout(cleanupMs))

export async function removeLeftovers(api: KubernetesApi, now: number): Promise<void> {
  const spaces = await api.list<V1Namespace>('Namespace', {}, { labels: selector })
  for (const { metadata } of spaces) {
    const age = now - new Date(metadata?.creationTimestamp ?? now).getTime()
    if (age > leftoverMs) await api.remove('Namespace', { name: metadata?.name ?? '' })
  }
}

/** Runs the pods of a namespace side by side, until each has ended or cannot begin. */
export async function runPods(
  api: Pick<KubernetesApi, 'apply' | 'find' | 'stream'>,
  order: { namespace: string; pods: readonly V1Pod[]; limitMs: number; signal: AbortSignal },
): Promise<Map<string, PodEnd>> {
  const { namespace, pods, signal } = order
  const ends = new Map<string, PodEnd>()
  for (const pod of pods) {
    try {
      await api.apply(pod)
    } catch (error) {
      if (!(error instanceof ApiError) || isWithoutRight(error)) throw error
      // Refused before it began, such as by Pod Security.
      ends.set(pod.metadata?.name ?? '', { isDone: false, message: error.message })
    }
  }
  const watch = watchObjects<V1Pod>({
    api,
    kind: 'Pod',
    namespace,
    labels: selector,
    onChange: () => {},
    onError: () => {},
  })
  const stop = () => void watch.dispose()
  signal.addEventListener('abort', stop, { once: true })
  try {
    const awaited = pods.length - ends.size
    await watch.until(items => items.filter(one => toEnd(one) !== undefined).length >= awaited, order.limitMs)
    signal.throwIfAborted()
    for (const pod of watch.items()) {
      const end = toEnd(pod) ?? { isDone: false, message: 'it did not end in time' }
      ends.set(pod.metadata?.name ?? '', end)
    }
    return ends
  } finally {
    signal.removeEventListener('abort', stop)
    await watch.dispose()
  }
}

const stuckReasons = new Set([
  'CreateContainerConfigError',
  'CreateContainerError',
  'ErrImageNeverPull',
  'ErrImagePull',
  'ImagePullBackOff',
  'InvalidImageName',
  'RunContainerError',
])

function toEnd(pod: V1Pod): PodEnd | undefined {
  const status: V1ContainerStatus | undefined = pod.status?.containerStatuses?.[0]
  const ended = status?.state?.terminated
  if (ended !== undefined && ended !== null) {
    return { isDone: ended.exitCode === 0, message: ended.message?.trim() || `exit code ${ended.exitCode}` }
  }
  if (pod.status?.phase === 'Failed') return { isDone: false, message: pod.status.message ?? 'it failed' }
  const waiting = status?.state?.waiting
  if (waiting?.reason === undefined || !stuckReasons.has(waiting.reason)) return undefined
  return { isDone: false, message: waiting.message ?? waiting.reason }
}

/** What pods of every level of Pod Security may have. */
export const restrictedContext = {
  runAsNonRoot: true,
  runAsUser: 1000,
  allowPrivilegeEscalation: false,
  capabilities: { drop: ['ALL'] },
  seccompProfile: { type: 'RuntimeDefault' },
}

export const smallResources = {
  requests: { cpu: '10m', memory: '32Mi' },
  limits: { cpu: '500m', memory: '256Mi' },
}
