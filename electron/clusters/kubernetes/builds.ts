import type { BuildKey, BuildObservation, BuildOrder } from '../driver.ts'
import type { KubernetesContext } from './kubernetes-deps.ts'

/** Builds in the cluster: one Job in a namespace of its own, which ends with the build. */
export function createBuilds(_context: KubernetesContext) {
  return {
    async start(_order: BuildOrder): Promise<void> {
      throw new Error('not written yet')
    },
    async observe(_build: BuildKey): Promise<BuildObservation> {
      throw new Error('not written yet')
    },
    async cancel(_build: BuildKey): Promise<void> {
      throw new Error('not written yet')
    },
    async hasArtifact(_deploymentId: string, _artifact: string): Promise<boolean> {
      throw new Error('not written yet')
    },
    async collect(_deploymentId: string, _artifacts: readonly string[]): Promise<void> {
      throw new Error('not written yet')
    },
    async remove(_deploymentId: string): Promise<void> {
      throw new Error('not written yet')
    },
    async count(_deploymentId: string): Promise<number> {
      throw new Error('not written yet')
    },
    async dispose(): Promise<void> {},
  }
}
