import type { V1Node, V1Pod } from '@kubernetes/client-node'
import { addAmounts, noAmounts } from '../../../../shared/domain/survey.ts'
import { isForbidden } from '../closed-addresses.ts'
import { toNumber } from '../quantity.ts'
import { toAmounts } from '../survey/amounts.ts'
import { count, type Finding, lack, ok, type PreflightContext, warning } from './check-task.ts'

const isReady = (node: V1Node): boolean =>
  node.spec?.unschedulable !== true &&
  (node.status?.conditions ?? []).some(one => one.type === 'Ready' && one.status === 'True')

/** What a build asks for, which is more than an app does. */
const needed = { cpu: 0.5, memory: 1024 ** 3 }

/** By what pods asked for, as the scheduler counts. */
export async function askRoom({ api }: PreflightContext): Promise<Finding> {
  const nodes = (await api.list<V1Node>('Node', {})).filter(isReady)
  if (nodes.length === 0)
    return lack('No node is ready to take pods.', 'See how the nodes are.', 'kubectl get nodes')
  const pods = await api.list<V1Pod>('Pod', {}, { fields: 'status.phase!=Succeeded,status.phase!=Failed' })
  const free = nodes.map(node => {
    const own = pods.filter(pod => pod.spec?.nodeName === node.metadata?.name)
    const requested = own.map(pod => toAmounts(pod, 'requests')).reduce(addAmounts, noAmounts)
    return {
      cpu: toNumber(node.status?.allocatable?.cpu) - requested.cpu,
      memory: toNumber(node.status?.allocatable?.memory) - requested.memory,
    }
  })
  const most = free.reduce((best, one) => (one.memory > best.memory ? one : best))
  const text = `The most that a node has free is ${most.cpu.toFixed(1)} CPUs and ${(most.memory / 1024 ** 3).toFixed(1)} GiB, of ${count(nodes.length, 'node')}.`
  return free.some(one => one.cpu >= needed.cpu && one.memory >= needed.memory)
    ? ok(text)
    : warning(
        `${text} A build asks for ${needed.cpu} CPUs and 1 GiB.`,
        'Builds wait until there is room. Stop something, or add a node.',
      )
}

export async function askArchitectures({ api }: PreflightContext): Promise<Finding> {
  const nodes = (await api.list<V1Node>('Node', {})).filter(isReady)
  const kinds = [...new Set(nodes.map(one => one.status?.nodeInfo?.architecture ?? 'unknown'))].sort()
  return kinds.length <= 1
    ? ok(`All of ${count(nodes.length, 'node')} have ${kinds[0] ?? 'unknown'} processors.`)
    : warning(
        `Nodes have ${kinds.join(' and ')} processors. An image runs only where its build ran.`,
        'Let builds and apps run on one kind, with a taint on the others.',
      )
}

interface KubeletConfiguration {
  kubeletconfig?: { podPidsLimit?: number }
}

export async function askPidLimit(context: PreflightContext): Promise<Finding> {
  try {
    return await readPidLimit(context)
  } catch (error) {
    if (!isForbidden(error)) throw error
    return warning(
      'You may not look: whoever may read it may run anything in every pod, so no role of Slipway includes it.',
      'Slipway bounds the processes of builds itself. Whoever runs the cluster can tell the podPidsLimit of the kubelet.',
    )
  }
}

async function readPidLimit({ api }: PreflightContext): Promise<Finding> {
  const nodes = (await api.list<V1Node>('Node', {})).filter(isReady)
  const limits = await Promise.all(
    nodes.slice(0, 20).map(async node => {
      const path = `/api/v1/nodes/${encodeURIComponent(node.metadata?.name ?? '')}/proxy/configz`
      return (await api.find<KubeletConfiguration>(path))?.kubeletconfig?.podPidsLimit ?? -1
    }),
  )
  const unbounded = limits.filter(limit => limit <= 0).length
  return unbounded === 0
    ? ok(`A pod has at most ${Math.max(...limits)} processes.`)
    : warning(
        `On ${count(unbounded, 'node')} a pod may start processes without end, and take the node with it.`,
        'Slipway bounds those of builds itself. For all pods, set podPidsLimit of the kubelet.',
      )
}
