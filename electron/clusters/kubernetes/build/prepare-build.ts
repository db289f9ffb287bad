import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { SlipwayError } from '../../../../shared/domain/failure.ts'
import { findSecretArgument, toArguments } from '../../../../shared/domain/own-dockerfile.ts'
import { type Plan, toOwnDockerfile, withEdits } from '../../../../shared/domain/plan.ts'
import type { Commit } from '../../../../shared/domain/records.ts'
import type { BuildOrder } from '../../driver.ts'
import type { KubernetesContext } from '../kubernetes-deps.ts'

/** What is known of a build before anything is made in the cluster. */
export interface PreparedBuild {
  readonly plan: Plan
  readonly commit: Commit
  /** Names that the repository's own Dockerfile takes as arguments. */
  readonly declared: readonly string[]
  readonly hasIgnoreFile: boolean
  /** The code as it was checked out here. */
  readonly folder: string
  /** Deletes it. */
  dispose(): Promise<void>
}

/** Looks at the commit on this computer, to find how it is built. Leaves nothing when it fails, or is disposed of. */
export async function prepareBuild(
  context: Pick<KubernetesContext, 'sources' | 'detectPlan'>,
  order: BuildOrder,
  hooks: { onOutput: (line: string) => void; signal: AbortSignal },
): Promise<PreparedBuild> {
  const parent = await mkdtemp(join(tmpdir(), 'slipway-build-'))
  const dispose = () => rm(parent, { recursive: true, force: true })
  try {
    const folder = join(parent, 'checkout')
    const { source, branch, sha, gitLogin: login } = order
    const commit = await context.sources.checkout({ source, branch, sha, folder, login, ...hooks })
    const found = await context.detectPlan(folder, order.planEdits)
    const plan = toRunnable(withEdits(found, order.planEdits, order.port))
    refuseSecretArguments(plan, order)
    const own = toOwnDockerfile(plan)
    const text = own && (await readText(join(folder, plan.root, own.file.value)))
    const copied = join(folder, own?.context.value ?? plan.root)
    const hasIgnoreFile = (await readText(join(copied, '.dockerignore'))) !== undefined
    return { plan, commit, declared: readArguments(text ?? ''), hasIgnoreFile, folder, dispose }
  } catch (error) {
    await dispose()
    throw error
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

/** Before anything is made of it: what is in an image once is not taken back. */
function refuseSecretArguments(plan: Plan, order: BuildOrder): void {
  const own = toOwnDockerfile(plan)
  const failure = own && findSecretArgument(toArguments(own), order)
  if (failure !== undefined) throw new SlipwayError(failure)
}

const readText = (path: string): Promise<string | undefined> => readFile(path, 'utf8').catch(() => undefined)

const readArguments = (dockerfile: string): string[] =>
  [...dockerfile.matchAll(/^[ \t]*ARG[ \t]+(.+)$/gim)].flatMap(([, names = '']) =>
    [...names.matchAll(/(?:^|\s)([A-Za-z_]\w*)/g)].map(([, name = '']) => name),
  )
