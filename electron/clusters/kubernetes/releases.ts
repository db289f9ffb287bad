import type { Instance, ReleaseOrder } from '../driver.ts'
import type { KubernetesContext } from './kubernetes-deps.ts'

/** Releases in the cluster: a Deployment, its Service, Ingress and the Secret of each release. */
export function createReleases(_context: KubernetesContext) {
  return {
    async apply(_order: ReleaseOrder): Promise<void> {
      throw new Error('not written yet')
    },
    async observe(_deploymentId: string): Promise<readonly Instance[]> {
      throw new Error('not written yet')
    },
    async stop(_deploymentId: string, _isKept: (instance: Instance) => boolean): Promise<void> {
      throw new Error('not written yet')
    },
    async remove(_deploymentId: string): Promise<void> {
      throw new Error('not written yet')
    },
    async list(): Promise<readonly string[]> {
      throw new Error('not written yet')
    },
    async count(_deploymentId: string): Promise<number> {
      throw new Error('not written yet')
    },
    async dispose(): Promise<void> {},
  }
}
