import type { KubernetesObject, V1PersistentVolume, V1Pod } from '@kubernetes/client-node'
import type { ClusterSettings } from '../../../../shared/domain/cluster.ts'
import type { InstalledRegistry, RegistryStep } from '../../../../shared/domain/cluster-registry.ts'
import { SlipwayError } from '../../../../shared/domain/failure.ts'
import type { KubernetesApi } from '../api.ts'
import { removeNamespace, untilGone } from '../build/remove-namespace.ts'
import { orNothing } from '../closed-addresses.ts'
import { labels } from '../names.ts'
import type { Kind } from '../objects.ts'
import { installed, installedRegistry, registryLabels } from './names.ts'
import { toRegistryParts, whys } from './objects.ts'

const removeMs = 120_000
const selector = Object.entries(registryLabels)
  .map(([name, value]) => `${name}=${value}`)
  .join(',')

/** Every object that there is or would be, without looking at how it fares. */
export async function listRegistry(
  api: KubernetesApi,
  settings: ClusterSettings,
): Promise<Pick<InstalledRegistry, 'state' | 'objects'>> {
  const wanted = toRegistryParts({ settings, password: '' }).flatMap(part => part.objects)
  const objects = await Promise.all(
    wanted.map(async one => {
      const { kind, name } = toKey(one)
      const place = one.metadata?.namespace === undefined ? {} : { namespace: one.metadata.namespace }
      const found = await api.get(kind, { ...place, name })
      const isThere = found !== undefined && found.metadata?.deletionTimestamp === undefined
      return { kind, name, why: whys[kind] ?? '', isThere }
    }),
  )
  const there = objects.filter(one => one.isThere).length
  const state = there === 0 ? 'absent' : there === objects.length ? 'complete' : 'incomplete'
  return { state, objects }
}

const toKey = ({ kind, metadata }: KubernetesObject) => ({ kind: kind as Kind, name: metadata?.name ?? '' })

/**
 * Pods of the whole cluster that nodes pulled from it; `deploymentId`: of whom Slipway made them, this one or another. Fails where we
 * may not look, since it cannot be said then that nobody needs it.
 */
export async function listPodsFromRegistry(
  api: Pick<KubernetesApi, 'list'>,
): Promise<{ name: string; deploymentId: string | undefined }[]> {
  const pods = await api.list<V1Pod>('Pod', {})
  const isFromIt = ({ image }: { image?: string }) =>
    image?.startsWith(`${installedRegistry.pullAddress}/`) === true
  return pods
    .filter(({ status }) => status?.phase !== 'Succeeded' && status?.phase !== 'Failed')
    .filter(({ spec }) => [...(spec?.initContainers ?? []), ...(spec?.containers ?? [])].some(isFromIt))
    .map(({ metadata }) => ({
      name: `${metadata?.namespace}/${metadata?.name}`,
      deploymentId: metadata?.labels?.[labels.deployment],
    }))
}

/** Deletes it with all images, and resolves when nothing is left. Doing it again removes what is left. */
export async function* removeRegistry(
  api: KubernetesApi,
  signal: AbortSignal | undefined,
): AsyncGenerator<RegistryStep> {
  const remove = { name: 'remove', title: 'Registry, volume and images' }
  const count = { name: 'count', title: 'Count of what is left' }
  yield { ...remove, status: 'running', detail: 'Waiting until they are gone' }
  yield { ...count, status: 'waiting', detail: '' }
  await refuseForeign(api)
  const limit = AbortSignal.any([AbortSignal.timeout(removeMs), ...(signal === undefined ? [] : [signal])])
  const volumes = await listVolumes(api)
  await removeNamespace(api, installed.namespace, limit)
  // They go after their claim, unless they are to stay.
  const going = volumes.filter(one => one.spec?.persistentVolumeReclaimPolicy === 'Delete')
  for (const { metadata } of going)
    await untilGone(api, { kind: 'PersistentVolume', name: metadata?.name ?? '' }, limit)
  yield { ...remove, status: 'done', detail: '' }
  yield { ...count, status: 'running', detail: '' }
  const kept = (await listVolumes(api)).flatMap(one => one.metadata?.name ?? [])
  if (kept.length > 0) throw volumeLeft(kept)
  const left = await countLeft(api)
  if (left > 0) throw stillThere(left)
  yield { ...count, status: 'done', detail: 'Nothing is left' }
}

/** Throws where somebody else has a namespace of that name: nothing of theirs is changed or deleted. */
export async function refuseForeign(api: Pick<KubernetesApi, 'get'>): Promise<void> {
  const found = await api.get('Namespace', { name: installed.namespace })
  if (found === undefined || isRegistry(found)) return
  throw new SlipwayError({
    code: 'conflict',
    message: `The cluster has a namespace ${installed.namespace} that is not Slipway's.`,
    hint: 'Give it another name, or name a registry of your own for the cluster.',
  })
}

const isRegistry = ({ metadata }: KubernetesObject): boolean =>
  Object.entries(registryLabels).every(([name, value]) => metadata?.labels?.[name] === value)

const stillThere = (left: number) =>
  new SlipwayError({
    code: 'conflict',
    message: `${left} objects of the registry are still there.`,
    hint: `Remove it again. kubectl get all --all-namespaces --selector ${selector} lists them.`,
  })

/** What the claim got, which bears no label of ours. Who may not look at volumes knows of none. */
async function listVolumes(api: Pick<KubernetesApi, 'list'>): Promise<V1PersistentVolume[]> {
  const all = await orNothing(api.list<V1PersistentVolume>('PersistentVolume', {}))
  return all.filter(({ spec }) => spec?.claimRef?.namespace === installed.namespace)
}

const volumeLeft = (names: readonly string[]) =>
  new SlipwayError({
    code: 'conflict',
    message: `The volume ${names.join(', ')} with the images is still there: its StorageClass keeps volumes.`,
    hint: `Nothing uses it any more. Delete it, then remove the registry again: kubectl delete persistentvolume ${names.join(' ')}`,
  })

const counted = [
  'Namespace',
  'Secret',
  'PersistentVolumeClaim',
  'Service',
  'Deployment',
  'ReplicaSet',
  'ConfigMap',
  'DaemonSet',
  'Pod',
] as const satisfies readonly Kind[]

/** By label, wherever they are. */
async function countLeft(api: KubernetesApi): Promise<number> {
  const found = await Promise.all(counted.map(kind => api.list(kind, {}, { labels: selector })))
  return found.flat().length
}
