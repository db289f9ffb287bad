import type { V1Deployment, V1Ingress, V1Namespace, V1Secret, V1StatefulSet } from '@kubernetes/client-node'
import { toHost } from '../../../../shared/domain/cluster.ts'
import { hostSchema } from '../../../../shared/domain/domain.ts'
import type { FoundDeployment } from '../../release-record.ts'
import { isForbidden } from '../closed-addresses.ts'
import type { KubernetesContext } from '../kubernetes-deps.ts'
import { deploymentSelector, labels, managed, releaseSecretName } from '../names.ts'
import { toRollout } from './add-ons.ts'
import { toMs, toRunKey } from './pods.ts'
import { readRecordAnnotation } from './record-annotation.ts'
import { hasBeenComplete } from './rollout.ts'

/** Everything of ours that runs or is stopped in the cluster, with what is written down beside it. Needs to see all namespaces. */
export async function findRecords({ api }: Pick<KubernetesContext, 'api'>): Promise<FoundDeployment[]> {
  const ours = `${labels.managedBy}=${managed[labels.managedBy]},${labels.deployment}`
  const [apps, sets] = await Promise.all([
    api.list<V1Deployment>('Deployment', {}, { labels: ours }),
    // Whoever may not look for them has none.
    api.list<V1StatefulSet>('StatefulSet', {}, { labels: ours }).catch(error => {
      if (isForbidden(error)) return []
      throw error
    }),
  ])
  const deployments = [...apps, ...sets.map(set => toRollout(set, [], 0).deployment)]
  return Promise.all(deployments.map(one => read(one)))

  async function read(deployment: V1Deployment): Promise<FoundDeployment> {
    const { metadata, spec } = deployment
    const namespace = metadata?.namespace ?? ''
    const id = metadata?.labels?.[labels.deployment] ?? ''
    const selectors = { labels: deploymentSelector(id) }
    const run = toRunKey(spec?.template.metadata?.labels)
    const [place, ingresses, replicaSets, secret] = await Promise.all([
      api.get<V1Namespace>('Namespace', { name: namespace }),
      api.list<V1Ingress>('Ingress', { namespace }, selectors),
      api.list('ReplicaSet', { namespace }, selectors),
      run && api.get<V1Secret>('Secret', { namespace, name: releaseSecretName(run.releaseId) }),
    ])
    const written = readRecordAnnotation(deployment)
    const own = written && toHost(written.release.deployment.name, written.cluster)
    const hosts = ingresses.flatMap(one => one.spec?.rules?.flatMap(({ host }) => host ?? []) ?? [])
    const progressing = deployment.status?.conditions?.find(one => one.type === 'Progressing')
    const replicas = spec?.replicas ?? 1
    const hasArrived = replicas === 0 || hasBeenComplete({ deployment, replicaSets })
    return {
      id,
      isOfMember: place?.metadata?.labels?.[labels.member] !== undefined,
      name: metadata?.labels?.[labels.name] ?? metadata?.name ?? '',
      record: written?.release,
      cluster: written?.cluster,
      run: run?.run ?? 1,
      instances: replicas === 0 ? null : replicas,
      liveAt: hasArrived ? (toMs(progressing?.lastUpdateTime) ?? 0) : null,
      hosts: hosts.filter(host => host !== own && hostSchema.safeParse(host).success),
      values: Object.fromEntries(
        Object.entries(secret?.data ?? {}).map(([name, value]) => [
          name,
          Buffer.from(value, 'base64').toString('utf8'),
        ]),
      ),
    }
  }
}
