import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { toDockerfile } from '../../../../shared/domain/dockerfile.ts'
import { SlipwayError } from '../../../../shared/domain/failure.ts'
import { type Plan, withEdits } from '../../../../shared/domain/plan.ts'
import type { Commit } from '../../../../shared/domain/records.ts'
import type { BuildOrder } from '../../driver.ts'
import type { KubernetesContext } from '../kubernetes-deps.ts'

/** What is known of a build before anything is made in the cluster. */
interface PreparedBuild {
  readonly plan: Plan
  readonly commit: Commit
  /** Undefined: the repository's own. */
  readonly dockerfile: string | undefined
}

/** Looks at the commit on this computer, to find how it is built. Leaves nothing. */
export async function prepareBuild(
  context: Pick<KubernetesContext, 'sources' | 'detectPlan'>,
  order: BuildOrder,
  hooks: { onOutput: (line: string) => void; signal: AbortSignal },
): Promise<PreparedBuild> {
  const parent = await mkdtemp(join(tmpdir(), 'slipway-build-'))
  try {
    const folder = join(parent, 'checkout')
    const { source, branch, sha } = order
    const commit = await context.sources.checkout({ source, branch, sha, folder, ...hooks })
    const found = await context.detectPlan(folder)
    const plan = toRunnable(withEdits(found, order.planEdits, order.port))
    return { plan, commit, dockerfile: toDockerfile(plan, Object.keys(order.variables)) }
  } finally {
    await rm(parent, { recursive: true, force: true })
  }
}

function toRunnable(plan: Plan): Plan {
  if (plan.kind === 'dockerfile' || plan.start !== null || plan.output !== null) return plan
  throw new SlipwayError({
    code: 'plan_unsupported',
    message: 'The plan has no command that starts the app.',
    hint: 'Set the start command in the plan, then deploy again.',
  })
}
