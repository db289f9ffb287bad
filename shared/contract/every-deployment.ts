import type { ContractRouterClient } from '@orpc/contract'
import type { Deployment } from '../domain/records.ts'
import type { Contract } from './contract.ts'
import { mostAtOnce } from './deployments.ts'

export type DeploymentClient = Pick<ContractRouterClient<Contract>, 'deployments'>

/** All deployments, asked for a page at a time; those that changed last come first. */
export async function listEveryDeployment(
  client: DeploymentClient,
  signal?: AbortSignal,
): Promise<Deployment[]> {
  const all: Deployment[] = []
  for (;;) {
    const before = all.at(-1)?.id
    const page = await client.deployments.list(before === undefined ? {} : { before }, signal && { signal })
    all.push(...page)
    if (page.length < mostAtOnce) return all.sort(byChange)
  }
}

/** Those of the ids that are there. */
export async function listDeployments(
  client: DeploymentClient,
  ids: readonly string[],
): Promise<Deployment[]> {
  const found: Deployment[] = []
  for (let from = 0; from < ids.length; from += mostAtOnce)
    found.push(...(await client.deployments.list({ ids: ids.slice(from, from + mostAtOnce) })))
  return found
}

export const byChange = (a: Deployment, b: Deployment): number =>
  b.changedAt - a.changedAt || (a.id < b.id ? 1 : -1)
