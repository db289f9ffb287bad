import type { Duplex } from 'node:stream'
import type { KubernetesContext } from './kubernetes-deps.ts'

/** One TCP connection to a pod that is ready now, through the API server's port-forward. */
export function createDial(_context: KubernetesContext) {
  return async (_target: { deploymentId: string; releaseId: string }): Promise<Duplex> => {
    throw new Error('not written yet')
  }
}
