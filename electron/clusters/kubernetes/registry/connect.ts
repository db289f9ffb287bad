import type { Duplex } from 'node:stream'
import type { V1Pod } from '@kubernetes/client-node'
import { SlipwayError } from '../../../../shared/domain/failure.ts'
import type { KubernetesApi } from '../api.ts'
import { openForward } from '../port-forward.ts'
import { isReady } from '../release/pods.ts'
import { installed } from './names.ts'

/** One TCP connection to the registry that Slipway installed, through the API server. */
export async function connectToRegistry(api: KubernetesApi): Promise<Duplex> {
  const { namespace, port } = installed
  const pods = await api.list<V1Pod>('Pod', { namespace }, { labels: `app=${installed.registry}` })
  const pod = pods.find(isReady)
  if (pod === undefined) {
    throw new SlipwayError({
      code: 'unavailable',
      message: 'The registry that Slipway installed does not run now.',
      hint: 'The page of the cluster says why, and can install it again; no image is lost by that.',
    })
  }
  return openForward(api.config, { namespace, pod: pod.metadata?.name ?? '', port })
}
