import type { V1NetworkPolicy, V1Pod } from '@kubernetes/client-node'
import { type Finding, ok, type PreflightContext, warning } from './check-task.ts'
import {
  makeProofNamespace,
  type PodEnd,
  proofLabels,
  removeProofNamespace,
  restrictedContext,
  runPods,
  smallResources,
} from './proof-pods.ts'

const limitMs = 70_000
const closedLabel = { 'slipway.dev/proof': 'closed' }

/** Two pods try to reach the API server; a policy forbids it to one of them. */
export async function proveNetworkPolicy(
  { api, settings }: PreflightContext,
  order: { namespace: string; signal: AbortSignal },
): Promise<Finding> {
  const { namespace, signal } = order
  try {
    await makeProofNamespace(api, namespace, 'restricted')
    await api.apply(toPolicy(namespace))
    const pods = (['open', 'closed'] as const).map(name =>
      toPod({ namespace, name, image: settings.gitImage }),
    )
    const ends = await runPods(api, { namespace, pods, limitMs, signal })
    return toFinding(ends.get('open'), ends.get('closed'))
  } finally {
    await removeProofNamespace(api, namespace)
  }
}

function toFinding(open: PodEnd | undefined, closed: PodEnd | undefined): Finding {
  if (open?.message !== 'reached') {
    return warning(
      `It could not be tried: ${open?.isDone ? 'the pod without a policy reached nothing either' : (open?.message ?? 'no pod began')}.`,
      'See whether pods run and reach the API server in this cluster.',
    )
  }
  if (closed?.message === 'blocked')
    return ok('They are enforced: apps of one user do not reach those of another.')
  return warning(
    'They are accepted and ignored: apps of all users reach each other, and whatever the nodes reach.',
    'Deploy only what you trust side by side, or use a network plugin that enforces them, such as Calico or Cilium.',
  )
}

function toPolicy(namespace: string): V1NetworkPolicy {
  return {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'NetworkPolicy',
    metadata: { name: 'closed', namespace, labels: { ...proofLabels } },
    spec: { podSelector: { matchLabels: closedLabel }, policyTypes: ['Egress'] },
  }
}

/**
 * Whatever the API server answers to git shows that it was reached. Tried again for a while, since a policy may need a moment to
 * count for a new pod.
 */
const script = `for attempt in 1 2 3 4 5; do
  said=$(timeout 4 git -c http.sslVerify=false ls-remote "https://$KUBERNETES_SERVICE_HOST:$KUBERNETES_SERVICE_PORT/" 2>&1)
  case $said in
    *"returned error"*|*sername*|*"not found"*|*ertificate*) found=reached ;;
    *) found=blocked ;;
  esac
  [ $found = "$1" ] && break
  sleep 1
done
printf %s $found >/dev/termination-log
`

function toPod(wish: { namespace: string; name: 'open' | 'closed'; image: string }): V1Pod {
  const { namespace, name, image } = wish
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace, labels: { ...proofLabels, ...(name === 'closed' ? closedLabel : {}) } },
    spec: {
      restartPolicy: 'Never',
      automountServiceAccountToken: false,
      terminationGracePeriodSeconds: 0,
      containers: [
        {
          name: 'try',
          image,
          command: ['/bin/sh', '-c', script, 'try', name === 'open' ? 'reached' : 'blocked'],
          env: [
            { name: 'GIT_TERMINAL_PROMPT', value: '0' },
            { name: 'HOME', value: '/tmp' },
          ],
          securityContext: restrictedContext,
          resources: smallResources,
        },
      ],
    },
  }
}
