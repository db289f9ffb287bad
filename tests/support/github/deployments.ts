import type { Places } from './shapes.ts'
import { toDeployment, toDeploymentStatus } from './shapes.ts'
import type { Listed } from './state.ts'

/** Deployments of a repository and their states. Undefined: another route. */
export function answerDeployments(
  repository: Listed,
  asked: { readonly method: string; readonly rest: string; readonly url: URL; readonly body: string },
  places: Places,
): { readonly status: number; readonly body: unknown } | undefined {
  const { method, rest, url } = asked
  if (rest === 'deployments' && method === 'GET') {
    const sha = url.searchParams.get('sha')
    const found = repository.deployments.filter(one => sha === null || one.sha === sha)
    return { status: 200, body: found.map(one => toDeployment(one, repository, places)) }
  }
  if (method !== 'POST') return undefined
  if (rest === 'deployments') {
    const given = JSON.parse(asked.body) as { ref: string; environment: string; payload: string }
    const id = repository.deployments.length + 1
    const made = { id, sha: given.ref, environment: given.environment, payload: given.payload, statuses: [] }
    repository.deployments.push(made)
    return { status: 201, body: toDeployment(made, repository, places) }
  }
  const id = /^deployments\/(\d+)\/statuses$/.exec(rest)?.[1]
  const deployment = repository.deployments.find(one => one.id === Number(id))
  if (deployment === undefined) return undefined
  const { state, environment_url: environmentUrl = '' } = JSON.parse(asked.body) as {
    state: string
    environment_url?: string
  }
  deployment.statuses.push({ state, environmentUrl })
  return {
    status: 201,
    body: toDeploymentStatus({ deployment, state, environmentUrl }, repository, places),
  }
}
