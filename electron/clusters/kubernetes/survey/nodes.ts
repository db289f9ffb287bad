import type { V1Node, V1Pod } from '@kubernetes/client-node'
import {
  addAmounts,
  foundOf,
  mostNodes,
  noAmounts,
  type Part,
  type Room,
  type SurveyedNode,
  type SurveyedNodes,
} from '../../../../shared/domain/survey.ts'
import type { KubernetesApi } from '../api.ts'
import { toNumber } from '../quantity.ts'
import { toAmounts } from './amounts.ts'

type Requested = ReadonlyMap<string, Room>

const noRoom: Room = { ...noAmounts, pods: 0 }

/** Pods that neither ended nor wait for a node; no pod is kept, however many there are. */
export async function findRequested(
  api: Pick<KubernetesApi, 'pages'>,
  signal: AbortSignal,
): Promise<Requested> {
  const byNode = new Map<string, Room>()
  const fields = 'status.phase!=Succeeded,status.phase!=Failed,spec.nodeName!='
  for await (const page of api.pages<V1Pod>('Pod', {}, { fields, signal })) {
    for (const pod of page) {
      const node = pod.spec?.nodeName ?? ''
      byNode.set(node, addRoom(byNode.get(node) ?? noRoom, { ...toAmounts(pod, 'requests'), pods: 1 }))
    }
  }
  return byNode
}

export function toNodes(nodes: readonly V1Node[], requested: Part<Requested>): SurveyedNodes {
  const byNode = foundOf(requested)
  const all = nodes
    .map(node => toNode(node, byNode))
    .sort((a, b) => trouble(b) - trouble(a) || a.name.localeCompare(b.name, 'en', { numeric: true }))
  const ready = all.filter(one => one.isReady)
  return {
    list: all.slice(0, mostNodes),
    count: all.length,
    allocatable: ready.map(one => one.allocatable).reduce(addRoom, noRoom),
    requested:
      'missing' in requested
        ? requested
        : { found: ready.map(one => one.requested ?? noRoom).reduce(addRoom, noRoom) },
  }
}

function toNode({ metadata, spec, status }: V1Node, requested: Requested | undefined): SurveyedNode {
  const name = metadata?.name ?? ''
  const conditions = status?.conditions ?? []
  return {
    name,
    isReady: conditions.some(one => one.type === 'Ready' && one.status === 'True'),
    isSchedulable: spec?.unschedulable !== true,
    architecture: status?.nodeInfo?.architecture ?? '',
    kubelet: status?.nodeInfo?.kubeletVersion ?? '',
    pressures: conditions.flatMap(one => (one.status === 'True' ? (pressures[one.type] ?? []) : [])),
    allocatable: {
      cpu: toNumber(status?.allocatable?.cpu),
      memory: toNumber(status?.allocatable?.memory),
      pods: toNumber(status?.allocatable?.pods),
    },
    requested: requested === undefined ? null : (requested.get(name) ?? noRoom),
  }
}

/** Conditions that are good when they are false. */
const pressures: Readonly<Record<string, string>> = {
  MemoryPressure: 'memory',
  DiskPressure: 'disk',
  PIDPressure: 'process ids',
  NetworkUnavailable: 'its network',
}

const trouble = (node: SurveyedNode): number =>
  node.isReady ? (node.pressures.length > 0 ? 2 : node.isSchedulable ? 0 : 1) : 3

const addRoom = (one: Room, other: Room): Room => ({
  ...addAmounts(one, other),
  pods: one.pods + other.pods,
})
