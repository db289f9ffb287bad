import { type QueryClient, queryOptions, skipToken } from '@tanstack/react-query'
import { mostAtOnce } from '../../shared/contract/deployments.ts'
import {
  byChange,
  type DeploymentClient,
  listDeployments,
  listEveryDeployment,
} from '../../shared/contract/every-deployment.ts'
import type { Deployment } from '../../shared/domain/records.ts'

/**
 * All deployments, for the board and whatever else finds one among all: loaded once, page by page; from then on only what
 * changed is asked for again. The other rows stay the same objects, so that a board of thousands does not draw them anew.
 */
export function createDeployments(deps: { client: DeploymentClient; queryClient: QueryClient }) {
  const { client, queryClient } = deps
  /** The page that changed last, while the others are on their way: what the board begins with. */
  const firstDeployments = queryOptions<Deployment[]>({
    queryKey: ['first deployments'],
    queryFn: skipToken,
    structuralSharing: false,
  })
  const everyDeployment = queryOptions({
    queryKey: ['every deployment'],
    queryFn: async ({ signal }) => {
      const first = await client.deployments.list({ lastChanged: true }, { signal })
      if (first.length < mostAtOnce) return first
      queryClient.setQueryData(firstDeployments.queryKey, first)
      return listEveryDeployment(client, signal)
    },
    structuralSharing: false,
  })
  const { queryKey } = everyDeployment

  return {
    everyDeployment,
    firstDeployments,
    /** One that is gone is taken out. */
    async refreshDeployments(ids: readonly string[]): Promise<void> {
      try {
        // What is being loaded may have passed them already.
        await queryClient.fetchQuery(everyDeployment)
        const found = await listDeployments(client, ids)
        const asked = new Set(ids)
        queryClient.setQueryData(
          queryKey,
          known => known && [...found, ...known.filter(({ id }) => !asked.has(id))].sort(byChange),
        )
      } catch {
        await queryClient.invalidateQueries({ queryKey })
      }
    },
  }
}
