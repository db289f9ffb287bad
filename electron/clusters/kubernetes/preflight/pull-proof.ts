import type { V1Node, V1Pod } from '@kubernetes/client-node'
import type { RegistryAccess } from '../registry/access.ts'
import { count, type Finding, lack, ok, type PreflightContext } from './check-task.ts'
import {
  applyProofLogin,
  makeProofNamespace,
  proofLabels,
  proofLoginName,
  removeProofNamespace,
  restrictedContext,
  runPods,
  smallResources,
} from './proof-pods.ts'

const limitMs = 45_000
/** Of a large cluster the first ones stand for the others. */
const most = 20

/** One pod on every node that takes pods, with the image that was just pushed. */
export async function provePull(
  { api }: PreflightContext,
  order: { namespace: string; image: string; access: RegistryAccess; signal: AbortSignal },
): Promise<Finding> {
  const { namespace, image, access, signal } = order
  const nodes = (await api.list<V1Node>('Node', {})).filter(takesPods).slice(0, most)
  try {
    const login = await access.login()
    await makeProofNamespace(api, namespace, 'restricted')
    await applyProofLogin(api, { namespace, registry: access.registry, login })
    const pods = nodes.map((node, at) =>
      toPod({
        namespace,
        name: `pull-${at}`,
        node: node.metadata?.name ?? '',
        image,
        hasLogin: login !== undefined,
      }),
    )
    const ends = await runPods(api, { namespace, pods, limitMs, signal })
    const failed = nodes.flatMap((node, at) => {
      const end = ends.get(`pull-${at}`)
      return end?.isDone ? [] : [`${node.metadata?.name}: ${end?.message ?? 'no pod began'}`]
    })
    if (failed.length === 0)
      return ok(
        `${nodes.length === 1 ? 'The one node' : `All ${count(nodes.length, 'node')}`} pulled what was pushed.`,
      )
    return lack(
      `${failed.length} of ${count(nodes.length, 'node')} cannot pull from the registry. ${failed[0]?.slice(0, 500)}`,
      'Nodes need to reach the registry under the address that builds push to, and to trust it: for one without TLS, in the configuration of their container runtime.',
    )
  } finally {
    await removeProofNamespace(api, namespace)
  }
}

const takesPods = (node: V1Node): boolean =>
  node.spec?.unschedulable !== true &&
  !(node.spec?.taints ?? []).some(({ effect }) => effect === 'NoSchedule' || effect === 'NoExecute') &&
  (node.status?.conditions ?? []).some(one => one.type === 'Ready' && one.status === 'True')

function toPod(wish: {
  namespace: string
  name: string
  node: string
  image: string
  hasLogin: boolean
}): V1Pod {
  const { namespace, name, node, image } = wish
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace, labels: { ...proofLabels } },
    spec: {
      nodeName: node,
      ...(wish.hasLogin ? { imagePullSecrets: [{ name: proofLoginName }] } : {}),
      restartPolicy: 'Never',
      automountServiceAccountToken: false,
      terminationGracePeriodSeconds: 0,
      containers: [
        {
          name: 'pull',
          image,
          imagePullPolicy: 'Always',
          command: ['/bin/sh', '-c', 'true'],
          securityContext: restrictedContext,
          resources: smallResources,
        },
      ],
    },
  }
}
