import { createContext, useContext } from 'react'
import type { Build, Deployment, PastRelease } from '../../../shared/domain/records.ts'

export type DeploymentDetail = Deployment & { readonly releases: PastRelease[]; readonly builds: Build[] }

/** The tabs of a deployment's page share what the page has loaded. */
export const DeploymentContext = createContext<DeploymentDetail | null>(null)

export function useDeployment(): DeploymentDetail {
  const deployment = useContext(DeploymentContext)
  if (deployment === null) throw new Error('a tab was drawn outside of its deployment page')
  return deployment
}
