import { randomBytes } from 'node:crypto'
import type { V1DaemonSet, V1Deployment, V1Pod, V1Secret, V1StorageClass } from '@kubernetes/client-node'
import type { RegistryStep } from '../../../../shared/domain/cluster-registry.ts'
import { SlipwayError } from '../../../../shared/domain/failure.ts'
import type { KubernetesApi } from '../api.ts'
import { orNothing } from '../closed-addresses.ts'
import { isReady } from '../release/pods.ts'
import { watchObjects } from '../watch-objects.ts'
import { refuseForeign } from './inventory.ts'
import { installed } from './names.ts'
import { type RegistryFacts, type RegistryPart, templateLabel, toRegistryParts } from './objects.ts'
import { findRegistryObstacle } from './obstacle.ts'

/** For the volume, the image and the start. */
const readyMs = 180_000

/** The password of one that is there already: by this Slipway or by another. Undefined: there is none. */
export async function findInstalledPassword(api: KubernetesApi): Promise<string | undefined> {
  const { namespace, registry: name } = installed
  const secret = await api.get<V1Secret>('Secret', { namespace, name })
  const text = Buffer.from(secret?.data?.password ?? '', 'base64').toString()
  return text === '' ? undefined : text
}

/** Nobody has to type it. */
export const createPassword = (): string => randomBytes(24).toString('base64url')

/** Makes what is not there, and waits until every node can pull. Doing it again goes on where it was broken off. */
export async function* installRegistry(
  api: KubernetesApi,
  facts: RegistryFacts,
  signal: AbortSignal | undefined,
): AsyncGenerator<RegistryStep> {
  const parts = toRegistryParts(facts)
  const toStep = ({ name, title }: RegistryPart, status: RegistryStep['status'], detail = '') =>
    ({ name, title, status, detail }) as const
  for (const part of parts) yield toStep(part, 'waiting')
  await refuseForeign(api)
  await requireStorage(api)
  for (const { name } of parts) {
    signal?.throwIfAborted()
    const part = toRegistryParts({ ...facts, serviceUid: await findServiceUid(api) }).find(
      one => one.name === name,
    )
    if (part === undefined) continue
    yield toStep(part, 'running', runningWords[part.name])
    for (const object of part.objects) await api.apply(object)
    yield toStep(part, 'done', await waitFor(api, part, signal))
  }
}

async function findServiceUid(api: KubernetesApi): Promise<string | undefined> {
  const { namespace, registry: name } = installed
  return (await api.get('Service', { namespace, name }))?.metadata?.uid
}

const runningWords = {
  namespace: '',
  login: '',
  volume: '',
  registry: 'Waiting until it answers',
  nodes: 'Waiting until it answers on every node',
} as const satisfies Record<RegistryPart['name'], string>

async function requireStorage(api: KubernetesApi): Promise<void> {
  const { namespace, registry: name } = installed
  if ((await api.get('PersistentVolumeClaim', { namespace, name })) !== undefined) return
  const classes = await orNothing(api.list<V1StorageClass>('StorageClass', {}))
  const isDefault = ({ metadata }: V1StorageClass) =>
    metadata?.annotations?.['storageclass.kubernetes.io/is-default-class'] === 'true'
  // Who may not look tries.
  if (classes.length === 0 || classes.some(isDefault)) return
  throw new SlipwayError({
    code: 'cluster_unfit',
    message: 'The cluster has no default StorageClass, so the registry would get no volume for its images.',
    hint: `Make one the default: kubectl annotate storageclass ${classes[0]?.metadata?.name} storageclass.kubernetes.io/is-default-class=true`,
  })
}

/** What came of it, once it is so. */
async function waitFor(
  api: KubernetesApi,
  part: RegistryPart,
  signal: AbortSignal | undefined,
): Promise<string> {
  const made = part.objects.find(one => one.kind === 'Deployment' || one.kind === 'DaemonSet')
  if (made === undefined) return ''
  const { template } = (made as V1Deployment | V1DaemonSet).spec ?? {}
  const wanted = template?.metadata?.labels?.[templateLabel]
  const app = made.metadata?.name ?? ''
  const { namespace } = installed
  const pods = watch<V1Pod>(api, 'Pod', `app=${app}`)
  const daemons = watch<V1DaemonSet>(api, 'DaemonSet', `app=${app}`)
  const stop = () => void Promise.all([pods.dispose(), daemons.dispose()])
  signal?.addEventListener('abort', stop, { once: true })
  const ready = () =>
    pods.items().filter(pod => isReady(pod) && pod.metadata?.labels?.[templateLabel] === wanted).length
  const nodes = (): number | undefined => {
    const [daemon] = daemons.items()
    const isKnown = daemon?.status?.observedGeneration === daemon?.metadata?.generation
    return daemon === undefined || !isKnown ? undefined : daemon.status?.desiredNumberScheduled
  }
  const isDone = () =>
    made.kind === 'Deployment' ? ready() > 0 : nodes() !== undefined && ready() >= (nodes() ?? 0)
  const obstacle = () => findRegistryObstacle(pods.items(), { app, wanted })
  try {
    const isOver = () => isDone() || obstacle()?.isHopeless === true
    await Promise.race([pods.until(isOver, readyMs), daemons.until(isOver, readyMs)])
    signal?.throwIfAborted()
    if (isDone()) {
      if (made.kind === 'Deployment') return ''
      return nodes() === 1 ? 'On the one node' : `On ${nodes()} nodes`
    }
    throw obstacle()?.error ?? late(namespace, app)
  } finally {
    signal?.removeEventListener('abort', stop)
    await Promise.all([pods.dispose(), daemons.dispose()])
  }
}

const watch = <T extends V1Pod | V1DaemonSet>(
  api: KubernetesApi,
  kind: 'Pod' | 'DaemonSet',
  labels: string,
) =>
  watchObjects<T>({
    api,
    kind,
    namespace: installed.namespace,
    labels,
    onChange: () => {},
    onError: () => {},
  })

const late = (namespace: string, app: string): SlipwayError =>
  new SlipwayError({
    code: 'start_timed_out',
    message: `The registry was not ready within ${readyMs / 60_000} minutes.`,
    hint: `See why: kubectl -n ${namespace} describe pods -l app=${app}. Then install it again: it goes on from there.`,
  })
