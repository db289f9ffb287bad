import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import type { V1Deployment, V1Ingress, V1PersistentVolume, V1Pod, V1Secret } from '@kubernetes/client-node'
import { labels, managed, tenantNamespace } from '../../electron/clusters/kubernetes/names.ts'
import type { Platform } from '../../electron/platform/platform.ts'

const exec = promisify(execFile)

type Found = V1Deployment & V1Pod & V1Secret & V1Ingress & V1PersistentVolume

/** An app's objects are named by its name and the end of its id. */
const endOfId = /(?<= \S+-)[0-9a-z]{8}(?= )/
const kinds = [
  ...['deployments', 'replicasets', 'pods', 'services', 'ingresses', 'secrets', 'configmaps', 'jobs'],
  ...['persistentvolumeclaims', 'persistentvolumes', 'namespaces'],
]

/**
 * Every object of ours that the current user has in the cluster, once none is on its way out: what it is and should be, without
 * what differs between two good runs. `named`: a text with names for ids.
 */
export async function describeObjects(
  platform: Platform,
  named: (text: string) => string,
): Promise<string[]> {
  for (;;) {
    const found = await listObjects(platform)
    const leaving = found.find(one => one.metadata?.deletionTimestamp !== undefined)
    // Kinds are listed one after the other: a namespace may have gone after what was in it was listed.
    const namespaces = new Set(found.filter(one => one.kind === 'Namespace').map(one => one.metadata?.name))
    const isWhole = found.every(({ metadata }) => !metadata?.namespace || namespaces.has(metadata.namespace))
    if (leaving === undefined && !isWhole) continue
    if (leaving === undefined) return found.map(one => named(toText(one)).replace(endOfId, '<id>')).sort()
    await waitUntilGone(leaving)
  }
}

async function listObjects(platform: Platform): Promise<Found[]> {
  const { id: userId } = platform.users.current()
  const ours = Object.entries(managed).map(([name, value]) => `${name}=${value}`)
  const all = await kubectl('get', kinds.join(), '-A', '-o=json', `-l=${ours.join()}`)
  const met = new Set(platform.reader.activity({ limit: 500 }).map(line => line.deploymentId))
  return (JSON.parse(all) as { items: Found[] }).items.filter(({ metadata }) => {
    const own = metadata?.labels ?? {}
    return (
      metadata?.namespace === tenantNamespace(userId) ||
      [own[labels.user], own[labels.buildState]].includes(userId) ||
      met.has(own[labels.deployment] ?? '')
    )
  })
}

async function waitUntilGone({ kind, metadata }: Found): Promise<void> {
  const where = metadata?.namespace === undefined ? [] : [`-n=${metadata.namespace}`]
  await kubectl('wait', '--for=delete', `${kind}/${metadata?.name}`, ...where, '--timeout=90s')
}

async function kubectl(...args: readonly string[]): Promise<string> {
  return (await exec('kubectl', args, { maxBuffer: 100_000_000 })).stdout
}

function toText(object: Found): string {
  const { kind = '', metadata, spec, status, data } = object
  const { [labels.release]: release = '', [labels.run]: run = '' } =
    spec?.template?.metadata?.labels ?? metadata?.labels ?? {}
  const ready = status?.containerStatuses?.filter(one => one.ready).length
  const facts: Readonly<Record<string, unknown>> = {
    Deployment: [
      release,
      run,
      spec?.replicas,
      status?.readyReplicas,
      spec?.template?.spec?.containers[0]?.image,
    ],
    ReplicaSet: [release, run, spec?.replicas],
    Pod: [release, run, status?.phase, ready, status?.containerStatuses?.map(one => one.restartCount)],
    Secret: [Object.entries(data ?? {}).map(([name, value]) => `${name}=${Buffer.from(value, 'base64')}`)],
    Ingress: [spec?.rules?.map(one => one.host)],
    PersistentVolume: [spec?.persistentVolumeReclaimPolicy, metadata?.labels?.[labels.buildState]],
  }
  // Kubernetes ends the names of these with what nobody chose.
  const name = ['Pod', 'ReplicaSet', 'PersistentVolume'].includes(kind) ? '' : metadata?.name
  return `${kind} ${metadata?.namespace ?? ''} ${name} ${JSON.stringify(facts[kind] ?? [])}`
}
