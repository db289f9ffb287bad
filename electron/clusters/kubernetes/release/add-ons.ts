import type { V1Deployment, V1Pod, V1StatefulSet } from '@kubernetes/client-node'
import type { KubernetesContext } from '../kubernetes-deps.ts'
import { deploymentSelector } from '../names.ts'
import { isReady, isSameRun, toRunKey } from './pods.ts'
import type { RolloutObjects } from './rollout.ts'

/** On the StatefulSet: the run that was ready, and since when; UTC milliseconds. The object itself forgets. */
const arrivedAnnotation = 'slipway.dev/arrived'

/** Databases in the cluster, each a StatefulSet of one pod. */
export function createAddOns({ api, now, log }: Pick<KubernetesContext, 'api' | 'now' | 'log'>) {
  return {
    /** As a Deployment would be seen, so that runs, troubles and their words are those of apps. */
    async read(deploymentId: string, namespace: string): Promise<RolloutObjects | undefined> {
      const selectors = { labels: deploymentSelector(deploymentId) }
      const [sets, pods] = await Promise.all([
        api.list<V1StatefulSet>('StatefulSet', { namespace }, selectors),
        api.list<V1Pod>('Pod', { namespace }, selectors),
      ])
      const [set] = sets
      if (set === undefined) return undefined
      const seen = toRollout(set, pods, now())
      if (seen.note !== undefined) {
        const change = { metadata: { annotations: { [arrivedAnnotation]: seen.note } } }
        await api
          .patch('StatefulSet', { namespace, name: set.metadata?.name ?? '' }, change)
          .catch(error => log.warn({ deploymentId, err: error }, 'it is not written down that it was ready'))
      }
      return { deployment: seen.deployment, replicaSets: [], pods }
    },

    /** The StatefulSet as it is, with another number of pods. */
    async scale(found: V1Deployment, replicas: number): Promise<void> {
      const { name = '', namespace = '' } = found.metadata ?? {}
      const set = await api.get<V1StatefulSet>('StatefulSet', { namespace, name })
      if (set?.spec === undefined) return
      const { labels, annotations: { [arrivedAnnotation]: _, ...annotations } = {} } = set.metadata ?? {}
      await api.apply({
        apiVersion: 'apps/v1',
        kind: 'StatefulSet',
        metadata: { name, namespace, ...(labels === undefined ? {} : { labels }), annotations },
        spec: { ...set.spec, replicas },
      })
    },
  }
}

/** `note`: what the annotation has to say. */
export function toRollout(
  set: V1StatefulSet,
  pods: readonly V1Pod[],
  now: number,
): { deployment: V1Deployment; note: string | undefined } {
  const { metadata, spec } = set
  const target = toRunKey(spec?.template.metadata?.labels)
  const [key, at] = metadata?.annotations?.[arrivedAnnotation]?.split(' ') ?? []
  const own = target === undefined ? '' : `${target.releaseId}/${target.run}`
  const isKnown = key === own
  const isThere =
    target !== undefined &&
    pods.some(pod => isReady(pod) && isSameRun(toRunKey(pod.metadata?.labels), target))
  const arrivedAt = isKnown ? Number(at) : isThere ? now : undefined
  return {
    note: isKnown || !isThere ? undefined : `${own} ${now}`,
    deployment: {
      ...(metadata === undefined ? {} : { metadata }),
      kind: 'StatefulSet',
      spec: {
        ...(spec?.replicas === undefined ? {} : { replicas: spec.replicas }),
        selector: spec?.selector ?? {},
        template: spec?.template ?? {},
      },
      status: {
        ...(metadata?.generation === undefined ? {} : { observedGeneration: metadata.generation }),
        conditions:
          arrivedAt === undefined
            ? []
            : [
                {
                  type: 'Progressing',
                  status: 'True',
                  reason: 'NewReplicaSetAvailable',
                  lastUpdateTime: new Date(arrivedAt),
                },
              ],
      },
    },
  }
}
