import { z } from 'zod'
import type { ReportState } from '../../../shared/domain/github-report.ts'
import type { GitHubClient } from './client.ts'

const deploymentSchema = z.object({ id: z.number().int(), payload: z.unknown() })

interface Place {
  readonly client: GitHubClient
  readonly fullName: string
  readonly signal: AbortSignal
}

const split = (fullName: string) => {
  const [owner = '', repo = ''] = fullName.split('/')
  return { owner, repo }
}

/** The id of GitHub's deployment of the build: the one that it was given before, else a new one. */
export async function announceDeployment(
  { client, fullName, signal }: Place,
  { buildId, sha, environment }: { buildId: string; sha: string; environment: string },
): Promise<number> {
  const known = await client.get({
    route: 'GET /repos/{owner}/{repo}/deployments',
    parameters: { ...split(fullName), sha, per_page: 100 },
    schema: z.array(deploymentSchema),
    signal,
  })
  const before = known.data.find(({ payload }) => readBuildId(payload) === buildId)
  if (before !== undefined) return before.id
  const made = await client.send({
    route: 'POST /repos/{owner}/{repo}/deployments',
    parameters: {
      ...split(fullName),
      ...{ ref: sha, environment, auto_merge: false, required_contexts: [] },
      // It says whose it is, should we be stopped before we have noted the id.
      payload: JSON.stringify({ slipwayBuild: buildId }),
      description: 'Deployed with Slipway',
    },
    schema: deploymentSchema,
    signal,
  })
  return made.id
}

export async function tellDeployment(
  { client, fullName, signal }: Place,
  { id, state, url }: { id: number; state: ReportState; url: string | null },
): Promise<void> {
  await client.send({
    route: 'POST /repos/{owner}/{repo}/deployments/{deployment_id}/statuses',
    parameters: {
      ...split(fullName),
      ...{ deployment_id: id, state, auto_inactive: false },
      ...(url === null ? {} : { environment_url: url }),
    },
    schema: z.object({ id: z.number().int() }),
    signal,
  })
}

/** GitHub hands a payload back as text, or as what the text holds. */
function readBuildId(payload: unknown): unknown {
  if (typeof payload !== 'string') return (payload as { slipwayBuild?: unknown } | null)?.slipwayBuild
  try {
    return (JSON.parse(payload) as { slipwayBuild?: unknown } | null)?.slipwayBuild
  } catch {
    return undefined
  }
}
