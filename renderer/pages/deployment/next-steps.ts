import type { Failure, FailureCode } from '../../../shared/domain/failure.ts'
import type { Deployment } from '../../../shared/domain/records.ts'

export type NextStep =
  | { readonly do: 'usePort'; readonly port: number }
  | { readonly do: 'openBuildLog'; readonly buildId: string }
  | { readonly do: 'openRuntimeLog' }
  | { readonly do: 'openSettings'; readonly word: string }
  | { readonly do: 'restart' }
  | { readonly do: 'deploy' }

const aboutRunning: readonly FailureCode[] = [
  ...([
    'app_crashed',
    'health_failed',
    'release_command_failed',
    'start_exited',
    'start_timed_out',
    'port_taken',
  ] as const),
]
const aboutBuilding: readonly FailureCode[] = [
  'build_failed',
  'build_timed_out',
  'build_interrupted',
  'tool_missing',
]
const aboutPlan: readonly FailureCode[] = ['plan_not_recognised', 'plan_unsupported']

/** What a person would do next about a failure, the likeliest first. */
export function toNextSteps(
  failure: Failure,
  deployment: Pick<Deployment, 'port' | 'latestBuild'>,
): NextStep[] {
  const { code, port } = failure
  const steps: NextStep[] = []
  if (code === 'start_timed_out' && port !== undefined && port !== deployment.port)
    steps.push({ do: 'usePort', port })
  if (code === 'port_taken') steps.push({ do: 'openSettings', word: 'Change the port' })
  if (code === 'health_failed') steps.push({ do: 'openSettings', word: 'Change the health path' })
  if (code === 'release_command_failed')
    steps.push({ do: 'openSettings', word: 'Change the release command' })
  if (code === 'source_branch_not_found') steps.push({ do: 'openSettings', word: 'Choose another branch' })
  if (aboutPlan.includes(code)) steps.push({ do: 'openSettings', word: 'Change the plan' })
  if (code === 'app_crashed') steps.push({ do: 'restart' })
  if (aboutRunning.includes(code)) steps.push({ do: 'openRuntimeLog' })
  if (aboutBuilding.includes(code) && deployment.latestBuild !== null) {
    steps.push({ do: 'openBuildLog', buildId: deployment.latestBuild.id })
  }
  return [...steps, { do: 'deploy' }]
}
